// Rules about the window's source that the compiler cannot check.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const SOURCES = readdirSync(new URL(".", import.meta.url), { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.(svelte|ts)$/.test(name) && !/\.test\.ts$|bindings\.ts$/.test(name),
);

test("no element has a title attribute, whose tooltip would float over dialogs", () => {
  const found = SOURCES.filter((name) => name.endsWith(".svelte")).flatMap((name) =>
    [...readFileSync(new URL(`./${name}`, import.meta.url), "utf8").matchAll(/<[a-z][^>]*?\stitle=/gs)].map(
      ([tag]) => `${name}: ${tag}`,
    ),
  );
  expect(found).toEqual([]);
});
