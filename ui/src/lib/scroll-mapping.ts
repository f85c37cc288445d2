// Where the rows of a list are drawn that is taller than an element can be. Browsers cap an element's height, at about
// 17 to 33 million pixels. Up to a limit well below that, what is drawn at a place of the element is what stands at that
// place of the list. Beyond, both ends of the element stand for both ends of the list as they are, and what is between
// is drawn together. Small steps always move by as much as they say; only long ones go by where the scrollbar stands.

/** The tallest element. Whole pixels are exact far beyond that, in every number that a browser places rows by. */
export const MAX_ELEMENT_HEIGHT = 8_000_000;
/** At both ends of the element a pixel is a pixel. */
const EXACT_END = 400_000;

export interface Extent {
  /** The whole list's height, in pixels. */
  readonly contentHeight: number;
  /** The height of the part that is seen. */
  readonly viewportHeight: number;
}

/** The height of the element that scrolls. */
export function elementHeight(contentHeight: number): number {
  return Math.min(contentHeight, MAX_ELEMENT_HEIGHT);
}

/** What of the list begins in sight when the element is scrolled to `scrolled`, by the scrollbar alone. */
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

/** Where the element is scrolled to for that place of the list: the other way round. */
export function scrollTopForOffset(offset: number, { contentHeight, viewportHeight }: Extent): number {
  const element = elementHeight(contentHeight);
  if (element === contentHeight) return offset;
  const [maxScrollTop, maxOffset] = [element - viewportHeight, contentHeight - viewportHeight];
  if (offset <= EXACT_END) return offset;
  if (offset >= maxOffset - EXACT_END) return maxScrollTop - (maxOffset - offset);
  return EXACT_END + ((offset - EXACT_END) / (maxOffset - 2 * EXACT_END)) * (maxScrollTop - 2 * EXACT_END);
}

/** Whether a step of scrolling is one of a wheel, a key or a finger, and not of the scrollbar. */
export function isSmallScroll(by: number, viewportHeight: number): boolean {
  return Math.abs(by) <= 8 * viewportHeight;
}

/** Whether a place that was reached by steps has come where the element would end before the list does. */
export function isNearEnd(scrollTop: number, { contentHeight, viewportHeight }: Extent): boolean {
  const maxScrollTop = elementHeight(contentHeight) - viewportHeight;
  return scrollTop < EXACT_END || scrollTop > maxScrollTop - EXACT_END;
}
