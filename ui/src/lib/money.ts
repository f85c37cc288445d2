// How an amount is written. Works on decimal strings alone: no amount ever becomes a floating-point number.

/** The parts of an amount as it is drawn. */
export interface Written {
  /** U+2212 for a negative amount, else empty. */
  sign: string;
  /** Thousands grouped by narrow no-break spaces. */
  whole: string;
  /** At least two digits, and further ones as long as they say something. */
  fraction: string;
}

const GROUP = "\u202f";
const MINUS = "\u2212";
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Null when `decimal` is not a decimal string: then nothing is known, and nothing is made up. */
export function write(decimal: string): Written | null {
  const match = DECIMAL.exec(decimal);
  if (!match) return null;
  const [, minus = "", whole = "", fraction = ""] = match;
  const digits = whole.replace(/^0+(?=\d)/, "");
  const kept = fraction.replace(/0+$/, "").padEnd(2, "0");
  const isZero = /^0*$/.test(digits + kept);
  return {
    sign: minus && !isZero ? MINUS : "",
    whole: digits.replace(/\B(?=(\d{3})+$)/g, GROUP),
    fraction: kept,
  };
}

/** One line for names that screen readers speak and for copying: "1 204.35 USDC". */
export function line(amount: { amount: string; currency: string }): string {
  const written = write(amount.amount);
  if (!written) return "unknown";
  return `${written.sign}${written.whole}.${written.fraction} ${amount.currency}`;
}

/** Whether the amount is written as nothing but zeros. */
export function isZero(decimal: string): boolean {
  return /^-?0+(\.0+)?$/.test(decimal);
}
