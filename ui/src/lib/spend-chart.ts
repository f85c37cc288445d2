// The geometry of the bars in the spend chart. This is the only place where an amount becomes a floating-point number, and
// only to compute pixels. Every figure that users read comes from the exact string.

import type { ChargeView } from "./types.ts";

export interface BarGeometry {
  /** Whole days since 1970. */
  days: number[];
  /** `null` for a day whose charge is unknown: it has no bar. */
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

/** The days at which the axis is labelled: the last day, and every seventh day before it. */
export function weekTicks(days: number[]): number[] {
  const last = days.at(-1);
  return last === undefined ? [] : days.filter((day) => (last - day) % 7 === 0);
}
