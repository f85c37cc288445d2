// The two low-balance alerts, and when a balance is low. Only its switch turns an alert off.

import { isZero } from "./money.ts";
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

/** The currencies of the accounts, each once. */
export function currenciesOf(accounts: readonly AccountView[]): string[] {
  return [...new Set(accounts.map((account) => account.currency))];
}

/** Whether the balance is low by its days left. It never is while the alert is off. */
export function isLow(days: number | null, lowAt: number): boolean {
  return days !== null && lowAt > 0 && days <= lowAt;
}
