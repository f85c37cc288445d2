// Draws the visible rows of a list of any length. All rows have the same height, and each is drawn into a slot that an
// earlier row has left, so that scrolling creates no elements.

import { afterNextPaint } from "./after-next-paint.ts";
import {
  elementHeight,
  isNearEnd,
  isSmallScroll,
  offsetForScrollTop,
  scrollTopForOffset,
  type Extent,
} from "./scroll-mapping.ts";

/** A row to draw: its index, its slot, and its distance from the top of the scrolling element. */
export interface RenderedRow {
  readonly row: number;
  readonly slot: number;
  readonly top: number;
}

/** How many rows are drawn above and below the visible ones. */
const OVERSCAN = 6;
/** About how many pixels of the window are above the list. With it the first rows are drawn before the first layout. */
const HEIGHT_ABOVE_LIST = 180;
/** When scrolling has stopped for this long, the scrollbar is moved to where it belongs. */
const SCROLL_IDLE_MS = 150;

export class VirtualRows {
  items = $state.raw<RenderedRow[]>([]);
  /** The height of the element that scrolls. */
  height = $state(0);
  /** The first and the last visible row. */
  visibleRows = $state.raw<readonly [number, number]>([0, 0]);

  #rowHeight: number;
  #element: HTMLElement | null = null;
  #count = 0;
  #viewportHeight = 0;
  #scrollTop = 0;
  /** The difference between the list offset and the element's scroll position. */
  #shift = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #overscan = 0;
  /** Identifies the last drawing, so that the same one is not repeated. */
  #lastDraw = "";

  constructor(rowHeight: number) {
    this.#rowHeight = rowHeight;
  }

  /** An attachment for the element that scrolls. */
  attach = (element: HTMLElement): (() => void) => {
    this.#element = element;
    // Reports the height after layout and before painting.
    const resizeObserver = new ResizeObserver(([entry]) => this.#handleResize(entry?.contentRect.height ?? 0));
    resizeObserver.observe(element);
    const onScroll = () => this.#handleScroll();
    element.addEventListener("scroll", onScroll, { passive: true });
    this.#handleResize(Math.max(this.#rowHeight, window.innerHeight - HEIGHT_ABOVE_LIST));
    void this.#overscanAfterFirstPaint();
    return () => {
      resizeObserver.disconnect();
      element.removeEventListener("scroll", onScroll);
      clearTimeout(this.#idleTimer);
      this.#element = null;
    };
  };

  setCount(count: number): void {
    if (count === this.#count) return;
    const offset = this.#listOffset;
    this.#count = count;
    this.height = elementHeight(this.#extent.contentHeight);
    this.#scrollTo(Math.min(offset, this.#maxOffset));
  }

  /** Draws the rows in another height. The first visible row stays the first. */
  setRowHeight(rowHeight: number): void {
    if (rowHeight === this.#rowHeight) return;
    const first = this.#listOffset / this.#rowHeight;
    this.#rowHeight = rowHeight;
    this.height = elementHeight(this.#extent.contentHeight);
    this.#scrollTo(Math.min(first * rowHeight, this.#maxOffset));
  }

  /** Scrolls as little as needed to make a row visible. */
  scrollIntoView(row: number): void {
    const top = row * this.#rowHeight;
    const bottom = top + this.#rowHeight - this.#viewportHeight;
    if (top < this.#listOffset) this.#scrollTo(top);
    else if (bottom > this.#listOffset) this.#scrollTo(bottom);
  }

  /** Scrolls so that a row is at the top. */
  scrollToTop(row: number): void {
    this.#scrollTo(Math.min(row * this.#rowHeight, this.#maxOffset));
  }

  get #extent(): Extent {
    return { contentHeight: this.#count * this.#rowHeight, viewportHeight: this.#viewportHeight };
  }

  /** The list offset at the top of the viewport. */
  get #listOffset(): number {
    return this.#scrollTop + this.#shift;
  }

  get #maxOffset(): number {
    return Math.max(0, this.#extent.contentHeight - this.#viewportHeight);
  }

  #handleResize(height: number): void {
    this.#viewportHeight = height;
    this.#draw();
  }

  #handleScroll(): void {
    const element = this.#element;
    if (!element) return;
    const by = element.scrollTop - this.#scrollTop;
    if (by === 0) return;
    this.#scrollTop = element.scrollTop;
    if (!isSmallScroll(by, this.#viewportHeight)) this.#shift = this.#mappedShift;
    else if (isNearEnd(this.#scrollTop, this.#extent)) this.#alignScrollbar();
    clearTimeout(this.#idleTimer);
    if (this.height < this.#extent.contentHeight)
      this.#idleTimer = setTimeout(() => this.#alignScrollbar(), SCROLL_IDLE_MS);
    this.#draw();
  }

  /** The shift that belongs to the scrollbar's position. */
  get #mappedShift(): number {
    return offsetForScrollTop(this.#scrollTop, this.#extent) - this.#scrollTop;
  }

  /** Moves the scrollbar to where it belongs without moving the rows. Does nothing while a scroll step is pending. */
  #alignScrollbar(): void {
    if (this.#element?.scrollTop !== this.#scrollTop) return;
    if (Math.abs(this.#mappedShift - this.#shift) >= 1) this.#scrollTo(this.#listOffset);
  }

  #scrollTo(offset: number): void {
    const within = Math.max(0, Math.min(offset, this.#maxOffset));
    const scrollTop = Math.round(scrollTopForOffset(within, this.#extent));
    const previous = this.#scrollTop;
    this.#scrollTop = scrollTop;
    this.#shift = within - scrollTop;
    const element = this.#element;
    // Setting the scroll position forces a layout, so it is only done when it changes something.
    if (element && (scrollTop !== previous || scrollTop > 0)) {
      // The new height is set first, because an element cannot scroll beyond its content.
      const content = element.firstElementChild;
      if (content instanceof HTMLElement) content.style.height = `${this.height}px`;
      element.scrollTop = scrollTop;
      this.#scrollTop = element.scrollTop;
    }
    this.#draw();
  }

  #draw(): void {
    const visible = Math.ceil(this.#viewportHeight / this.#rowHeight) + 1;
    const firstVisible = Math.floor(this.#listOffset / this.#rowHeight);
    const slots = visible + 2 * OVERSCAN;
    const wanted = visible + 2 * this.#overscan;
    const first = Math.max(0, Math.min(firstVisible - this.#overscan, this.#count - wanted));
    const last = Math.min(this.#count, first + wanted);
    const draw = [firstVisible, first, last, slots, this.#shift, this.#rowHeight].join();
    if (draw === this.#lastDraw) return;
    this.#lastDraw = draw;
    this.visibleRows = [Math.max(0, firstVisible), Math.max(0, Math.min(this.#count, firstVisible + visible) - 1)];
    const items: RenderedRow[] = [];
    for (let row = first; row < last; row += 1)
      items.push({ row, slot: row % slots, top: row * this.#rowHeight - this.#shift });
    this.items = items;
  }

  /** Draws no extra rows before the first paint, so that the visible ones appear sooner. */
  async #overscanAfterFirstPaint(): Promise<void> {
    await afterNextPaint();
    await afterNextPaint();
    this.#overscan = OVERSCAN;
    if (this.#element) this.#draw();
  }
}
