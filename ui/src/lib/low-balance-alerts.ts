// When a balance counts as low: what people type for it, and what it means. An alert is off only by its own switch; `0` is
// refused, because a warning at nothing would never come.

import { pluralize } from "./plural.ts";
import { isZero, parseTypedNumber } from "./money.ts";
import type { AccountView, Settings } from "./types.ts";

/** The days that a switched-on alert begins with. */
export const DEFAULT_ALERT_DAYS = 7;

type Alerts = Pick<Settings, "low_balance_days" | "low_balance_amount">;

/** Kept as 0 while the alert is off. */
export function hasDaysAlert(settings: Alerts): boolean {
  return settings.low_balance_days > 0;
}

/** Kept empty while the alert is off; an older version also took a zero, by which nothing was ever told. */
export function hasAmountAlert({ low_balance_amount: amount }: Alerts): boolean {
  return amount !== "" && !isZero(amount);
}

/** What is wrong with days as typed; `null` when they can be kept. */
export function daysError(text: string): string | null {
  const read = parseTypedNumber(text) ?? "";
  if (/^0+$/.test(read)) return "Type at least 1 day. To turn this warning off, use its switch.";
  return /^\d{1,3}$/.test(read) ? null : "Type a number of days from 1 to 999.";
}

/** What is wrong with an amount as typed; `null` when it can be kept. */
export function amountError(text: string): string | null {
  const read = parseTypedNumber(text) ?? "";
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(read)) return "Type an amount such as 25 or 25.50.";
  return isZero(read) ? "Type an amount above 0. To turn this warning off, use its switch." : null;
}

/** The units that the accounts are in, each once. */
export function currenciesOf(accounts: readonly AccountView[]): string[] {
  return [...new Set(accounts.map((account) => account.currency))];
}

/** Whether so many days left are few; never where that alert is off. */
export function isLow(days: number | null, lowAt: number): boolean {
  return days !== null && lowAt > 0 && days <= lowAt;
}

/** "38 days left", "1 day left", at the beginning of a line; the provider tells whole days, so that none left is less than one. */
export function formatDaysLeft(days: number): string {
  return days === 0 ? "Less than a day left" : `${pluralize(days, "day")} left`;
}
