// What users may type for the two low-balance alerts. `0` is refused, because a warning at zero would never appear.

import { t } from "./l10n/l10n.svelte.ts";
import { asTyped, isZero } from "./money.ts";
import { readTypedNumber } from "./typed-number.ts";

/** What was typed: the digits to save, or why they cannot be saved. */
export type AlertInput =
  { readonly digits: string; readonly error: null } | { readonly digits: null; readonly error: string };

/** A number of days. */
export function readDays(text: string): AlertInput {
  const read = readTypedNumber(text);
  const digits = read.is === "number" ? read.digits : "";
  if (/^0+$/.test(digits)) return refused(t("setting-low-days.zero"));
  return /^\d{1,3}$/.test(digits) ? { digits, error: null } : refused(t("setting-low-days.malformed"));
}

/** An amount. */
export function readAmount(text: string): AlertInput {
  const read = readTypedNumber(text);
  if (read.is === "ambiguous")
    return refused(t("amount-ambiguous", { typed: text.trim(), whole: read.whole, decimal: asTyped(read.decimal) }));
  if (read.is === "malformed" || !/^\d{1,12}(\.\d{1,6})?$/.test(read.digits))
    return refused(t("setting-low-amount.malformed"));
  return isZero(read.digits) ? refused(t("setting-low-amount.zero")) : { digits: read.digits, error: null };
}

function refused(error: string): AlertInput {
  return { digits: null, error };
}
