// Formats amounts in the language of the window. Everything works on decimal strings: no amount ever becomes a floating-point
// number, and so none passes through `Intl.NumberFormat`.

import { decimalSign, t } from "./l10n/l10n.svelte.ts";
import type { Amount } from "./types.ts";

/** The parts of a formatted amount. */
export interface AmountParts {
  /** U+2212 for a negative amount, else empty. */
  sign: string;
  /** Thousands are separated by narrow no-break spaces. */
  whole: string;
  /** The language's sign before the decimals. */
  point: string;
  /** At least two digits; further ones only up to the last that is not zero. */
  fraction: string;
}

const GROUP = "\u202f";
const MINUS = "\u2212";
export const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

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
    point: decimalSign(),
    fraction: trimmed,
  };
}

/** An amount as plain text: "1 204.35 USDC". */
export function formatAmount(amount: Amount): string {
  const written = formatParts(amount.amount);
  if (!written) return t("amount-unknown");
  return `${written.sign}${written.whole}${written.point}${written.fraction} ${amount.currency}`;
}

/**
 * A decimal string as a user would type it: with the language's sign before the decimals. Three decimals get a zero, because they
 * could also be read as a group of three digits.
 */
export function asTyped(decimal: string): string {
  const [whole = "", fraction] = decimal.split(".");
  return fraction === undefined
    ? whole
    : `${whole}${decimalSign()}${fraction.length === 3 ? `${fraction}0` : fraction}`;
}

/** Whether the amount has no digit other than zero. */
export function isZero(decimal: string): boolean {
  return /^-?0+(\.0+)?$/.test(decimal);
}
