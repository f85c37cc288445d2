/** A public validator accepts the panel's API description as OpenAPI 3.1, and no prose in it is parsed as keys. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import { parse, parseDocument } from "yaml";

const FILE = fileURLToPath(new URL("../../docs/panel-api.yaml", import.meta.url));
const text = readFileSync(FILE, "utf8");

test("the description is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const found = await validator.validate(text);
  assert.deepEqual(found.errors ?? [], []);
  assert.ok(found.valid);
  assert.equal(validator.version, "3.1");
});

test("the description is YAML without warnings, and no prose in it became a key", () => {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  assert.deepEqual([...document.errors, ...document.warnings], []);
  assert.deepEqual(proseKeys(parse(text), "#"), []);
});

/** Finds keys with a space and keys without a value: half a sentence that YAML split at a colon or comma. */
function proseKeys(node: unknown, path: string): string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    const here = `${path}/${key}`;
    const isSentence = !Array.isArray(node) && (/\s/.test(key) || value === null);
    // The content of an example is data.
    const inside = key === "value" || key === "example" ? [] : proseKeys(value, here);
    return isSentence && key !== "value" && key !== "default" ? inside.concat(here) : inside;
  });
}
