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

test("every icon has a size that follows the text size", () => {
  const styles = readFileSync(new URL("./styles/base.css", import.meta.url), "utf8");
  const sizes = SOURCES.filter((name) => name.endsWith(".svelte")).flatMap((name) =>
    [...readFileSync(new URL(`./${name}`, import.meta.url), "utf8").matchAll(/\bsize=\{(\d+)\}/g)].map(
      ([, size]) => size,
    ),
  );
  expect(sizes.length).toBeGreaterThan(20);
  const missing = [...new Set(sizes)].filter(
    (size) => !styles.includes(`svg.lucide[width="${size}"] {\n  width: ${Number(size) / 16}rem;`),
  );
  expect(missing).toEqual([]);
});

test("no module has a top-level await, after which WebKit may never load a page that imports the module", () => {
  const found = SOURCES.filter((name) => !name.startsWith("lib/testing/")).filter((name) =>
    /^(?:(?:export )?(?:const|let) .*= )?await /m.test(readFileSync(new URL(`./${name}`, import.meta.url), "utf8")),
  );
  expect(found).toEqual([]);
});
