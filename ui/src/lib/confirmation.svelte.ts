// The question before money is taken, while a form is open: asked once, taken back when what it asks for changes, and
// why, until the user chooses anew.

import { changedTerms, type PaymentTerms, type TermsChange, type CurrentTerms } from "./payment-terms.ts";

export class Confirmation {
  /** The question that is open. */
  terms = $state.raw<PaymentTerms | null>(null);
  /** Why the last one was taken back. */
  withdrawn = $state.raw<TermsChange | null>(null);

  ask(terms: PaymentTerms): void {
    this.terms = terms;
    this.withdrawn = null;
  }

  /** It was answered. */
  close(): void {
    this.terms = null;
  }

  /** The user has chosen or decided since: what was said of the last question is over. */
  clearWithdrawn(): void {
    this.withdrawn = null;
  }

  /** Holds the question against what was read. One reading may tell only that it cannot be paid, and the next one why. */
  recheck(now: CurrentTerms): void {
    const terms = this.terms ?? this.withdrawn?.terms;
    const changed = terms && changedTerms(terms, now);
    if (!changed) return;
    this.terms = null;
    this.withdrawn = changed;
  }
}
