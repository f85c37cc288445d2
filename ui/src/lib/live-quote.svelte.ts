// The price of the payment that is on screen, requested again whenever the payment changes. Answers about an earlier version
// of it are dropped.

import { core } from "$lib/transport";
import type { AccountId, Failure, Quote, PaymentRequest } from "./types.ts";

const EMPTY_QUOTE: Quote = {
  amount: null,
  fee: null,
  total: null,
  balance_after: null,
  purpose: null,
  method: null,
  needs_confirmation: false,
  error: null,
  warning: null,
};

export class LiveQuote {
  /** The last answer. It stays on screen until the next one arrives. */
  latest = $state.raw<Quote | null>(null);
  #answeredRequest = $state("");
  #generation = 0;

  /** The answer for exactly this payment, once it has arrived. */
  answerFor(request: PaymentRequest | null): Quote | null {
    return request !== null && this.#answeredRequest === JSON.stringify(request) ? this.latest : null;
  }

  fetchFor(account: AccountId, request: PaymentRequest | null): void {
    const generation = (this.#generation += 1);
    if (request === null) {
      this.latest = null;
      this.#answeredRequest = "";
      return;
    }
    const requestKey = JSON.stringify(request);
    const answered = (quote: Quote) => {
      if (generation !== this.#generation) return;
      this.latest = quote;
      this.#answeredRequest = requestKey;
    };
    core.quote(account, request).then(answered, (failure: Failure) => answered({ ...EMPTY_QUOTE, error: failure }));
  }
}
