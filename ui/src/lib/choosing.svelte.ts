// Who pays and by what, while a form is open. The form is read again and again; what was chosen stays as long as it is
// offered, and is let go visibly when it is not.

import { methodsOf, settle, type LetGo } from "./methods.ts";
import type { MethodView, TopUpForm } from "./types.ts";

export class Choosing {
  /** `null` where the provider asks for no payer. */
  payer = $state<string | null>(null);
  /** The payer's methods. */
  offered = $state.raw<MethodView[]>([]);
  method = $state.raw<MethodView | null>(null);
  letGo = $state.raw<LetGo | null>(null);
  /** Wanted by the user; it counts only where the method can be kept. */
  save = $state(false);

  #methods: readonly MethodView[] = [];

  constructor(form: TopUpForm) {
    this.offer(form);
  }

  get keeps(): boolean {
    return this.save && this.method?.can_be_saved === true;
  }

  /** Takes what is offered now. */
  offer(form: TopUpForm): void {
    this.#methods = form.methods;
    if (!form.payers.some((one) => one.id === this.payer)) this.payer = form.payers[0]?.id ?? null;
    this.#settle();
  }

  payBy(code: string): void {
    const method = this.offered.find((one) => one.code === code);
    if (!method) return;
    this.method = method;
    this.letGo = null;
  }

  payAs(payer: string): void {
    this.payer = payer;
    this.letGo = null;
    this.#settle();
  }

  #settle(): void {
    this.offered = methodsOf(this.#methods, this.payer);
    const { method, letGo } = settle(this.#methods, this.payer, this.method);
    this.method = method;
    if (letGo) this.letGo = letGo;
  }
}
