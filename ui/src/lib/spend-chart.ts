// Where the bars of the spend chart stand. The only place where an amount becomes a floating-point number, for
// nothing but pixels: every figure that is read comes from the exact string.

import type { ChargeView } from "./types.ts";

export interface BarGeometry {
  /** Whole days since 1970. */
  days: number[];
  /** `null` for a day that is not known: it has no bar. */
  heights: (number | null)[];
}

export function barGeometry(charges: ChargeView[]): BarGeometry {
  return {
    days: charges.map((charge) => Math.round(Date.parse(`${charge.date}T00:00:00Z`) / 86_400_000)),
    heights: charges.map((charge) => (charge.amount ? Number.parseFloat(charge.amount.amount) : null)),
  };
}

/** The UTC date `YYYY-MM-DD` of a day number. */
export function dateOfDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** The last day and those whole weeks before it: where the axis is labelled. */
export function weekTicks(days: number[]): number[] {
  const last = days.at(-1);
  return last === undefined ? [] : days.filter((day) => (last - day) % 7 === 0);
}
