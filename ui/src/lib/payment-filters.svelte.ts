// The search and the filters of the payments. The filters stay as they are, in later windows too. A search ends with the page: its
// text may be an amount, an address or a key, and is never stored.

import { dateBefore, isDate } from "./time.ts";
import type { AccountId, DateRange, PaymentFilters, PaymentQuery } from "./types.ts";
import { DEFAULT_WINDOW_STATE, windowState } from "./window-state.svelte.ts";

class FilterChoice {
  /** The text as it stands in the search box. */
  searchText = $state("");
  /** The text that is searched for, after a pause in typing. */
  search = $state("");

  get chosen(): PaymentFilters {
    return windowState.value.payment_filters;
  }

  choose(change: Partial<PaymentFilters>): void {
    // What cannot be saved still holds in this window.
    windowState.change({ payment_filters: { ...this.chosen, ...change } }).catch(() => {});
  }

  clearSearch(): void {
    this.searchText = "";
    this.search = "";
  }

  /** Clears all that hides payments of the selected account. */
  clear(): void {
    this.clearSearch();
    this.choose({
      ...DEFAULT_WINDOW_STATE.payment_filters,
      all_accounts: this.chosen.all_accounts,
    });
  }

  /** The query for the payments, with that account selected. */
  query(account: AccountId | null, hasSeveralAccounts: boolean): PaymentQuery {
    const { statuses, dates, from, to, all_accounts } = this.chosen;
    const [first, last] = dayRange(dates, from, to, Date.now());
    return {
      account: all_accounts && hasSeveralAccounts ? null : account,
      search: this.search === "" ? null : this.search,
      statuses,
      from: first,
      to: last,
    };
  }
}

/** The first and the last day of a range; `null` where it is open. */
export function dayRange(
  range: DateRange | null,
  from: string,
  to: string,
  now: number,
): [string | null, string | null] {
  if (range === null) return [null, null];
  if (range === "own") return [isDate(from) ? from : null, isDate(to) ? to : null];
  return [dateBefore(now, Number(range) - 1), null];
}

export const paymentFilters = new FilterChoice();
