import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pluralize } from "./plural.ts";

test.each([
  [0, "0 payments"],
  [1, "1 payment"],
  [2, "2 payments"],
  [12_300, "12\u202f300 payments"],
])("writes %d as %s", (number, expected) => {
  expect(pluralize(number, "payment")).toBe(expected);
});

test("takes a plural of its own", () => {
  expect(pluralize(2, "entry", "entries")).toBe("2 entries");
});

const SOURCES = readdirSync(new URL("..", import.meta.url), { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.(svelte|ts)$/.test(name) && !/\.test\.ts$|bindings\.ts$/.test(name),
);

test("is what every count with its noun is written by", () => {
  const noun = String.raw`(days?|hours?|minutes?|seconds?|payments?|blocks?|accounts?|months?|services?|notices?)\b(?!=)`;
  const byHand = new RegExp(String.raw`\}(<\/\w+>)? ${noun}`);
  const found = SOURCES.flatMap((name) =>
    readFileSync(new URL(`../${name}`, import.meta.url), "utf8")
      .split("\n")
      .filter((line) => byHand.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

test("no element has a tooltip of the system's, which would float over dialogs", () => {
  const found = SOURCES.filter((name) => name.endsWith(".svelte")).flatMap((name) =>
    [...readFileSync(new URL(`../${name}`, import.meta.url), "utf8").matchAll(/<[a-z][^>]*?\stitle=/gs)].map(
      ([tag]) => `${name}: ${tag}`,
    ),
  );
  expect(found).toEqual([]);
});
