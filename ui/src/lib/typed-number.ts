// Reads numbers that users type.

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
