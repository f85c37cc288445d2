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

test("no amount is alone in a flexible <dd>, of which WebKitGTK tells screen readers nothing", () => {
  const found = SOURCES.filter((name) => {
    const source = readFileSync(new URL(`./${name}`, import.meta.url), "utf8");
    return /<dd[^>]*>\s*<Money/.test(source) && /^\s*dd \{[^}]*display: *(?:inline-)?flex/m.test(source);
  });
  expect(found).toEqual([]);
});

/** What a declaration has to be called instead, so that the window can be mirrored. */
const PHYSICAL =
  /^\s*(?:(?:margin|padding|border|inset|scroll-(?:margin|padding))-(?:left|right)\b|border-(?:top|bottom)-(?:left|right)-radius|left|right)[^:]*:|(?:text-align|float|clear): *(?:left|right)/;
/** What can have a value for each side. The second of four is on the right and the last on the left. */
const SIDES = /^\s*(?:margin|padding|inset|border-(?:width|style|color)): *(.*);/;
/** A value, which may be a function of others. */
const VALUE = /[^\s()]+(?:\((?:[^()]|\([^()]*\))*\))?|\((?:[^()]|\([^()]*\))*\)/g;

function physicalDeclarations(css: string): string[] {
  return css.split("\n").filter((line) => {
    if (PHYSICAL.test(line)) return true;
    const [, right, , left] = SIDES.exec(line)?.[1]?.match(VALUE) ?? [];
    return left !== undefined && right !== left;
  });
}

test("no style names the left or the right side, so that the window can be mirrored", () => {
  const sources = SOURCES.filter((name) => name.endsWith(".svelte")).map((name) => {
    const source = readFileSync(new URL(`./${name}`, import.meta.url), "utf8");
    const styles = source.slice(source.indexOf("<style>"));
    const directives = [...source.matchAll(/\bstyle:(?:left|right|margin-(?:left|right))\b/g)].map(([found]) => found);
    return { name, found: [...(source.includes("<style>") ? physicalDeclarations(styles) : []), ...directives] };
  });
  const sheets = ["base", "tokens"].map((name) => ({
    name,
    found: physicalDeclarations(readFileSync(new URL(`./styles/${name}.css`, import.meta.url), "utf8")),
  }));
  expect([...sources, ...sheets].filter(({ found }) => found.length > 0)).toEqual([]);
});

test("a style that names a side is found", () => {
  for (const line of [
    "  margin-left: 0;",
    "  padding-right: calc(1px + 2px);",
    "  left: 50%;",
    "  border-right: 1px solid red;",
    "  border-top-left-radius: 2px;",
    "  text-align: right;",
    "  padding: 0 var(--a) 0 var(--b);",
    "  margin: 0 calc(-1 * var(--a)) 0 0;",
  ])
    expect(physicalDeclarations(line), line).toEqual([line]);
  for (const line of [
    "  margin-inline-start: 0;",
    "  padding: 0 var(--a) 1px var(--a);",
    "  padding: 0 1px 2px;",
    ".left {",
  ])
    expect(physicalDeclarations(line), line).toEqual([]);
});

test("the window has one live region, which is there from the start", () => {
  const LIVE = /\brole="(?:status|alert|log)"|\baria-live=|\brole=\{[^}]*(?:status|alert|log)/g;
  const found = SOURCES.filter((name) => name.endsWith(".svelte")).flatMap((name) =>
    [...readFileSync(new URL(`./${name}`, import.meta.url), "utf8").matchAll(LIVE)].map(
      ([region]) => `${name}: ${region}`,
    ),
  );
  expect(found).toEqual(['App.svelte: role="status"', "App.svelte: aria-live="]);
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
