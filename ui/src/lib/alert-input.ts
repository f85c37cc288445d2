// What users may type for the two low-balance alerts. `0` is refused, because a warning at zero would never appear.

import { t } from "./l10n/l10n.svelte.ts";
import { isZero } from "./money.ts";
import { parseTypedNumber } from "./typed-number.ts";

/** Why the typed number of days cannot be saved; `null` when it can. */
export function daysError(text: string): string | null {
  const read = parseTypedNumber(text) ?? "";
  if (/^0+$/.test(read)) return t("setting-low-days.zero");
  return /^\d{1,3}$/.test(read) ? null : t("setting-low-days.malformed");
}

/** Why the typed amount cannot be saved; `null` when it can. */
export function amountError(text: string): string | null {
  const read = parseTypedNumber(text) ?? "";
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(read)) return t("setting-low-amount.malformed");
  return isZero(read) ? t("setting-low-amount.zero") : null;
}
