import { expect, test } from "vitest";
import { isSameAmount, sum } from "./amount-math.ts";

test("adds exactly, and only amounts in one currency", () => {
  const usdc = (amount: string) => ({ amount, currency: "USDC" });
  expect(sum([usdc("0.1"), usdc("0.2"), usdc("-0.05")])).toEqual(usdc("0.25"));
  expect(sum([usdc("9007199254740993"), usdc("0.000001")])).toEqual(usdc("9007199254740993.000001"));
  expect(sum([usdc("0.1"), usdc("-0.30")])).toEqual(usdc("-0.20"));
  expect(sum([])).toBeNull();
  expect(sum([usdc("1"), { amount: "1", currency: "EUR" }])).toBeNull();
  expect(sum([usdc("1"), usdc("x")])).toBeNull();
});

test.each([
  ["25", "25.00", true],
  ["25.50", "25.5", true],
  ["0", "-0.00", true],
  ["007", "7", true],
  ["25", "25.01", false],
  ["25", "-25", false],
  ["2.5", "25", false],
  ["", "", false],
  ["x", "x", false],
])("%s and %s are worth the same: %s", (one, other, same) => {
  expect(isSameAmount({ amount: one, currency: "USD" }, { amount: other, currency: "USD" })).toBe(same);
  expect(isSameAmount({ amount: one, currency: "USD" }, { amount: other, currency: "EUR" })).toBe(false);
});
