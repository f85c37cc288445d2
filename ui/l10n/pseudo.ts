// Two languages that are made from English, for tests of the layout. Accented (`en-XA`) is about 40 % longer and stands in
// brackets, message by message, so that texts that are cut, glued together or outside Fluent can be seen. Mirrored (`ar-XB`)
// runs from right to left. No build of the window contains them.

import type { Message } from "@fluent/bundle";
import type { Patterns } from "../src/lib/l10n/texts.ts";

type Pattern = NonNullable<Message["value"]>;
type Element = Exclude<Pattern, string>[number];

const LANGUAGES = ["en-XA", "ar-XB"] as const;
export type PseudoLanguage = (typeof LANGUAGES)[number];

/** Around every accented message. No other text has them. */
export const BRACKETS = ["⟦", "⟧"] as const;

/** A letter and what stands for it. Vowels are written twice, which makes the texts longer. */
const ACCENTS = "aàá eèé iìí oòó uùú yýÿ AÀÁ EÈÉ IÌÍ OÒÓ UÙÚ cç dđ lł nñ sš zž CÇ DĐ LŁ NÑ SŠ ZŽ";
const ACCENTED: ReadonlyMap<string, string> = new Map(ACCENTS.split(" ").map((one) => [one.charAt(0), one.slice(1)]));

const RIGHT_TO_LEFT_OVERRIDE = "\u202e";
const POP_DIRECTION = "\u202c";
/** Markup stays as it is. */
const TAG = /(<\/?[a-z]+>)/;

export function isPseudoLanguage(language: string): language is PseudoLanguage {
  return (LANGUAGES as readonly string[]).includes(language);
}

/** The texts of a pseudo-language, from those of English. */
export function pseudoTexts(language: PseudoLanguage, english: Patterns): Patterns {
  return Object.fromEntries(
    Object.entries(english).map(([id, pattern]) => [
      id,
      language === "en-XA" ? inBrackets(changed(pattern, accent)) : changed(pattern, mirror),
    ]),
  );
}

function changed(pattern: Pattern, change: (text: string) => string): Pattern {
  if (typeof pattern === "string") return changedText(pattern, change);
  return pattern.map((element): Element => {
    if (typeof element === "string") return changedText(element, change);
    if (element.type !== "select") return element;
    return {
      ...element,
      variants: element.variants.map((variant) => ({ ...variant, value: changed(variant.value, change) })),
    };
  });
}

function changedText(text: string, change: (text: string) => string): string {
  return text
    .split(TAG)
    .map((part) => (TAG.test(part) ? part : change(part)))
    .join("");
}

function accent(text: string): string {
  return text.replace(/[A-Za-z]/g, (letter) => ACCENTED.get(letter) ?? letter);
}

/** Letters in the opposite order, so that a text reads like one from right to left. */
function mirror(text: string): string {
  return text.trim() === "" ? text : `${RIGHT_TO_LEFT_OVERRIDE}${text}${POP_DIRECTION}`;
}

/** A message without words stays empty. */
function inBrackets(pattern: Pattern): Pattern {
  const [open, close] = BRACKETS;
  if (typeof pattern === "string") return pattern === "" ? pattern : `${open}${pattern}${close}`;
  const isEmpty = pattern.every((element) => typeof element !== "string" && element.type === "str");
  return isEmpty ? pattern : [open, ...pattern, close];
}
