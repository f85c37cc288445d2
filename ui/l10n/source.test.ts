import { describe, expect, it } from "vitest";
import { describe as describeTexts, differences } from "./source.ts";
import { typesOf } from "./types.ts";

const read = (text: string) => describeTexts([{ name: "test.ftl", text }]);

describe("a description", () => {
  it("has the arguments, the elements and the attributes", () => {
    const texts = read(`
a = Plain
b = { $name } has <strong>{ $count ->
    [one] { $count } thing
   *[other] { $count } things
}</strong>
    .part = { NUMBER($part) } of { $whole }
    .label = { $kind ->
       *[big] Big { $what }
        [small] Small
    }
`);
    const details = read("detail-late = { $host } is late.");
    expect(typesOf(texts, details)).toContain(`
  "a": null;
  "b": { name: string; count: number; strong?: Markup };
  "b.label": { kind: "big" | "small"; what: string };
  "b.part": { part: number; whole: string };
}

/** The messages of what errors say in detail. */
export interface DetailMessages {
  "detail-late": { host: string };
}
`);
  });

  it.each([
    ["a = { $x", "test.ftl:1: not Fluent"],
    ["a = A\na = B", "test.ftl:2: a exists twice"],
    ["-a = A", "test.ftl:1: the window uses no terms"],
    ["a = A\nb = { a }", "test.ftl:2: b: refers to a"],
    ["a = { DATETIME($x) }", "test.ftl:1: a: DATETIME() is not used like that"],
    ["a = { NUMBER($x, minimumFractionDigits: 2) }", "test.ftl:1: a: NUMBER() is not used like that"],
    ["a = A <br/>", "test.ftl:1: a: <br/> is not an element's name"],
  ])("refuses %s", (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});

it("lists what a translation lacks and what English does not have", () => {
  const english = read("a = A\nb = { $x } <strong>B</strong>\n    .hint = B");
  expect(differences(english, read("b = { $y } B\nc = C"))).toEqual([
    "a is missing (test.ftl:1)",
    "b.hint is missing (test.ftl:3)",
    "test.ftl:1: b has $y, unlike English",
    "test.ftl:1: b has no $x, unlike English",
    "test.ftl:1: b has no <strong>, unlike English",
    "test.ftl:2: English has no c",
  ]);
});

it("lets a translation choose only by what English chooses by", () => {
  const choice = (argument: string, key: string) =>
    read(`a = { $${argument} ->\n    [${key}] A\n   *[other] B\n} { $x } { $n } { $kind }`);
  const english = read("a = { $n ->\n    [one] A\n   *[other] B\n} { $kind ->\n    [big] C\n   *[other] D\n} { $x }");
  expect(differences(english, choice("n", "few"))).toEqual(["test.ftl:1: a has another use of $kind, unlike English"]);
  expect(differences(english, choice("x", "one"))).toContain("test.ftl:1: a has another use of $x, unlike English");
  expect(differences(english, choice("kind", "big"))).toEqual([]);
  expect(differences(english, choice("kind", "huge"))).toContain(
    "test.ftl:1: a has another use of $kind, unlike English",
  );
});
