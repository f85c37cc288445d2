import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readTypedNumber } from "./typed-number.ts";

/** The core's tests read the same file. */
const TABLE = JSON.parse(
  readFileSync(new URL("../../../crates/bursar-domain/tests/typed_numbers.json", import.meta.url), "utf8"),
) as { numbers: [string, string][]; ambiguous: [string, string, string][]; malformed: string[] };

describe("a typed number", () => {
  it.each(TABLE.numbers)("%j is read as %s", (text, digits) => {
    expect(readTypedNumber(text)).toEqual({ is: "number", digits });
  });

  it.each(TABLE.ambiguous)("%j could mean %s or %s", (text, whole, decimal) => {
    expect(readTypedNumber(text)).toEqual({ is: "ambiguous", whole, decimal });
  });

  it.each(TABLE.malformed.map((text) => [text]))("%j is refused", (text) => {
    expect(readTypedNumber(text)).toEqual({ is: "malformed" });
  });
});
