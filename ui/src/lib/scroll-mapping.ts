// Maps the scroll position of an element to an offset in a list that may be taller than the element. Browsers cap an
// element's height at about 17 to 33 million pixels, and a million rows are taller than that. A list below
// MAX_ELEMENT_HEIGHT is drawn at its real offsets. A taller list is compressed in the middle, while both ends stay exact.
// Small scroll steps always move the list by their own size. Only jumps of the scrollbar use the mapping.

/** Well below every browser's limit, and far below where browsers lose whole pixels. */
export const MAX_ELEMENT_HEIGHT = 8_000_000;
/** This many pixels at both ends of the element are not compressed. */
const EXACT_END = 400_000;

export interface Extent {
  /** The height of the whole list, in pixels. */
  readonly contentHeight: number;
  /** The height of the visible part. */
  readonly viewportHeight: number;
}

/** The height of the element that scrolls. */
export function elementHeight(contentHeight: number): number {
  return Math.min(contentHeight, MAX_ELEMENT_HEIGHT);
}

/** The list offset at the top of the viewport when the scrollbar was dragged to `scrollTop`. */
export function offsetForScrollTop(scrollTop: number, { contentHeight, viewportHeight }: Extent): number {
  const element = elementHeight(contentHeight);
  if (element === contentHeight) return scrollTop;
  const maxScrollTop = element - viewportHeight;
  if (scrollTop <= EXACT_END) return scrollTop;
  if (scrollTop >= maxScrollTop - EXACT_END) return contentHeight - viewportHeight - (maxScrollTop - scrollTop);
  return (
    EXACT_END +
    ((scrollTop - EXACT_END) / (maxScrollTop - 2 * EXACT_END)) * (contentHeight - viewportHeight - 2 * EXACT_END)
  );
}

/** The scroll position for a list offset: the inverse of `offsetForScrollTop`. */
export function scrollTopForOffset(offset: number, { contentHeight, viewportHeight }: Extent): number {
  const element = elementHeight(contentHeight);
  if (element === contentHeight) return offset;
  const [maxScrollTop, maxOffset] = [element - viewportHeight, contentHeight - viewportHeight];
  if (offset <= EXACT_END) return offset;
  if (offset >= maxOffset - EXACT_END) return maxScrollTop - (maxOffset - offset);
  return EXACT_END + ((offset - EXACT_END) / (maxOffset - 2 * EXACT_END)) * (maxScrollTop - 2 * EXACT_END);
}

/** Whether a scroll step came from a wheel, a key or a finger, and not from dragging the scrollbar. */
export function isSmallScroll(by: number, viewportHeight: number): boolean {
  return Math.abs(by) <= 8 * viewportHeight;
}

/** Whether the element is near one of its ends, where small steps could reach it before the end of the list. */
export function isNearEnd(scrollTop: number, { contentHeight, viewportHeight }: Extent): boolean {
  const maxScrollTop = elementHeight(contentHeight) - viewportHeight;
  return scrollTop < EXACT_END || scrollTop > maxScrollTop - EXACT_END;
}
