import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Ticker } from "./ticker.ts";
import { formatAge, nextAgeChange } from "./l10n/format.ts";

const START = Date.parse("2026-01-31T12:00:00Z");

/** A fake document that can be hidden. */
class Page {
  hidden = false;
  #listeners: (() => void)[] = [];

  addEventListener(_: "visibilitychange", listener: () => void): void {
    this.#listeners.push(listener);
  }

  show(shown: boolean): void {
    this.hidden = !shown;
    for (const listener of this.#listeners) listener();
  }
}

let page: Page;
let ticker: Ticker;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  page = new Page();
  ticker = new Ticker(page);
});
afterEach(() => void vi.useRealTimers());

/** Draws an age as the window does, and records its text and how often it was drawn. */
function drawn(at: number) {
  const shown = { times: 0, text: "" };
  const draw = () => {
    const now = Date.now();
    shown.times += 1;
    shown.text = formatAge(new Date(at).toISOString(), now);
    const next = nextAgeChange(new Date(at).toISOString(), now);
    if (next !== null) ticker.at(next, draw);
  };
  draw();
  return shown;
}

it("draws three ages with one timer", () => {
  for (const old of [20_000, 90_000, 1_500_000]) drawn(START - old);
  expect(vi.getTimerCount()).toBe(1);
});

it("updates every second below a minute, and every minute after that", () => {
  const young = drawn(START - 20_000);
  const older = drawn(START - 65_000);
  vi.advanceTimersByTime(30_000);
  expect([young.times, young.text]).toEqual([31, "50 seconds ago"]);
  expect([older.times, older.text]).toEqual([1, "1 minute ago"]);
  vi.advanceTimersByTime(30_000);
  expect([older.times, older.text]).toEqual([2, "2 minutes ago"]);
  young.times = 0;
  vi.advanceTimersByTime(10 * 60_000);
  expect([young.times, young.text]).toEqual([10, "11 minutes ago"]);
});

it("does not wake while the window is hidden, and catches up when it is shown", () => {
  const shown = drawn(START - 20_000);
  page.show(false);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(3_600_000);
  expect(shown.times).toBe(1);
  page.show(true);
  expect([shown.times, shown.text]).toEqual([2, "1 hour ago"]);
  expect(vi.getTimerCount()).toBe(1);
});

it("has no timer when nothing is scheduled", () => {
  const stop = ticker.at(START + 5000, () => {});
  expect(vi.getTimerCount()).toBe(1);
  stop();
  expect(vi.getTimerCount()).toBe(0);
  drawn(START - 13 * 3_600_000);
  expect(vi.getTimerCount()).toBe(0);
});

it("checks the clock again within a minute, as somebody may have set it", () => {
  const wake = vi.fn();
  ticker.at(START + 12 * 3_600_000, wake);
  vi.setSystemTime(START + 13 * 3_600_000);
  vi.advanceTimersByTime(60_000);
  expect(wake).toHaveBeenCalledTimes(1);
});

it("changes an age exactly when nextAgeChange says", () => {
  for (let old = -5000; old < 14 * 3_600_000; old += old < 120_000 ? 700 : 61_700) {
    const at = new Date(START - old).toISOString();
    const next = nextAgeChange(at, START);
    if (next === null) {
      expect(formatAge(at, START + 86_400_000), at).toBe(formatAge(at, START));
      continue;
    }
    expect(next, at).toBeGreaterThan(START);
    expect(formatAge(at, next - 1), at).toBe(formatAge(at, START));
    expect(formatAge(at, next), at).not.toBe(formatAge(at, START));
  }
  expect(nextAgeChange("?", START)).toBeNull();
});
