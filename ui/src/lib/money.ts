// Formats, compares and adds amounts. All of it works on decimal strings: no amount ever becomes a floating-point
// number.

import { t } from "./l10n/l10n.svelte.ts";
import type { Amount } from "./types.ts";

/** The parts of a formatted amount. */
export interface AmountParts {
  /** U+2212 for a negative amount, else empty. */
  sign: string;
  /** Thousands are separated by narrow no-break spaces. */
  whole: string;
  /** At least two digits; further ones only up to the last that is not zero. */
  fraction: string;
}

const GROUP = "\u202f";
const MINUS = "\u2212";
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Returns null when `decimal` is not a decimal string: the amount is then unknown, never zero. */
export function formatParts(decimal: string): AmountParts | null {
  const match = DECIMAL.exec(decimal);
  if (!match) return null;
  const [, minus = "", whole = "", fraction = ""] = match;
  const digits = whole.replace(/^0+(?=\d)/, "");
  const trimmed = fraction.replace(/0+$/, "").padEnd(2, "0");
  const onlyZeros = /^0*$/.test(digits + trimmed);
  return {
    sign: minus && !onlyZeros ? MINUS : "",
    whole: digits.replace(/\B(?=(\d{3})+$)/g, GROUP),
    fraction: trimmed,
  };
}

/** An amount as plain text, for screen readers: "1 204.35 USDC". */
export function formatAmount(amount: Amount): string {
  const written = formatParts(amount.amount);
  if (!written) return t("amount-unknown");
  return `${written.sign}${written.whole}.${written.fraction} ${amount.currency}`;
}

/** Whether the amount has no digit other than zero. */
export function isZero(decimal: string): boolean {
  return /^-?0+(\.0+)?$/.test(decimal);
}

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
