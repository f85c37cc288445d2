// Checks every variant of every text of a translation: it formats the texts with arguments that reach each variant, and
// compares what comes out with English for the same arguments.

import { pieces } from "../src/lib/l10n/markup.ts";
import { writeCount } from "../src/lib/l10n/numbers.ts";
import { Texts, type Arguments } from "../src/lib/l10n/texts.ts";
import { compile } from "./plugin.ts";
import { describe, type ArgumentType, type Described, type SourceFile } from "./source.ts";

/** Among these numbers is one of each plural category of every language. */
const NUMBERS = [0, 1, 2, 3, 5, 6, 11, 21, 100, 1000, 1_000_000];

export interface Translation {
  readonly language: string;
  readonly described: ReadonlyMap<string, Described>;
  readonly texts: Texts;
}

export function translationOf(language: string, files: readonly SourceFile[]): Translation {
  const texts = new Texts(language, "ltr", compile(files), (count) => writeCount(count, language));
  return { language, described: describe(files), texts };
}

/** The plural forms that a language has and a text lacks, and those that no number of the language takes. */
export function pluralProblems({ language, described }: Translation): string[] {
  const categories: string[] = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const problems: string[] = [];
  for (const [id, { at, args, selectors }] of described)
    for (const { argument, keys } of selectors) {
      if (args.get(argument) !== "number") continue;
      for (const one of categories) if (!keys.includes(one)) problems.push(`${at}: ${id} has no [${one}]`);
      for (const key of keys)
        if (typeof key === "string" && !categories.includes(key))
          problems.push(`${at}: ${id} has [${key}], which never applies`);
    }
  return problems;
}

/** What is wrong with single variants: an error, a lost element or argument, or no text where English has one. */
export function variantProblems(english: Translation, other: Translation): string[] {
  const found = new Set<string>();
  for (const [id, own] of other.described) {
    const original = english.described.get(id);
    if (!original) continue;
    const numbers = [...own.selectors, ...original.selectors].flatMap(({ keys }) =>
      keys.filter((key) => typeof key === "number"),
    );
    for (const args of combinations(original.args, [...NUMBERS, ...numbers])) {
      const add = (problem: string) => found.add(`${own.at}: ${id}: ${problem}`);
      const [wanted, written] = [english, other].map(({ texts }) => shape(texts, id, args, add));
      if (wanted !== written) add(`${written} instead of ${wanted} for ${JSON.stringify(args)}`);
    }
  }
  return [...found];
}

/** Every combination of arguments: all words that a message chooses by, the given numbers, and one text for any other. */
function combinations(types: ReadonlyMap<string, ArgumentType>, numbers: readonly number[]): Arguments[] {
  let all: Arguments[] = [{}];
  for (const [name, type] of types) {
    const values = type === "string" ? [`«${name}»`] : type === "number" ? numbers : type;
    const before = all;
    all = values.flatMap((value) => before.map((args) => Object.assign({}, args, { [name]: value })));
  }
  return all;
}

/** The elements and the arguments in a formatted message, in alphabetical order: "text with <strong>, $account". */
function shape(texts: Texts, id: string, args: Arguments, onProblem: (problem: string) => void): string {
  const formatted = texts.format(id, args, onProblem) ?? "";
  const elements = pieces(formatted).flatMap((piece) => (piece.is === "element" ? [`<${piece.name}>`] : []));
  if (pieces(formatted).some((piece) => piece.is !== "argument" && /[<>]/.test(piece.text)))
    onProblem(`an element is not closed: ${formatted}`);
  const shown = Object.entries(args).filter(([name, value]) => value === `«${name}»` && formatted.includes(value));
  const parts = [...elements, ...shown.map(([name]) => `$${name}`)].toSorted().join(", ");
  return formatted.trim() === "" ? "no text" : `text with ${parts === "" ? "nothing else" : parts}`;
}
