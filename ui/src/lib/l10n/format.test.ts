import { describe, expect, it, test } from "vitest";
import { formatAge, formatCount, formatList, formatMonth, formatPercent, formatShortDay, listParts } from "./format.ts";

const NOW = Date.parse("2026-01-31T12:00:00Z");

describe("an age", () => {
  it.each([
    ["2026-01-31T11:59:55Z", "just now"],
    ["2026-01-31T11:59:15Z", "45 seconds ago"],
    ["2026-01-31T11:59:00Z", "1 minute ago"],
    ["2026-01-31T11:20:00Z", "40 minutes ago"],
    ["2026-01-31T11:00:00Z", "1 hour ago"],
    ["2026-01-31T12:00:30Z", "just now"],
    ["?", "at an unknown time"],
  ])("of %s is %s", (at, expected) => {
    expect(formatAge(at, NOW)).toBe(expected);
  });

  it("is a date and a time from 12 hours on", () => {
    expect(formatAge("2026-01-30T12:00:00Z", NOW)).toMatch(/^30 Jan 2026, \d\d:\d\d$/);
  });
});

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1\u202f000"],
  [12_300, "12\u202f300"],
])("writes the count %d as %s", (count, expected) => {
  expect(formatCount(count)).toBe(expected);
});

test("writes lists, percents, days and months", () => {
  expect(formatList(["USDC", "EUR", "CHF"])).toBe("USDC, EUR and CHF");
  expect(listParts(["a", "b"])).toEqual([
    { item: true, text: "a" },
    { item: false, text: " and " },
    { item: true, text: "b" },
  ]);
  expect(formatPercent(45)).toBe("45%");
  expect(formatShortDay("2026-02-06")).toBe("6 Feb");
  expect(formatMonth("2025-03")).toBe("March 2025");
  expect(formatMonth("?")).toBe("at an unknown time");
});
