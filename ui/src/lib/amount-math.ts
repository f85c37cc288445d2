// Compares and adds amounts exactly. No amount ever becomes a floating-point number.

import { DECIMAL } from "./money.ts";
import type { Amount } from "./types.ts";

/** Whether both have the same value and currency, however many decimals each is written with. */
export function isSameAmount(one: Amount, other: Amount): boolean {
  const [mine, theirs] = [canonical(one.amount), canonical(other.amount)];
  return one.currency === other.currency && mine !== null && mine === theirs;
}

/** The same text for the same value: without leading and trailing zeros. */
function canonical(decimal: string): string | null {
  const match = DECIMAL.exec(decimal);
  if (!match) return null;
  const [, minus = "", whole = "", fraction = ""] = match;
  const text = `${whole.replace(/^0+/, "")}.${fraction.replace(/0+$/, "")}`;
  return text === "." ? text : `${minus}${text}`;
}

/** The exact sum of the amounts. Null when the list is empty, an amount is malformed, or the currencies differ. */
export function sum(amounts: readonly Amount[]): Amount | null {
  const currency = amounts[0]?.currency;
  if (currency === undefined) return null;
  const parts = amounts.map((one) => (one.currency === currency ? DECIMAL.exec(one.amount) : null));
  const scale = Math.max(...parts.map((part) => part?.[3]?.length ?? 0));
  let units = 0n;
  for (const part of parts) {
    if (!part) return null;
    const [, minus, whole = "", fraction = ""] = part;
    const value = BigInt(whole + fraction.padEnd(scale, "0"));
    units += minus ? -value : value;
  }
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale > 0 ? `.${digits.slice(-scale)}` : "";
  return { amount: `${units < 0n ? "-" : ""}${whole}${fraction}`, currency };
}
