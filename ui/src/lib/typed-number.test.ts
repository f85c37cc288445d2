import { expect, test } from "vitest";
import { parseTypedNumber } from "./typed-number.ts";

test.each([
  ["25", "25"],
  [" 25 ", "25"],
  ["\u00a025.50\u202f", "25.50"],
  ["1 234.50", "1234.50"],
  ["1\u202f234\u202f567.80", "1234567.80"],
  ["２５．５", "25.5"],
  ["١٢٣٤٫٥٠", "1234.50"],
  ["𝟐𝟓", "25"],
  ["1 23", null],
  ["1234 567", null],
  ["0 123", null],
  ["1,234.50", null],
  ["25.٥", null],
  ["৪0", null],
  ["1.", null],
  [".5", null],
  ["1.2.3", null],
  ["1. 5", null],
  ["1\t234", null],
  ["-1", null],
  ["²", null],
  ["", null],
  [" ", null],
])("parses %s as %s", (entered, digits) => {
  expect(parseTypedNumber(entered)).toBe(digits);
});
