import { expect, it } from "vitest";
import { monthOfRow, firstRowOfMonth } from "./payment-months.ts";

const MONTHS = [
  { month: "2025-03", payments: 2 },
  { month: "2025-02", payments: 1 },
  { month: "2024-12", payments: 40 },
];

it("finds the month of a row", () => {
  expect([0, 1, 2, 3, 42].map((row) => monthOfRow(MONTHS, row))).toEqual([
    "2025-03",
    "2025-03",
    "2025-02",
    "2024-12",
    "2024-12",
  ]);
  expect(monthOfRow(MONTHS, 43)).toBeNull();
  expect(monthOfRow([], 0)).toBeNull();
});

it("finds the first row of a month", () => {
  expect(firstRowOfMonth(MONTHS, "2025-03")).toBe(0);
  expect(firstRowOfMonth(MONTHS, "2024-12")).toBe(3);
  expect(firstRowOfMonth(MONTHS, "2025-01")).toBeNull();
});
