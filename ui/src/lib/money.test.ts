import { afterEach, expect, test } from "vitest";
import { chooseLanguage } from "./l10n/l10n.svelte.ts";
import { asTyped, isZero, formatAmount, formatParts } from "./money.ts";
import { readTypedNumber } from "./typed-number.ts";

afterEach(() => chooseLanguage("en", ["en"]));

const text = (decimal: string) => {
  const written = formatParts(decimal);
  return written && `${written.sign}${written.whole}.${written.fraction}`;
};

test.each([
  ["0", "0.00"],
  ["10", "10.00"],
  ["10.5", "10.50"],
  ["123.450000", "123.45"],
  ["0.123456", "0.123456"],
  ["0.100100", "0.1001"],
  ["1204.35", "1\u202f204.35"],
  ["1234567.8", "1\u202f234\u202f567.80"],
  ["-2.5", "\u22122.50"],
  ["-0.00", "0.00"],
  ["0005.1", "5.10"],
])("writes %s as %s", (decimal, expected) => {
  expect(text(decimal)).toBe(expected);
});

test("keeps every digit of amounts that a floating-point number would lose", () => {
  expect(text("170141183460469231731.687303715884105727")).toBe(
    "170\u202f141\u202f183\u202f460\u202f469\u202f231\u202f731.687303715884105727",
  );
  expect(text("0.000000000000000001")).toBe("0.000000000000000001");
  expect(text("9007199254740993")).toBe("9\u202f007\u202f199\u202f254\u202f740\u202f993.00");
});

test.each(["", "abc", "1.", ".5", "1e9", "1,5", "NaN", "0x10", " 1", "1 "])("returns null for %j", (decimal) => {
  expect(formatParts(decimal)).toBeNull();
});

test("formats an amount with its currency", () => {
  expect(formatAmount({ amount: "1204.350000", currency: "USDC" })).toBe("1\u202f204.35 USDC");
  expect(formatAmount({ amount: "?", currency: "USDC" })).toBe("unknown");
});

test("distinguishes zero from the smallest amount", () => {
  expect(isZero("0.000000")).toBe(true);
  expect(isZero("0")).toBe(true);
  expect(isZero("0.000001")).toBe(false);
});

test.each(["de", "es"])("writes the decimals behind a comma in %s", async (language) => {
  await chooseLanguage(language, []);
  expect(formatAmount({ amount: "-1204.350000", currency: "USDC" })).toBe("\u22121\u202f204,35 USDC");
  expect(formatParts("0.000000000000000001")).toEqual({
    sign: "",
    whole: "0",
    point: ",",
    fraction: "000000000000000001",
  });
});

test.each(["en", "de", "es"])("what is put into a field in %s is read back", async (language) => {
  await chooseLanguage(language, []);
  for (const digits of ["25", "12.50", "1.23", "0.000001", "1234567.891234", "1000"])
    expect(readTypedNumber(asTyped(digits))).toEqual({ is: "number", digits });
  // Three decimals could also be a group of three digits, so that a zero follows them.
  expect(readTypedNumber(asTyped("1.234"))).toEqual({ is: "number", digits: "1.2340" });
});
