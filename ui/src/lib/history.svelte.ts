// The payments that match a query, page by page, newest first. A page is fetched when the list comes near its end;
// when the history changes, the pages that were fetched are read again.

import { core } from "$lib/transport";
import type { Failure, PaymentPage, PaymentQuery, PaymentView } from "./types.ts";

const PAGE = 100;

export class History {
  rows = $state.raw<PaymentView[]>([]);
  total = $state<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);

  #query: PaymentQuery | null = null;
  #next: string | null = null;
  #turn = 0;
  #busy = false;

  get more(): boolean {
    return this.#next !== null;
  }

  /** Starts over with another query; what is shown stays until the first page is there. */
  ask(query: PaymentQuery): Promise<void> {
    this.#query = query;
    return this.#readUpTo(PAGE);
  }

  /** Reads again what is shown, at most up to the row `seen`. */
  refresh(seen: number): Promise<void> {
    return this.#readUpTo(Math.max(PAGE, seen + 1));
  }

  /** Fetches the next page, if there is one and none is on its way. */
  async extend(): Promise<void> {
    if (this.#busy || this.#next === null) return;
    const turn = (this.#turn += 1);
    await this.#guard(turn, async () => {
      const page = await this.#page(this.#next);
      if (turn === this.#turn) this.#show([...this.rows, ...page.payments], page);
    });
  }

  async #readUpTo(count: number): Promise<void> {
    const turn = (this.#turn += 1);
    await this.#guard(turn, async () => {
      const rows: PaymentView[] = [];
      let page = await this.#page(null);
      rows.push(...page.payments);
      while (page.next !== null && rows.length < count && turn === this.#turn) {
        page = await this.#page(page.next);
        rows.push(...page.payments);
      }
      if (turn === this.#turn) this.#show(rows, page);
    });
  }

  async #guard(turn: number, read: () => Promise<void>): Promise<void> {
    this.#busy = true;
    this.loading = true;
    try {
      await read();
      if (turn === this.#turn) this.failure = null;
    } catch (failure) {
      if (turn === this.#turn) this.failure = failure as Failure;
    } finally {
      if (turn === this.#turn) this.#busy = this.loading = false;
    }
  }

  #page(after: string | null): Promise<PaymentPage> {
    if (!this.#query) return Promise.resolve({ payments: [], next: null, total: 0 });
    return core.payments(this.#query, after, PAGE);
  }

  #show(rows: PaymentView[], last: PaymentPage): void {
    this.rows = rows;
    this.total = last.total;
    this.#next = last.next;
  }
}
