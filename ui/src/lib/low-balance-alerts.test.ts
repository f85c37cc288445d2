import { expect, test } from "vitest";
import {
  hasAmountAlert,
  hasDaysAlert,
  amountError,
  isLow,
  daysError,
  formatDaysLeft,
  currenciesOf,
} from "./low-balance-alerts.ts";
import type { AccountView } from "./types.ts";

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

test("reads each alert as on or off, also from the settings of an older version", () => {
  expect(hasDaysAlert({ low_balance_days: 0, low_balance_amount: "" })).toBe(false);
  expect(hasDaysAlert({ low_balance_days: 1, low_balance_amount: "" })).toBe(true);
  expect(hasAmountAlert({ low_balance_days: 7, low_balance_amount: "" })).toBe(false);
  expect(hasAmountAlert({ low_balance_days: 7, low_balance_amount: "0" })).toBe(false);
  expect(hasAmountAlert({ low_balance_days: 7, low_balance_amount: "0.50" })).toBe(true);
});

test("lists each currency of the accounts once", () => {
  const accounts = ["USDC", "USD", "USDC"].map((currency) => ({ currency }) as AccountView);
  expect(currenciesOf(accounts)).toEqual(["USDC", "USD"]);
});

test("never calls a balance low while the alert is off", () => {
  expect([isLow(0, 0), isLow(null, 7), isLow(8, 7), isLow(7, 7), isLow(0, 7)]).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
});

test.each([
  [0, "Less than a day left"],
  [1, "1 day left"],
  [2, "2 days left"],
  [1000, "1\u202f000 days left"],
])("formats %d days as %s", (days, expected) => {
  expect(formatDaysLeft(days)).toBe(expected);
});
