import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { textsOutside } from "./outside.ts";

/** What looks like a text and is none, by file, with the reason. */
const ALLOWED: Record<string, readonly string[]> = {
  // The name is the same in every language.
  "layout/Sidebar.svelte": ["Bursar"],
  // An address, to show its form.
  "pages/settings/RpcEndpoint.svelte": ["https://…"],
  // CSS in code.
  "lib/font.ts": ['1em "Hanken Grotesk Variable"'],
  "pages/overview/SpendChart.svelte": ["(prefers-color-scheme: dark)"],
};

const ROOT = new URL("../src/", import.meta.url);
const SOURCES = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(svelte|ts)$/.test(name) && !/(\.test|\.d|bindings|l10n\/messages)\.ts$/.test(name))
  .toSorted();

test("every text is in a Fluent file (locales/en)", () => {
  const found = SOURCES.flatMap((name) =>
    textsOutside(name, readFileSync(new URL(name, ROOT), "utf8"))
      .filter(({ text }) => !ALLOWED[name]?.includes(text))
      .map(({ line, text }) => `${name}:${line}: ${text}`),
  );
  expect(found).toEqual([]);
});

test("everything that is allowed exists", () => {
  for (const [name, texts] of Object.entries(ALLOWED)) {
    const found = textsOutside(name, readFileSync(new URL(name, ROOT), "utf8")).map(({ text }) => text);
    expect(found, name).toEqual(expect.arrayContaining([...texts]));
  }
});

describe("a text outside Fluent", () => {
  const inComponent = (source: string) => textsOutside("A.svelte", source).map(({ text }) => text);
  const inModule = (source: string) => textsOutside("a.ts", source).map(({ text }) => text);

  it("is text between tags", () => {
    expect(inComponent("<p>\n  Top up\n</p>")).toEqual(["Top up"]);
    expect(inComponent("{#if a}<b>{b} left</b>{/if}")).toEqual(["left"]);
  });

  it("is an attribute that users see or hear", () => {
    expect(inComponent(`<button aria-label="Close"></button>`)).toEqual(["Close"]);
    expect(inComponent("<Callout title={a ? 'Saved' : b} />")).toEqual(["Saved"]);
    expect(inComponent('<TextField label="To {name}" />')).toEqual(["To"]);
    expect(inComponent("<Skeleton what={`the ${name}`} other={`all of ${name}`} />")).toEqual(["all of"]);
  });

  it("is a string in code that looks like words", () => {
    expect(inModule('export const a = "Nothing is lost.";')).toEqual(["Nothing is lost."]);
    expect(inModule("const a = () => `${n} days left`;")).toEqual(["days left"]);
    expect(inModule('const LABELS = { open: "Pending" };')).toEqual(["Pending"]);
  });

  it("is none of what only programs read", () => {
    expect(
      inComponent(`<script lang="ts">
  // A comment about words.
  import Close from "./Close Button.svelte";
  let { kind }: { kind: "Top up" | "b" } = $props();
  const label = $derived(kind === "Top up" ? t("a b") : "a-b");
</script>
<p class="row of things" data-testid="a b" style:width="{a}px" {...label}>{t("top-up")} – 12</p>
<style>
  .row { content: "No text"; }
</style>`),
    ).toEqual([]);
    expect(inModule('throw new Error("For developers only.");')).toEqual([]);
  });
});
