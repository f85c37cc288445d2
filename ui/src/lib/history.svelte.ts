// The payments that match a query, by their row in the list, newest first. Only the pages around the rows in sight are
// kept, however far the list was scrolled; when the history changes, those in sight are read again.

import { core } from "$lib/transport";
import { hear } from "./changes.ts";
import { frameDrawn } from "./frame.ts";
import type { Failure, MonthView, PaymentPage, PaymentQuery, PaymentView } from "./types.ts";

export const PAGE = 50;
/** Pages that are kept: those in sight, and some to turn back to. */
export const KEPT = 16;

interface Kept {
  readonly payments: PaymentView[];
  /** The turn in which it was read; an older one is shown until it is read again. */
  readonly turn: number;
}

/** Whether a query leaves out some of an account's payments. */
export function narrows(query: PaymentQuery): boolean {
  return query.search !== null || query.statuses.length > 0 || query.from !== null || query.to !== null;
}

/** Hears of changes from its making to `close`. */
export class History {
  total = $state<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** How many queries were answered: the list begins at its top with each. */
  answered = $state(0);
  /** The months of a list of more than a page, newest first. */
  months = $state.raw<MonthView[]>([]);

  #pages = $state.raw<ReadonlyMap<number, Kept>>(new Map());
  #query: PaymentQuery | null = null;
  /** What is shown answers this one. */
  #shown = $state.raw<PaymentQuery | null>(null);
  /** Where a page begins, as the one before it told: read by that, it costs the same wherever it lies. */
  #places = new Map<number, string>();
  /** The first and the last row in sight. */
  #sight: readonly [number, number] = [0, 0];
  #turn = 0;
  #reading = false;
  readonly #deaf = hear((change) => {
    if (change.what !== "payments") return;
    const whose = this.#query?.account;
    if (whose === null || whose === change.account) void this.refresh();
  });

  close(): void {
    this.#deaf();
    this.#begin();
  }

  /** The payment of that row; undefined while it is on its way. */
  at(row: number): PaymentView | undefined {
    return this.#pages.get(Math.floor(row / PAGE))?.payments[row % PAGE];
  }

  /** Whether what is shown is but a part of the payments. */
  get narrowed(): boolean {
    return this.#shown !== null && narrows(this.#shown);
  }

  /**
   * Starts over with another query, and is done when its first page is there; what is shown stays until then. The same
   * query again changes nothing.
   */
  async ask(query: PaymentQuery): Promise<void> {
    if (this.#query && isSame(query, this.#query)) return;
    this.#query = query;
    await this.#start(query);
  }

  async #start(query: PaymentQuery): Promise<void> {
    const turn = this.#begin();
    const page = await this.#read(turn, 0);
    if (!page) return;
    this.#shown = query;
    this.#pages = new Map();
    this.#sight = [0, 0];
    this.#take(turn, 0, page);
    this.answered += 1;
    this.#reading = true;
    void this.#readBeside(turn);
  }

  /** What is not in sight would keep the first rows from the screen. */
  async #readBeside(turn: number): Promise<void> {
    await frameDrawn();
    if (turn !== this.#turn) return;
    this.#reading = false;
    await Promise.all([this.#fill(turn), this.#readMonths(turn)]);
  }

  /** Reads again what is in sight, or what was asked for and has not come. */
  async refresh(): Promise<void> {
    if (this.#query && this.#query !== this.#shown) return this.#start(this.#query);
    const turn = this.#begin();
    await this.#fill(turn);
    await this.#readMonths(turn);
  }

  /** These rows are in sight: reads what of them and around them is not here. */
  async see(first: number, last: number): Promise<void> {
    this.#sight = [first, last];
    if (!this.#reading && !this.failure) await this.#fill(this.#turn);
  }

  #begin(): number {
    this.#places.clear();
    return (this.#turn += 1);
  }

  /** Reads one page after the other, always the one that is wanted most by then. */
  async #fill(turn: number): Promise<void> {
    for (;;) {
      const wanted = turn === this.#turn ? this.#mostWanted(turn) : undefined;
      if (wanted === undefined) return;
      const page = await this.#read(turn, wanted);
      if (!page) return;
      this.#take(turn, wanted, page);
    }
  }

  /** What is in sight comes first, then what is next to it. */
  #mostWanted(turn: number): number | undefined {
    const [first, last] = this.#sight.map((row) => Math.floor(row / PAGE)) as [number, number];
    const end = Math.ceil((this.total ?? 1) / PAGE);
    const wanted = [];
    for (let page = first; page <= last; page += 1) wanted.push(page);
    wanted.push(last + 1, first - 1);
    return wanted.find((page) => page >= 0 && page < Math.max(1, end) && this.#pages.get(page)?.turn !== turn);
  }

  /** Null when it failed, or is no longer asked for. */
  async #read(turn: number, page: number): Promise<PaymentPage | null> {
    const query = this.#query;
    if (!query) return null;
    this.#reading = true;
    try {
      const place = page === 0 ? null : (this.#places.get(page) ?? undefined);
      const read =
        place === undefined ? core.paymentsFrom(query, page * PAGE, PAGE) : core.payments(query, place, PAGE);
      const answer = await read;
      if (turn !== this.#turn) return null;
      this.failure = null;
      return answer;
    } catch (failure) {
      if (turn === this.#turn) this.failure = failure as Failure;
      return null;
    } finally {
      if (turn === this.#turn) this.#reading = false;
    }
  }

  async #readMonths(turn: number): Promise<void> {
    if (turn !== this.#turn || !this.#query || this.total === null) return;
    try {
      const months = this.total > PAGE ? await core.paymentMonths(this.#query) : [];
      if (turn === this.#turn) this.months = months;
    } catch {
      // The list is whole without; the next change reads them again.
    }
  }

  #take(turn: number, number: number, page: PaymentPage): void {
    if (page.next !== null) this.#places.set(number + 1, page.next);
    const [first, last] = this.#sight;
    const middle = (first + last) / 2 / PAGE - 0.5;
    const pages = new Map(this.#pages).set(number, { payments: page.payments, turn });
    const near = [...pages].toSorted(([one], [other]) => Math.abs(one - middle) - Math.abs(other - middle));
    this.#pages = new Map(near.slice(0, KEPT));
    this.total = page.total;
  }
}

function isSame(one: PaymentQuery, other: PaymentQuery): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
