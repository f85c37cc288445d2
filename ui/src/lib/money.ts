// Formats, parses, compares and adds amounts. All of it works on decimal strings: no amount ever becomes a floating-point
// number.

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
  if (!written) return "unknown";
  return `${written.sign}${written.whole}.${written.fraction} ${amount.currency}`;
}

/** Whether the amount has no digit other than zero. */
export function isZero(decimal: string): boolean {
  return /^-?0+(\.0+)?$/.test(decimal);
}

const SPACES = /^\p{Zs}+|\p{Zs}+$/gu;
const GROUPED = /^\p{Nd}{1,3}(?:\p{Zs}\p{Nd}{3})+$/u;
const DIGIT = /^\p{Nd}$/u;

/**
 * Turns a number that a user typed or pasted into ASCII digits. Accepts digits of one script, with or without spaces between
 * groups of three, and a point before the decimals. Returns null for anything else, such as a text that could mean two
 * numbers. The core parses amounts by the same rules.
 */
export function parseTypedNumber(text: string): string | null {
  const [whole = "", fraction, ...more] = text.replace(SPACES, "").split(/[.．٫]/u);
  if (more.length > 0 || fraction === "" || (/\p{Zs}/u.test(whole) && !GROUPED.test(whole))) return null;
  const zeros = new Set<string>();
  const digits = (part: string) => {
    let ascii = "";
    for (const one of part) {
      const value = digit(one);
      if (!value) return null;
      zeros.add(value.zero);
      ascii += value.digit;
    }
    return ascii === "" ? null : ascii;
  };
  const read = digits(whole.replace(/\p{Zs}/gu, ""));
  const decimals = fraction === undefined ? "" : digits(fraction);
  if (read === null || decimals === null || zeros.size > 1) return null;
  if (GROUPED.test(whole) && read.startsWith("0")) return null;
  return decimals === "" ? read : `${read}.${decimals}`;
}

/** A digit's value and the zero of its script. Full-width digits count as ASCII digits, because they look alike. */
function digit(one: string): { digit: string; zero: string } | null {
  if (!DIGIT.test(one)) return null;
  const point = one.codePointAt(0) ?? 0;
  let first = point;
  // In Unicode the ten digits of a script follow each other.
  while (first > 0 && DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  const value = (point - first) % 10;
  const zero = String.fromCodePoint(point - value);
  return { digit: String(value), zero: zero === "０" ? "0" : zero };
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
