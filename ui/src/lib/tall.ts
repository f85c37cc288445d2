// Where the rows of a list are drawn that is taller than an element can be. Browsers cap an element's height, at about
// 17 to 33 million pixels. Up to a limit well below that, what is drawn at a place of the element is what stands at that
// place of the list. Beyond, both ends of the element stand for both ends of the list as they are, and what is between
// is drawn together. Small steps always move by as much as they say; only long ones go by where the scrollbar stands.

/** The tallest element. Whole pixels are exact far beyond that, in every number that a browser places rows by. */
export const TALLEST = 8_000_000;
/** At both ends of the element a pixel is a pixel. */
const END = 400_000;

export interface Extent {
  /** The whole list's height, in pixels. */
  readonly list: number;
  /** The height of the part that is seen. */
  readonly view: number;
}

/** The height of the element that scrolls. */
export function elementHeight(list: number): number {
  return Math.min(list, TALLEST);
}

/** What of the list begins in sight when the element is scrolled to `scrolled`, by the scrollbar alone. */
export function placeAt(scrolled: number, { list, view }: Extent): number {
  const element = elementHeight(list);
  if (element === list) return scrolled;
  const most = element - view;
  if (scrolled <= END) return scrolled;
  if (scrolled >= most - END) return list - view - (most - scrolled);
  return END + ((scrolled - END) / (most - 2 * END)) * (list - view - 2 * END);
}

/** Where the element is scrolled to for that place of the list: the other way round. */
export function scrolledFor(place: number, { list, view }: Extent): number {
  const element = elementHeight(list);
  if (element === list) return place;
  const [most, last] = [element - view, list - view];
  if (place <= END) return place;
  if (place >= last - END) return most - (last - place);
  return END + ((place - END) / (last - 2 * END)) * (most - 2 * END);
}

/** Whether a step of scrolling is one of a wheel, a key or a finger, and not of the scrollbar. */
export function isStep(by: number, view: number): boolean {
  return Math.abs(by) <= 8 * view;
}

/** Whether a place that was reached by steps has come where the element would end before the list does. */
export function isNearEnd(scrolled: number, { list, view }: Extent): boolean {
  const most = elementHeight(list) - view;
  return scrolled < END || scrolled > most - END;
}
