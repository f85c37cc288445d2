// What a wish would cost, asked anew whenever it changes. Only an answer to the wish on screen counts.

import { core } from "$lib/transport";
import type { AccountId, Failure, Quote, Wish } from "./types.ts";

const UNKNOWN: Quote = {
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

export class Quoting {
  /** The last answer; while the next is on its way it stays on screen. */
  last = $state.raw<Quote | null>(null);
  #about = $state("");
  #turn = 0;

  /** The answer to this very wish, once it is there. */
  of(wish: Wish | null): Quote | null {
    return wish !== null && this.#about === JSON.stringify(wish) ? this.last : null;
  }

  ask(account: AccountId, wish: Wish | null): void {
    const turn = (this.#turn += 1);
    if (wish === null) {
      this.last = null;
      this.#about = "";
      return;
    }
    const about = JSON.stringify(wish);
    const answered = (quote: Quote) => {
      if (turn !== this.#turn) return;
      this.last = quote;
      this.#about = about;
    };
    core.quote(account, wish).then(answered, (failure: Failure) => answered({ ...UNKNOWN, error: failure }));
  }
}
