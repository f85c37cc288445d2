import { afterEach, expect, test } from "vitest";
import { chooseLanguage } from "./l10n/l10n.svelte.ts";
import { readAmount, readDays } from "./alert-input.ts";

afterEach(() => chooseLanguage("en", ["en"]));

const daysError = (text: string) => readDays(text).error;
const amountError = (text: string) => readAmount(text).error;

test.each(["0", "00", " 0 ", "000"])("rejects %s days, and mentions the switch", (typed) => {
  expect(daysError(typed)).toMatch(/at least 1 day.*switch/);
});

test.each(["0", "0.00", "000.000000"])("rejects the amount %s, and mentions the switch", (typed) => {
  expect(amountError(typed)).toMatch(/above 0.*switch/);
});

test.each(["1", "7", "999", " 30 ", "٣٠"])("accepts %s days", (typed) => {
  expect(daysError(typed)).toBeNull();
});

test.each(["", "-1", "1.5", "1000", "seven"])("rejects %o as days", (typed) => {
  expect(daysError(typed)).toMatch(/1 to 999/);
});

test.each(["25", "25.50", "25,50", "0.01", "0.000001", "1 000", "1’000,5", "٢٥"])("accepts the amount %s", (typed) => {
  expect(amountError(typed)).toBeNull();
});

test.each(["", "-1", "25,50,1", "1e3", "0.0000001", "USDC"])("rejects %o as an amount", (typed) => {
  expect(amountError(typed)).toMatch(/such as 25/);
});

test("an amount that could mean two is refused with both", async () => {
  expect(amountError("1.234")).toMatch(/“1\.234” could mean 1234 or 1\.2340/);
  expect(amountError("1,234")).toMatch(/“1,234” could mean 1234 or 1\.2340/);
  await chooseLanguage("de", []);
  expect(amountError("1.234")).toMatch(/„1\.234“ kann 1234 oder 1,2340 bedeuten/);
});

test("what is saved is the same in every language", () => {
  expect(readAmount("1 234,50").digits).toBe("1234.50");
  expect(readAmount("1’234.50").digits).toBe("1234.50");
  expect(readDays("٣٠").digits).toBe("30");
});
