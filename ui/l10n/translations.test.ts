import { describe, expect, it } from "vitest";
import { differences, languages, readFiles, readProgramFiles } from "./source.ts";
import { pluralProblems, translationOf, variantProblems } from "./variants.ts";

describe.each([
  { where: "the window", read: readFiles },
  { where: "tray, notifications and terminal", read: readProgramFiles },
])("of $where", ({ read }) => describe.each(languages())("%s", (language) => compare(language, read)));

function compare(language: string, read: typeof readFiles): void {
  const english = translationOf("en", read("en"));
  const translation = translationOf(language, read(language));

  it("has the texts of English, with the same attributes, arguments and elements", () => {
    expect(differences(english.described, translation.described)).toEqual([]);
  });

  it("has them in the order of the English files", () => {
    expect([...translation.described.keys()]).toEqual([...english.described.keys()]);
  });

  it("has all plural forms of the language, and no others", () => {
    expect(pluralProblems(translation)).toEqual([]);
  });

  it("formats every variant without an error, with what it has in English", () => {
    expect(variantProblems(english, translation)).toEqual([]);
  });
}

describe("a mistake in one variant", () => {
  const read = (language: string, text: string) => translationOf(language, [{ name: `${language}.ftl`, text }]);
  const original = read(
    "en",
    "a = { $n ->\n    [one] <b>{ $n }</b> day: { $x }\n   *[other] <b>{ $n }</b> days: { $x }\n}",
  );
  const problemsOf = (one: string, rest: string) =>
    variantProblems(original, read("de", `a = { $n ->\n    [one] ${one}\n   *[other] ${rest}\n}`));

  it("is none when only the number is left out", () => {
    expect(problemsOf("<b>Ein</b> Tag: { $x }", "<b>{ $n }</b> Tage: { $x }")).toEqual([]);
  });

  it("is a lost argument, a lost or open element, and no text", () => {
    expect(problemsOf("<b>{ $n }</b> Tag", "<b>{ $n }</b> Tage: { $x }")).toEqual([
      `de.ftl:1: a: text with <b> instead of text with $x, <b> for {"n":1,"x":"«x»"}`,
    ]);
    expect(problemsOf("{ $n } Tag: { $x }", "<b>{ $n }</b> Tage: { $x }").join()).toContain("text with $x instead of");
    expect(problemsOf("<b>{ $n }<b> Tag: { $x }", "<b>{ $n }</b> Tage: { $x }").join()).toContain("is not closed");
    expect(problemsOf('{ "" }', "<b>{ $n }</b> Tage: { $x }").join()).toContain("no text instead of");
  });

  it("is an argument that does not exist", () => {
    expect(problemsOf("<b>{ $m }</b> Tag: { $x }", "<b>{ $n }</b> Tage: { $x }").join()).toContain("$m");
  });

  it("is a plural form that the language lacks or needs", () => {
    const text = "a = { $n ->\n    [0] A\n    [one] B\n    [few] C\n   *[other] D\n}";
    expect(pluralProblems(read("es", text))).toEqual([
      "es.ftl:1: a has no [many]",
      "es.ftl:1: a has [few], which never applies",
    ]);
  });
});
