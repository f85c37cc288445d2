// The payments that match a query, by row, newest first. Only the pages around the visible rows stay in memory, however far
// the user scrolls. When the history changes, the visible pages are read again.

import { core } from "$lib/transport";
import { subscribeToChanges } from "./changes.ts";
import { afterNextPaint } from "./after-next-paint.ts";
import type { Failure, MonthView, PaymentPage, PaymentQuery, PaymentView } from "./types.ts";

export const PAGE_SIZE = 50;
/** How many pages stay in memory: the visible ones, and some for scrolling back. */
export const MAX_CACHED_PAGES = 16;

interface CachedPage {
  readonly payments: PaymentView[];
  /** The generation in which the page was read. An outdated page is shown until it has been read again. */
  readonly generation: number;
}

/** Whether a query selects only some of an account's payments. */
export function hasFilters(query: PaymentQuery): boolean {
  return query.search !== null || query.statuses.length > 0 || query.from !== null || query.to !== null;
}

/** Listens for changes from its construction until `close`. */
export class PaymentList {
  total = $state<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** How many queries have been answered. With each one the list scrolls back to its top. */
  queriesAnswered = $state(0);
  /** The months of a list that is longer than a page, newest first. */
  months = $state.raw<MonthView[]>([]);

  #pages = $state.raw<ReadonlyMap<number, CachedPage>>(new Map());
  #query: PaymentQuery | null = null;
  /** The query that the shown payments answer. */
  #shownQuery = $state.raw<PaymentQuery | null>(null);
  /** Where a page begins, as the page before it reported. Reading by cursor costs the same at any depth of the list. */
  #cursors = new Map<number, string>();
  /** The first and the last visible row. */
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

  /** The payment of a row; undefined until it has been read. */
  paymentAt(row: number): PaymentView | undefined {
    return this.#pages.get(Math.floor(row / PAGE_SIZE))?.payments[row % PAGE_SIZE];
  }

  /** Whether filters hide some of the payments. */
  get isFiltered(): boolean {
    return this.#shownQuery !== null && hasFilters(this.#shownQuery);
  }

  /**
   * Starts over with another query, and resolves when its first page has arrived. The shown payments stay until then. The
   * same query again changes nothing.
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

  /** Waits for a frame first, so that reading more pages does not delay the first rows. */
  async #readRemaining(generation: number): Promise<void> {
    await afterNextPaint();
    if (generation !== this.#generation) return;
    this.#reading = false;
    await Promise.all([this.#readMissingPages(generation), this.#readMonths(generation)]);
  }

  /** Reads the visible pages again, or the first page of a query that has not been answered yet. */
  async refresh(): Promise<void> {
    if (this.#query && this.#query !== this.#shownQuery) return this.#start(this.#query);
    const generation = this.#startGeneration();
    await this.#readMissingPages(generation);
    await this.#readMonths(generation);
  }

  /** Reads the pages of these rows and next to them, unless they are in memory. */
  async setVisibleRows(first: number, last: number): Promise<void> {
    this.#visibleRows = [first, last];
    if (!this.#reading && !this.failure) await this.#readMissingPages(this.#generation);
  }

  #startGeneration(): number {
    this.#cursors.clear();
    return (this.#generation += 1);
  }

  /** Reads one page after the other. The visible rows may change meanwhile, so each step picks the most urgent page. */
  async #readMissingPages(generation: number): Promise<void> {
    for (;;) {
      const wanted = generation === this.#generation ? this.#nextPageToRead(generation) : undefined;
      if (wanted === undefined) return;
      const page = await this.#read(generation, wanted);
      if (!page) return;
      this.#store(generation, wanted, page);
    }
  }

  /** Visible pages come first, then those next to them. */
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

  /** Returns null when reading failed, or when the answer is outdated. */
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
      // The list works without its months. The next change reads them again.
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
