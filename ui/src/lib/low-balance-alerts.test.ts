import { expect, test } from "vitest";
import { hasAmountAlert, hasDaysAlert, isLow, currenciesOf } from "./low-balance-alerts.ts";
import type { AccountView } from "./types.ts";

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
