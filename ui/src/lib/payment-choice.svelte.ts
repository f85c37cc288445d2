// The chosen payer and payment method while a form is open. The form's data are read again and again. A choice stays as long
// as it is offered. When it is not, it is dropped, and the form shows what was dropped.

import { methodsForPayer, reselectMethod, reselectPayer, type DroppedMethod } from "./payment-methods.ts";
import type { MethodView, Payer, TopUpForm } from "./types.ts";

export class PaymentChoice {
  /** `null` where the provider asks for no payer. */
  payer = $state.raw<Payer | null>(null);
  /** The chosen payer who is no longer offered. */
  droppedPayer = $state.raw<Payer | null>(null);
  /** The methods that the payer can choose from. */
  methods = $state.raw<MethodView[]>([]);
  method = $state.raw<MethodView | null>(null);
  droppedMethod = $state.raw<DroppedMethod | null>(null);
  /** How many times the user has chosen a payer or a method. */
  userChoices = $state(0);
  /** The user wants to save the method. It has no effect for a method that cannot be saved. */
  saveRequested = $state(false);

  #payers: readonly Payer[] = [];
  #allMethods: readonly MethodView[] = [];

  constructor(form: TopUpForm) {
    this.update(form);
  }

  get savesMethod(): boolean {
    return this.saveRequested && this.method?.can_be_saved === true;
  }

  /** Takes over the payers and methods that are offered now. */
  update(form: TopUpForm): void {
    this.#payers = form.payers;
    this.#allMethods = form.methods;
    const { payer, dropped } = reselectPayer(this.#payers, this.payer);
    this.payer = payer;
    if (dropped) this.droppedPayer = dropped;
    this.#reselectMethod();
  }

  selectMethod(code: string): void {
    const method = this.methods.find((one) => one.code === code);
    if (!method) return;
    this.userChoices += 1;
    this.method = method;
    this.droppedMethod = null;
  }

  selectPayer(id: string): void {
    const payer = this.#payers.find((one) => one.id === id);
    if (!payer) return;
    this.userChoices += 1;
    this.payer = payer;
    this.droppedPayer = null;
    this.droppedMethod = null;
    this.#reselectMethod();
  }

  #reselectMethod(): void {
    const payer = this.payer?.id ?? null;
    this.methods = methodsForPayer(this.#allMethods, payer);
    const { method, dropped } = reselectMethod(this.#allMethods, payer, this.method);
    this.method = method;
    if (dropped) this.droppedMethod = dropped;
  }
}
