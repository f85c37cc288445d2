import { describe, expect, it } from "vitest";
import { compile } from "../../../l10n/plugin.ts";
import { pieces, placeholder, escapeMarkup } from "./markup.ts";
import { t } from "./l10n.svelte.ts";
import { writeCount } from "./numbers.ts";
import { Texts, type Arguments, type Direction } from "./texts.ts";

function format(text: string, args: Arguments, direction: Direction = "ltr", problems: string[] = []): string | null {
  return new Texts("en", direction, compile([{ text }]), (count) => writeCount(count, "en")).format("a", args, (one) =>
    problems.push(one),
  );
}

describe("a message", () => {
  it("chooses the plural form and groups the digits of a count", () => {
    const text = "a = { $n ->\n    [one] { $n } payment\n   *[other] { $n } payments\n}";
    expect(format(text, { n: 1 })).toBe("1 payment");
    expect(format(text, { n: 12_300 })).toBe("12\u202f300 payments");
  });

  it("isolates an argument whose direction differs from the language's", () => {
    expect(format("a = Edit { $name }!", { name: "Work" })).toBe("Edit Work!");
    expect(format("a = Edit { $name }!", { name: "עבודה" })).toBe("Edit \u2068עבודה\u2069!");
    expect(format("a = Edit { $name }!", { name: "Work" }, "rtl")).toBe("Edit \u2068Work\u2069!");
  });

  it("chooses by a word in either direction", () => {
    const text = "a = { $kind ->\n    [big] Big\n   *[small] Small\n} { $what }";
    expect(format(text, { kind: "big", what: "box" })).toBe("Big box");
    expect(format(text, { kind: "big", what: "box" }, "rtl")).toBe("\u2068Big\u2069 \u2068box\u2069");
  });

  it("reports a missing argument", () => {
    const problems: string[] = [];
    format("a = { $x } { $y }", { x: "X" }, "ltr", problems);
    expect(problems).toEqual(["a: Unknown variable: $y"]);
  });

  it("is null when it does not exist", () => {
    expect(format("b = B", {})).toBeNull();
  });
});

it.each([
  [0, "Less than a day left"],
  [1, "1 day left"],
  [2, "2 days left"],
  [1000, "1\u202f000 days left"],
])("says for %d days: %s", (days, expected) => {
  expect(t("days-left", { days })).toBe(expected);
});

it("fails in tests when a text or an argument is missing", () => {
  const untyped = t as (id: string, args?: object) => string;
  expect(() => untyped("no-such-text")).toThrow("no-such-text");
  expect(() => untyped("connected", {})).toThrow("$account");
});

describe("markup", () => {
  it("is split into texts, arguments and elements", () => {
    expect(pieces(`Pay ${placeholder("amount")} to <strong>Work</strong>.`)).toEqual([
      { is: "text", text: "Pay " },
      { is: "argument", name: "amount" },
      { is: "text", text: " to " },
      { is: "element", name: "strong", text: "Work" },
      { is: "text", text: "." },
    ]);
  });

  it("never comes from an argument", () => {
    const name = escapeMarkup(`<strong>x</strong>${placeholder("y")}`);
    expect(pieces(`<mono>${name}</mono>`)).toEqual([{ is: "element", name: "mono", text: "<strong>x</strong>y" }]);
  });
});
