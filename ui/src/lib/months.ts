// Where in a list the months begin: the newest stands at the top.

import type { MonthView } from "./types.ts";

/** The month of that row; null beyond the last. */
export function monthOfRow(months: readonly MonthView[], row: number): string | null {
  let end = 0;
  for (const { month, payments } of months) {
    end += payments;
    if (row < end) return month;
  }
  return null;
}

/** The first row of that month; null for one that the list does not have. */
export function firstRowOfMonth(months: readonly MonthView[], wanted: string): number | null {
  let row = 0;
  for (const { month, payments } of months) {
    if (month === wanted) return row;
    row += payments;
  }
  return null;
}
