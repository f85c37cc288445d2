// Rules about the window's source that the compiler cannot check.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const SOURCES = readdirSync(new URL(".", import.meta.url), { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.(svelte|ts)$/.test(name) && !/\.test\.ts$|bindings\.ts$/.test(name),
);

test("every count with a noun is formatted by pluralize", () => {
  const noun = String.raw`(days?|hours?|minutes?|seconds?|payments?|blocks?|accounts?|months?|services?|notices?)\b(?!=)`;
  const byHand = new RegExp(String.raw`\}(<\/\w+>)? ${noun}`);
  const found = SOURCES.flatMap((name) =>
    readFileSync(new URL(`./${name}`, import.meta.url), "utf8")
      .split("\n")
      .filter((line) => byHand.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

test("no element has a title attribute, whose tooltip would float over dialogs", () => {
  const found = SOURCES.filter((name) => name.endsWith(".svelte")).flatMap((name) =>
    [...readFileSync(new URL(`./${name}`, import.meta.url), "utf8").matchAll(/<[a-z][^>]*?\stitle=/gs)].map(
      ([tag]) => `${name}: ${tag}`,
    ),
  );
  expect(found).toEqual([]);
});
