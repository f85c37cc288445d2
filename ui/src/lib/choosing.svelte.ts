// Who pays and by what, while a form is open. The form is read again and again; what was chosen stays as long as it is
// offered, and is let go visibly when it is not.

import { methodsOf, settle, settlePayer, type LetGo } from "./methods.ts";
import type { MethodView, Payer, TopUpForm } from "./types.ts";

export class Choosing {
  /** `null` where the provider asks for no payer. */
  payer = $state.raw<Payer | null>(null);
  /** A chosen payer that is gone. */
  payerLetGo = $state.raw<Payer | null>(null);
  /** The payer's methods. */
  offered = $state.raw<MethodView[]>([]);
  method = $state.raw<MethodView | null>(null);
  letGo = $state.raw<LetGo | null>(null);
  /** How often the user has chosen a payer or a method. */
  choices = $state(0);
  /** Wanted by the user; it counts only where the method can be kept. */
  save = $state(false);

  #payers: readonly Payer[] = [];
  #methods: readonly MethodView[] = [];

  constructor(form: TopUpForm) {
    this.offer(form);
  }

  get keeps(): boolean {
    return this.save && this.method?.can_be_saved === true;
  }

  /** Takes what is offered now. */
  offer(form: TopUpForm): void {
    this.#payers = form.payers;
    this.#methods = form.methods;
    const { payer, letGo } = settlePayer(this.#payers, this.payer);
    this.payer = payer;
    if (letGo) this.payerLetGo = letGo;
    this.#settle();
  }

  payBy(code: string): void {
    const method = this.offered.find((one) => one.code === code);
    if (!method) return;
    this.choices += 1;
    this.method = method;
    this.letGo = null;
  }

  payAs(id: string): void {
    const payer = this.#payers.find((one) => one.id === id);
    if (!payer) return;
    this.choices += 1;
    this.payer = payer;
    this.payerLetGo = null;
    this.letGo = null;
    this.#settle();
  }

  #settle(): void {
    const payer = this.payer?.id ?? null;
    this.offered = methodsOf(this.#methods, payer);
    const { method, letGo } = settle(this.#methods, payer, this.method);
    this.method = method;
    if (letGo) this.letGo = letGo;
  }
}
