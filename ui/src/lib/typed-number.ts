// Reads numbers that users type, by the same rules as the core (crates/bursar-domain/src/money/typed.rs): each case of
// crates/bursar-domain/tests/typed_numbers.json is tested in both.

const SPACES = /^\p{Zs}+|\p{Zs}+$/gu;
const DIGIT = /^\p{Nd}$/u;

/** A separator counts as its kind: a group has one kind only. */
const KINDS: readonly (readonly [kind: Kind, characters: RegExp])[] = [
  ["point", /^[.．]$/u],
  ["comma", /^[,，]$/u],
  ["decimals", /^٫$/u],
  ["groups", /^٬$/u],
  ["apostrophe", /^['’＇]$/u],
  ["space", /^\p{Zs}$/u],
];
type Kind = "point" | "comma" | "decimals" | "groups" | "apostrophe" | "space";

/** What a typed text means: a number in ASCII digits with a point, two numbers between which it does not decide, or none. */
export type TypedNumber =
  | { readonly is: "number"; readonly digits: string }
  | { readonly is: "ambiguous"; readonly whole: string; readonly decimal: string }
  | { readonly is: "malformed" };

const MALFORMED: TypedNumber = { is: "malformed" };

/**
 * Reads digits of one script. Groups of three may be separated by spaces, apostrophes, points or commas, and decimals by a point
 * or a comma, in the way of any language. Where one point or comma could be either, as in `1.234`, the text is ambiguous.
 */
export function readTypedNumber(text: string): TypedNumber {
  const parts: string[] = [""];
  const kinds: Kind[] = [];
  const zeros = new Set<string>();
  for (const character of text.replace(SPACES, "")) {
    const digit = digitOf(character);
    if (digit) {
      zeros.add(digit.zero);
      parts.push(`${parts.pop() ?? ""}${digit.digit}`);
      continue;
    }
    const kind = KINDS.find(([, characters]) => characters.test(character))?.[0];
    if (!kind) return MALFORMED;
    kinds.push(kind);
    parts.push("");
  }
  if (zeros.size > 1 || parts.includes("")) return MALFORMED;
  return meaningOf(parts, kinds);
}

function meaningOf(parts: readonly string[], kinds: readonly Kind[]): TypedNumber {
  const last = kinds.at(-1);
  if (last === undefined) return { is: "number", digits: parts.join("") };
  const grouped = areGroups(parts, kinds) && last !== "decimals";
  const before = [parts.slice(0, -1), kinds.slice(0, -1)] as const;
  const decimal =
    /^(point|comma|decimals)$/.test(last) &&
    !before[1].includes(last) &&
    (before[1].length === 0 || areGroups(...before));
  const [whole, number] = [parts.join(""), `${before[0].join("")}.${parts.at(-1) ?? ""}`];
  if (grouped && decimal) return { is: "ambiguous", whole, decimal: number };
  if (grouped) return { is: "number", digits: whole };
  return decimal ? { is: "number", digits: number } : MALFORMED;
}

/** Whether these are groups of three digits behind a first one of up to three, without leading zeros. */
function areGroups([first = "", ...rest]: readonly string[], kinds: readonly Kind[]): boolean {
  return (
    /^[1-9]\d{0,2}$/.test(first) && rest.every((part) => part.length === 3) && kinds.every((kind) => kind === kinds[0])
  );
}

/** A digit's value and the zero of its script. Full-width digits count as ASCII digits, because they look alike. */
function digitOf(one: string): { digit: string; zero: string } | null {
  if (!DIGIT.test(one)) return null;
  const point = one.codePointAt(0) ?? 0;
  let first = point;
  // In Unicode the ten digits of a script follow each other.
  while (first > 0 && DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  const value = (point - first) % 10;
  const zero = String.fromCodePoint(point - value);
  return { digit: String(value), zero: zero === "０" ? "0" : zero };
}
