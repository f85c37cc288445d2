// The question that the user answers before a method takes money without a further page. It is withdrawn when its terms
// change. The form shows the reason until the user makes another choice.

import { changedTerms, type PaymentTerms, type TermsChange, type CurrentTerms } from "./payment-terms.ts";

export class Confirmation {
  /** The terms that the user is being asked to agree to; `null` while no question is open. */
  terms = $state.raw<PaymentTerms | null>(null);
  /** Why the last question was withdrawn. */
  withdrawn = $state.raw<TermsChange | null>(null);

  ask(terms: PaymentTerms): void {
    this.terms = terms;
    this.withdrawn = null;
  }

  /** Closes the question after the user's answer. */
  close(): void {
    this.terms = null;
  }

  /** Forgets why the last question was withdrawn: the user has made another choice. */
  clearWithdrawn(): void {
    this.withdrawn = null;
  }

  /**
   * Compares the terms with what was read now. A first reading may only show that the payment was refused; a later one can
   * show the reason and replaces it.
   */
  recheck(now: CurrentTerms): void {
    const terms = this.terms ?? this.withdrawn?.terms;
    const changed = terms && changedTerms(terms, now);
    if (!changed) return;
    this.terms = null;
    this.withdrawn = changed;
  }
}
