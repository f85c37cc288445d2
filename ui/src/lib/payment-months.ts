// Which rows of the payment list belong to which month. The newest month is at the top.

import type { MonthView } from "./types.ts";

/** The month of a row; null beyond the last row. */
export function monthOfRow(months: readonly MonthView[], row: number): string | null {
  let end = 0;
  for (const { month, payments } of months) {
    end += payments;
    if (row < end) return month;
  }
  return null;
}

/** The first row of a month; null when the list has no payment in it. */
export function firstRowOfMonth(months: readonly MonthView[], wanted: string): number | null {
  let row = 0;
  for (const { month, payments } of months) {
    if (month === wanted) return row;
    row += payments;
  }
  return null;
}
