import { expect, test } from "vitest";
import { age, clock, remaining } from "./time.ts";

const NOW = Date.parse("2026-01-31T12:00:00Z");

test("counts down to zero and stays there", () => {
  expect(remaining("2026-01-31T12:11:45Z", NOW)).toBe(705_000);
  expect(remaining("2026-01-31T12:00:00Z", NOW)).toBe(0);
  expect(remaining("2026-01-31T11:00:00Z", NOW)).toBe(0);
  expect(remaining("not a time", NOW)).toBe(0);
});

test.each([
  [705_000, "11:45"],
  [704_001, "11:45"],
  [1, "00:01"],
  [0, "00:00"],
  [59_999, "01:00"],
  [3_600_000, "1:00:00"],
  [86_399_000, "23:59:59"],
])("shows %d ms as %s", (millis, expected) => {
  expect(clock(millis)).toBe(expected);
});

test.each([
  ["2026-01-31T11:59:55Z", "just now"],
  ["2026-01-31T11:59:15Z", "45 seconds ago"],
  ["2026-01-31T11:59:00Z", "a minute ago"],
  ["2026-01-31T11:20:00Z", "40 minutes ago"],
  ["2026-01-31T11:00:00Z", "an hour ago"],
  ["2026-01-31T12:00:30Z", "just now"],
  ["?", "at an unknown time"],
])("says of %s: %s", (at, expected) => {
  expect(age(at, NOW)).toBe(expected);
});
