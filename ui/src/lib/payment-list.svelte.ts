// The payments that match a query, by their row in the list, newest first. Only the pages around the rows in sight are
// kept, however far the list was scrolled; when the history changes, those in sight are read again.

import { core } from "$lib/transport";
import { subscribeToChanges } from "./changes.ts";
import { afterNextPaint } from "./paint.ts";
import type { Failure, MonthView, PaymentPage, PaymentQuery, PaymentView } from "./types.ts";

export const PAGE_SIZE = 50;
/** Pages that are kept: those in sight, and some to generation back to. */
export const MAX_CACHED_PAGES = 16;

interface CachedPage {
  readonly payments: PaymentView[];
  /** The generation in which it was read; an older one is shown until it is read again. */
  readonly generation: number;
}

/** Whether a query leaves out some of an account's payments. */
export function hasFilters(query: PaymentQuery): boolean {
  return query.search !== null || query.statuses.length > 0 || query.from !== null || query.to !== null;
}

/** Hears of changes from its making to `close`. */
export class PaymentList {
  total = $state<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** How many queries were queriesAnswered: the list begins at its top with each. */
  queriesAnswered = $state(0);
  /** The months of a list of more than a page, newest first. */
  months = $state.raw<MonthView[]>([]);

  #pages = $state.raw<ReadonlyMap<number, CachedPage>>(new Map());
  #query: PaymentQuery | null = null;
  /** What is shown answers this one. */
  #shownQuery = $state.raw<PaymentQuery | null>(null);
  /** Where a page begins, as the one before it told: read by that, it costs the same wherever it lies. */
  #cursors = new Map<number, string>();
  /** The first and the last row in sight. */
  #visibleRows: readonly [number, number] = [0, 0];
  #generation = 0;
  #reading = false;
  readonly #unsubscribe = subscribeToChanges((change) => {
    if (change.what !== "payments") return;
    const whose = this.#query?.account;
    if (whose === null || whose === change.account) void this.refresh();
  });

  close(): void {
    this.#unsubscribe();
    this.#startGeneration();
  }

  /** The payment of that row; undefined while it is on its way. */
  paymentAt(row: number): PaymentView | undefined {
    return this.#pages.get(Math.floor(row / PAGE_SIZE))?.payments[row % PAGE_SIZE];
  }

  /** Whether what is shown is but a part of the payments. */
  get isFiltered(): boolean {
    return this.#shownQuery !== null && hasFilters(this.#shownQuery);
  }

  /**
   * Starts over with another query, and is done when its first page is there; what is shown stays until then. The same
   * query again changes nothing.
   */
  async setQuery(query: PaymentQuery): Promise<void> {
    if (this.#query && isSameQuery(query, this.#query)) return;
    this.#query = query;
    await this.#start(query);
  }

  async #start(query: PaymentQuery): Promise<void> {
    const generation = this.#startGeneration();
    const page = await this.#read(generation, 0);
    if (!page) return;
    this.#shownQuery = query;
    this.#pages = new Map();
    this.#visibleRows = [0, 0];
    this.#store(generation, 0, page);
    this.queriesAnswered += 1;
    this.#reading = true;
    void this.#readRemaining(generation);
  }

  /** What is not in sight would keep the first rows from the screen. */
  async #readRemaining(generation: number): Promise<void> {
    await afterNextPaint();
    if (generation !== this.#generation) return;
    this.#reading = false;
    await Promise.all([this.#readMissingPages(generation), this.#readMonths(generation)]);
  }

  /** Reads again what is in sight, or what was asked for and has not come. */
  async refresh(): Promise<void> {
    if (this.#query && this.#query !== this.#shownQuery) return this.#start(this.#query);
    const generation = this.#startGeneration();
    await this.#readMissingPages(generation);
    await this.#readMonths(generation);
  }

  /** These rows are in sight: reads what of them and around them is not here. */
  async setVisibleRows(first: number, last: number): Promise<void> {
    this.#visibleRows = [first, last];
    if (!this.#reading && !this.failure) await this.#readMissingPages(this.#generation);
  }

  #startGeneration(): number {
    this.#cursors.clear();
    return (this.#generation += 1);
  }

  /** Reads one page after the other, always the one that is wanted most by then. */
  async #readMissingPages(generation: number): Promise<void> {
    for (;;) {
      const wanted = generation === this.#generation ? this.#nextPageToRead(generation) : undefined;
      if (wanted === undefined) return;
      const page = await this.#read(generation, wanted);
      if (!page) return;
      this.#store(generation, wanted, page);
    }
  }

  /** What is in sight comes first, then what is next to it. */
  #nextPageToRead(generation: number): number | undefined {
    const [first, last] = this.#visibleRows.map((row) => Math.floor(row / PAGE_SIZE)) as [number, number];
    const end = Math.ceil((this.total ?? 1) / PAGE_SIZE);
    const wanted = [];
    for (let page = first; page <= last; page += 1) wanted.push(page);
    wanted.push(last + 1, first - 1);
    return wanted.find(
      (page) => page >= 0 && page < Math.max(1, end) && this.#pages.get(page)?.generation !== generation,
    );
  }

  /** Null when it failed, or is no longer asked for. */
  async #read(generation: number, page: number): Promise<PaymentPage | null> {
    const query = this.#query;
    if (!query) return null;
    this.#reading = true;
    try {
      const cursor = page === 0 ? null : (this.#cursors.get(page) ?? undefined);
      const read =
        cursor === undefined
          ? core.paymentsFrom(query, page * PAGE_SIZE, PAGE_SIZE)
          : core.payments(query, cursor, PAGE_SIZE);
      const answer = await read;
      if (generation !== this.#generation) return null;
      this.failure = null;
      return answer;
    } catch (failure) {
      if (generation === this.#generation) this.failure = failure as Failure;
      return null;
    } finally {
      if (generation === this.#generation) this.#reading = false;
    }
  }

  async #readMonths(generation: number): Promise<void> {
    if (generation !== this.#generation || !this.#query || this.total === null) return;
    try {
      const months = this.total > PAGE_SIZE ? await core.paymentMonths(this.#query) : [];
      if (generation === this.#generation) this.months = months;
    } catch {
      // The list is whole without; the next change reads them again.
    }
  }

  #store(generation: number, index: number, page: PaymentPage): void {
    if (page.next !== null) this.#cursors.set(index + 1, page.next);
    const [first, last] = this.#visibleRows;
    const middle = (first + last) / 2 / PAGE_SIZE - 0.5;
    const pages = new Map(this.#pages).set(index, { payments: page.payments, generation });
    const nearest = [...pages].toSorted(([one], [other]) => Math.abs(one - middle) - Math.abs(other - middle));
    this.#pages = new Map(nearest.slice(0, MAX_CACHED_PAGES));
    this.total = page.total;
  }
}

function isSameQuery(one: PaymentQuery, other: PaymentQuery): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
