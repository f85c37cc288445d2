// What a wish would cost, asked anew whenever it changes. Only an answer to the wish on screen counts.

import { core } from "$lib/transport";
import type { AccountId, Failure, Quote, Wish } from "./types.ts";

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
  /** The last answer; while the next is on its way it stays on screen. */
  latest = $state.raw<Quote | null>(null);
  #answeredWish = $state("");
  #generation = 0;

  /** The answer to this very wish, once it is there. */
  answerFor(wish: Wish | null): Quote | null {
    return wish !== null && this.#answeredWish === JSON.stringify(wish) ? this.latest : null;
  }

  request(account: AccountId, wish: Wish | null): void {
    const generation = (this.#generation += 1);
    if (wish === null) {
      this.latest = null;
      this.#answeredWish = "";
      return;
    }
    const wishKey = JSON.stringify(wish);
    const answered = (quote: Quote) => {
      if (generation !== this.#generation) return;
      this.latest = quote;
      this.#answeredWish = wishKey;
    };
    core.quote(account, wish).then(answered, (failure: Failure) => answered({ ...EMPTY_QUOTE, error: failure }));
  }
}
