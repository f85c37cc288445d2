// Checks the contrast of every colour on every background that it is drawn on, in both themes. WCAG 2.2 AA asks for 4.5:1
// for text (1.4.3) and for 3:1 for the outlines of controls and the meaningful parts of pictures (1.4.11).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Tokens = Readonly<Record<string, string>>;

const CSS = readFileSync(new URL("tokens.css", import.meta.url), "utf8");

/** The colours in the first rule with this selector, by name without the leading dashes. */
function colours(selector: string): Tokens {
  const from = CSS.indexOf(`${selector} {`);
  if (from < 0) throw new Error(`no rule for ${selector}`);
  const rule = CSS.slice(from, CSS.indexOf("}", from));
  return Object.fromEntries(
    [...rule.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = "", colour = ""]) => [name, colour]),
  );
}

const LIGHT = colours(`:root[data-theme="light"]`);
const DARK = colours(`:root[data-theme="dark"]`);
const DARK_OF_SYSTEM = colours(`:root:not([data-theme="light"]):not([data-theme="dark"])`);

/** Relative luminance, from 0 (black) to 1 (white). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const PAGE = ["paper", "surface", "sunken", "hover"];
const TINTS = ["accent-tint", "good-tint", "warn-tint", "bad-tint"];

// A little more than WCAG asks for: screens and eyes differ.
const TEXT = 4.6;
const PART = 3.1;

/** Each colour, the backgrounds it is drawn on, and the least contrast between them. */
const DRAWN: [what: string, grounds: string[], least: number][] = [
  ["ink", [...PAGE, ...TINTS, "rule"], TEXT],
  ["ink-2", [...PAGE, ...TINTS], TEXT],
  ["ink-3", [...PAGE, ...TINTS], TEXT],
  ["accent", [...PAGE, "accent-tint"], TEXT],
  ["good", [...PAGE, "good-tint"], TEXT],
  ["warn", [...PAGE, "warn-tint"], TEXT],
  ["bad", [...PAGE, "bad-tint"], TEXT],
  ["mark", [...PAGE, "mark-tint"], TEXT],
  ["accent-ink", ["accent", "accent-strong"], TEXT],
  ["paper", ["ink"], TEXT],
  ["rule-soft", [...PAGE, ...TINTS], PART],
  ["rule-strong", [...PAGE, ...TINTS], PART],
  ["focus", [...PAGE, ...TINTS], PART],
  ["bar", ["paper", "surface"], PART],
  ["accent", [...PAGE, ...TINTS], PART],
];

describe.each([
  ["light", LIGHT],
  ["dark", DARK],
])("the %s theme", (_, tokens) => {
  it.each(DRAWN.flatMap(([what, grounds, least]) => grounds.map((ground) => [what, ground, least] as const)))(
    "draws %s on %s",
    (what, ground, least) => {
      const [drawn, under] = [tokens[what], tokens[ground]];
      if (!drawn || !under) throw new Error(`${what} or ${ground} is no colour`);
      expect(contrast(drawn, under)).toBeGreaterThanOrEqual(least);
    },
  );
});

/** Every `--name: value` in the rule for more contrast or for forced colours. */
function overrides(query: string): Map<string, string> {
  const from = CSS.indexOf(`@media (${query})`);
  const rule = CSS.slice(CSS.indexOf("{", CSS.indexOf("{", from) + 1), CSS.indexOf("}", from));
  return new Map([...rule.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name = "", value = ""]) => [name, value]));
}

describe.each([
  ["light", LIGHT],
  ["dark", DARK],
])("more contrast in the %s theme", (_, tokens) => {
  /** The colour of a value of the rule: a token's, or a mixture of two. */
  function colourOf(value: string): string {
    const [, name] = /^var\(--([\w-]+)\)$/.exec(value) ?? [];
    if (name) return tokens[name] ?? "";
    const [, first = "", percent, second = ""] =
      /^color-mix\(in srgb, var\(--([\w-]+)\) (\d+)%, var\(--([\w-]+)\)\)$/.exec(value) ?? [];
    const share = Number(percent) / 100;
    const parts = [1, 3, 5].map((at) => {
      const [one, other] = [first, second].map((from) => Number.parseInt(tokens[from]?.slice(at, at + 2) ?? "", 16));
      return Math.round((one ?? NaN) * share + (other ?? NaN) * (1 - share));
    });
    return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  }

  it.each([...overrides("prefers-contrast: more")])("draws %s as %s with more contrast than before", (name, value) => {
    const least = name.startsWith("ink") ? 7 : 4.5;
    for (const ground of PAGE) {
      const under = tokens[ground] ?? "";
      expect(contrast(colourOf(value), under)).toBeGreaterThanOrEqual(least);
      expect(contrast(colourOf(value), under)).toBeGreaterThanOrEqual(contrast(tokens[name] ?? "", under));
    }
  });
});

it("draws everything in the user's own colours where the system forces them", () => {
  const forced = overrides("forced-colors: active");
  expect([...forced.keys()].filter((name) => name in LIGHT).toSorted()).toEqual(Object.keys(LIGHT).toSorted());
  const system = /^(Canvas|CanvasText|ButtonText|Highlight|HighlightText|transparent|none)$/;
  expect([...forced.values()].filter((value) => !system.test(value))).toEqual([]);
});

it("defines the same names in both themes, and one dark theme whether the user or the system chose it", () => {
  expect(Object.keys(DARK).toSorted()).toEqual(Object.keys(LIGHT).toSorted());
  expect(DARK_OF_SYSTEM).toEqual(DARK);
});
