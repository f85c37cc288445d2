import { describe, expect, it } from "vitest";
import { elementHeight, isNearEnd, isStep, placeAt, scrolledFor, TALLEST } from "./tall.ts";

const SHORT = { list: 280_000, view: 700 };
const TALL = { list: 1_000_000 * 56, view: 700 };

describe("a list that an element can hold", () => {
  it("is drawn where it stands", () => {
    expect(elementHeight(SHORT.list)).toBe(SHORT.list);
    for (const place of [0, 1, 5_000, SHORT.list - SHORT.view]) {
      expect(placeAt(place, SHORT)).toBe(place);
      expect(scrolledFor(place, SHORT)).toBe(place);
    }
  });
});

describe("a list that is taller than an element may be", () => {
  const most = TALLEST - TALL.view;
  const last = TALL.list - TALL.view;

  it("fits, from its first row to its last", () => {
    expect(elementHeight(TALL.list)).toBe(TALLEST);
    expect(placeAt(0, TALL)).toBe(0);
    expect(placeAt(most, TALL)).toBe(last);
  });

  it("has every place at exactly one place of the scrollbar", () => {
    let before = -1;
    for (let scrolled = 0; scrolled <= most; scrolled += 997) {
      const place = placeAt(scrolled, TALL);
      expect(place).toBeGreaterThan(before);
      expect(scrolledFor(place, TALL)).toBeCloseTo(scrolled, 3);
      before = place;
    }
  });

  it("moves pixel by pixel at both ends", () => {
    expect(placeAt(1_001, TALL) - placeAt(1_000, TALL)).toBe(1);
    expect(placeAt(most - 1_000, TALL) - placeAt(most - 1_001, TALL)).toBe(1);
    expect(isNearEnd(1_000, TALL)).toBe(true);
    expect(isNearEnd(most / 2, TALL)).toBe(false);
    expect(isNearEnd(most - 1_000, TALL)).toBe(true);
  });

  it("knows a wheel's step from the scrollbar's", () => {
    expect(isStep(-TALL.view, TALL.view)).toBe(true);
    expect(isStep(100_000, TALL.view)).toBe(false);
  });
});
