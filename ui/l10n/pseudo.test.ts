import { expect, it, test } from "vitest";
import { Texts } from "../src/lib/l10n/texts.ts";
import { compile } from "./plugin.ts";
import { pseudoTexts, type PseudoLanguage } from "./pseudo.ts";
import { readFiles } from "./source.ts";
import { translationOf, variantProblems } from "./variants.ts";

function format(language: PseudoLanguage, text: string, args: Record<string, string | number>): string | null {
  const texts = new Texts(
    "en",
    language === "ar-XB" ? "rtl" : "ltr",
    pseudoTexts(language, compile([{ text }])),
    String,
  );
  return texts.format("a", args, (problem) => {
    throw new Error(problem);
  });
}

it("has accents and brackets, and leaves arguments and markup alone", () => {
  expect(format("en-XA", "a = Pay <strong>{ $host }</strong> now", { host: "example.org" })).toBe(
    "⟦Pàáýÿ <strong>example.org</strong> ñòów⟧",
  );
  const choice = "a = { $n ->\n    [one] One day\n   *[other] Some days\n}";
  expect(format("en-XA", choice, { n: 1 })).toBe("⟦ÒÓñèé đàáýÿ⟧");
  expect(format("en-XA", choice, { n: 2 })).toBe("⟦Šòómèé đàáýÿš⟧");
  expect(format("en-XA", 'a = { "" }', {})).toBe("");
});

it("runs from right to left, with arguments isolated", () => {
  expect(format("ar-XB", "a = Pay { $host }", { host: "example.org" })).toBe("\u202ePay \u202c\u2068example.org\u2069");
});

test("the accented texts are about 40 % longer than English", () => {
  /** The letters of a pattern, without ids and arguments. */
  const length = (pattern: unknown): number => {
    if (typeof pattern === "string") return pattern.length;
    if (Array.isArray(pattern)) return pattern.reduce<number>((sum, part) => sum + length(part), 0);
    const { variants = [] } = pattern as { variants?: { value: unknown }[] };
    return length(variants.map(({ value }) => value));
  };
  const english = compile(readFiles("en"));
  const longer = length(Object.values(pseudoTexts("en-XA", english))) / length(Object.values(english));
  expect(longer).toBeGreaterThan(1.35);
  expect(longer).toBeLessThan(1.5);
});

test("every message keeps its arguments and its markup", () => {
  const english = translationOf("en", readFiles("en"));
  const accented = {
    ...english,
    texts: new Texts("en", "ltr", pseudoTexts("en-XA", compile(readFiles("en"))), String),
  };
  expect(variantProblems(english, accented)).toEqual([]);
});
