import { describe, expect, it } from "vitest";
import {
  elementHeight,
  isNearEnd,
  isSmallScroll,
  offsetForScrollTop,
  scrollTopForOffset,
  MAX_ELEMENT_HEIGHT,
} from "./scroll-mapping.ts";

const SHORT = { contentHeight: 280_000, viewportHeight: 700 };
const TALL = { contentHeight: 1_000_000 * 56, viewportHeight: 700 };

describe("a list that fits into an element", () => {
  it("is drawn at its real offsets", () => {
    expect(elementHeight(SHORT.contentHeight)).toBe(SHORT.contentHeight);
    for (const place of [0, 1, 5_000, SHORT.contentHeight - SHORT.viewportHeight]) {
      expect(offsetForScrollTop(place, SHORT)).toBe(place);
      expect(scrollTopForOffset(place, SHORT)).toBe(place);
    }
  });
});

describe("a list that is taller than an element may be", () => {
  const most = MAX_ELEMENT_HEIGHT - TALL.viewportHeight;
  const last = TALL.contentHeight - TALL.viewportHeight;

  it("is reachable from its first row to its last", () => {
    expect(elementHeight(TALL.contentHeight)).toBe(MAX_ELEMENT_HEIGHT);
    expect(offsetForScrollTop(0, TALL)).toBe(0);
    expect(offsetForScrollTop(most, TALL)).toBe(last);
  });

  it("maps every scroll position to exactly one offset and back", () => {
    let before = -1;
    for (let scrolled = 0; scrolled <= most; scrolled += 997) {
      const place = offsetForScrollTop(scrolled, TALL);
      expect(place).toBeGreaterThan(before);
      expect(scrollTopForOffset(place, TALL)).toBeCloseTo(scrolled, 3);
      before = place;
    }
  });

  it("moves pixel by pixel at both ends", () => {
    expect(offsetForScrollTop(1_001, TALL) - offsetForScrollTop(1_000, TALL)).toBe(1);
    expect(offsetForScrollTop(most - 1_000, TALL) - offsetForScrollTop(most - 1_001, TALL)).toBe(1);
    expect(isNearEnd(1_000, TALL)).toBe(true);
    expect(isNearEnd(most / 2, TALL)).toBe(false);
    expect(isNearEnd(most - 1_000, TALL)).toBe(true);
  });

  it("tells wheel scrolling from dragging the scrollbar", () => {
    expect(isSmallScroll(-TALL.viewportHeight, TALL.viewportHeight)).toBe(true);
    expect(isSmallScroll(100_000, TALL.viewportHeight)).toBe(false);
  });
});
