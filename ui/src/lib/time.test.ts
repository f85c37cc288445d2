import { afterEach, expect, test } from "vitest";
import { formatCountdown, dateBefore, isDate, remainingMs } from "./time.ts";

const NOW = Date.parse("2026-01-31T12:00:00Z");

test("counts down to zero and stays there", () => {
  expect(remainingMs("2026-01-31T12:11:45Z", NOW)).toBe(705_000);
  expect(remainingMs("2026-01-31T12:00:00Z", NOW)).toBe(0);
  expect(remainingMs("2026-01-31T11:00:00Z", NOW)).toBe(0);
  expect(remainingMs("not a time", NOW)).toBe(0);
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
  expect(formatCountdown(millis)).toBe(expected);
});

const zone = process.env["TZ"];

afterEach(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

test.each([
  // Where the day is already one ahead of UTC, or still one behind.
  ["Pacific/Kiritimati", "2026-01-31T12:00:00Z", 0, "2026-02-01"],
  ["America/Los_Angeles", "2026-01-31T05:00:00Z", 0, "2026-01-30"],
  ["Europe/Berlin", "2026-01-31T23:30:00Z", 6, "2026-01-26"],
  // Across a change to or from daylight saving time, near midnight.
  ["Europe/Berlin", "2026-03-30T22:30:00Z", 2, "2026-03-29"],
  ["Europe/Berlin", "2026-10-26T22:30:00Z", 1, "2026-10-25"],
  ["Asia/Beirut", "2026-03-29T21:30:00Z", 1, "2026-03-29"],
  ["UTC", "2026-03-01T00:00:00Z", 1, "2026-02-28"],
  ["UTC", "2026-01-31T12:00:00Z", 364, "2025-02-01"],
])("in %s at %s, %s days before is %s", (place, at, days, date) => {
  process.env["TZ"] = place;
  expect(dateBefore(Date.parse(at), days)).toBe(date);
});

test.each([
  ["2026-01-31", true],
  ["2024-02-29", true],
  ["2026-02-29", false],
  ["2026-02-30", false],
  ["2026-13-01", false],
  ["2026-1-1", false],
  ["31.1.2026", false],
  ["", false],
])("%s is a date: %s", (text, is) => {
  expect(isDate(text)).toBe(is);
});
