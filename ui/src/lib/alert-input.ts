// What users may type for the two low-balance alerts. `0` is refused, because a warning at zero would never appear.

import { isZero } from "./money.ts";
import { parseTypedNumber } from "./typed-number.ts";

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
