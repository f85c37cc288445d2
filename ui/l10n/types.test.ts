import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describe as describeTexts, readFiles } from "./source.ts";
import { typesOf } from "./types.ts";

const TYPES = new URL("../src/lib/l10n/messages.ts", import.meta.url);

test("the types of the texts are those of the English files (`npm run l10n --workspace ui` writes them)", () => {
  const types = typesOf(describeTexts(readFiles("en")), describeTexts(readFiles("en", "errors")));
  if (process.env["BURSAR_L10N"] === "write") writeFileSync(TYPES, types);
  expect(readFileSync(TYPES, "utf8")).toBe(types);
});
