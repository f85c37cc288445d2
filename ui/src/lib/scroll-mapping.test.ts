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
    for (const offset of [0, 1, 5_000, SHORT.contentHeight - SHORT.viewportHeight]) {
      expect(offsetForScrollTop(offset, SHORT)).toBe(offset);
      expect(scrollTopForOffset(offset, SHORT)).toBe(offset);
    }
  });
});

describe("a list that is taller than an element may be", () => {
  const maxScrollTop = MAX_ELEMENT_HEIGHT - TALL.viewportHeight;
  const maxOffset = TALL.contentHeight - TALL.viewportHeight;

  it("is reachable from its first row to its last", () => {
    expect(elementHeight(TALL.contentHeight)).toBe(MAX_ELEMENT_HEIGHT);
    expect(offsetForScrollTop(0, TALL)).toBe(0);
    expect(offsetForScrollTop(maxScrollTop, TALL)).toBe(maxOffset);
  });

  it("maps every scroll position to exactly one offset and back", () => {
    let before = -1;
    for (let scrollTop = 0; scrollTop <= maxScrollTop; scrollTop += 997) {
      const offset = offsetForScrollTop(scrollTop, TALL);
      expect(offset).toBeGreaterThan(before);
      expect(scrollTopForOffset(offset, TALL)).toBeCloseTo(scrollTop, 3);
      before = offset;
    }
  });

  it("moves pixel by pixel at both ends", () => {
    expect(offsetForScrollTop(1_001, TALL) - offsetForScrollTop(1_000, TALL)).toBe(1);
    expect(offsetForScrollTop(maxScrollTop - 1_000, TALL) - offsetForScrollTop(maxScrollTop - 1_001, TALL)).toBe(1);
    expect(isNearEnd(1_000, TALL)).toBe(true);
    expect(isNearEnd(maxScrollTop / 2, TALL)).toBe(false);
    expect(isNearEnd(maxScrollTop - 1_000, TALL)).toBe(true);
  });

  it("tells wheel scrolling from dragging the scrollbar", () => {
    expect(isSmallScroll(-TALL.viewportHeight, TALL.viewportHeight)).toBe(true);
    expect(isSmallScroll(100_000, TALL.viewportHeight)).toBe(false);
  });
});
