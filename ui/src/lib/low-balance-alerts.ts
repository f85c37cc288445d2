// The two low-balance alerts: what users may type for them, and when a balance is low. Only its switch turns an alert off.
// `0` is refused, because a warning at zero would never appear.

import { pluralize } from "./plural.ts";
import { isZero, parseTypedNumber } from "./money.ts";
import type { AccountView, Settings } from "./types.ts";

export const DEFAULT_ALERT_DAYS = 7;

type Alerts = Pick<Settings, "low_balance_days" | "low_balance_amount">;

/** While the alert is off, the setting is 0. */
export function hasDaysAlert(settings: Alerts): boolean {
  return settings.low_balance_days > 0;
}

/** While the alert is off, the setting is empty. An older version also accepted a zero, which never raised an alert. */
export function hasAmountAlert({ low_balance_amount: amount }: Alerts): boolean {
  return amount !== "" && !isZero(amount);
}

/** Why the typed number of days cannot be saved; `null` when it can. */
export function daysError(text: string): string | null {
  const read = parseTypedNumber(text) ?? "";
  if (/^0+$/.test(read)) return "Type at least 1 day. To turn this warning off, use its switch.";
  return /^\d{1,3}$/.test(read) ? null : "Type a number of days from 1 to 999.";
}

/** Why the typed amount cannot be saved; `null` when it can. */
export function amountError(text: string): string | null {
  const read = parseTypedNumber(text) ?? "";
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(read)) return "Type an amount such as 25 or 25.50.";
  return isZero(read) ? "Type an amount above 0. To turn this warning off, use its switch." : null;
}

/** The currencies of the accounts, each once. */
export function currenciesOf(accounts: readonly AccountView[]): string[] {
  return [...new Set(accounts.map((account) => account.currency))];
}

/** Whether the balance is low by its days left. It never is while the alert is off. */
export function isLow(days: number | null, lowAt: number): boolean {
  return days !== null && lowAt > 0 && days <= lowAt;
}

/** "38 days left", "1 day left", for the start of a line. The core counts whole days, so 0 means less than a day. */
export function formatDaysLeft(days: number): string {
  return days === 0 ? "Less than a day left" : `${pluralize(days, "day")} left`;
}
