import { expect, test } from "vitest";
import { amountError, daysError } from "./alert-input.ts";

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

test.each(["25", "25.50", "0.01", "0.000001", "1 000", "٢٥"])("accepts the amount %s", (typed) => {
  expect(amountError(typed)).toBeNull();
});

test.each(["", "-1", "25,50", "1e3", "0.0000001", "USDC"])("rejects %o as an amount", (typed) => {
  expect(amountError(typed)).toMatch(/such as 25/);
});
