// Draws the rows in visibleRows of a list of any length. Rows have one fixed height, and each is drawn by a slot that another
// row had before: scrolling makes no elements.

import { afterNextPaint } from "./paint.ts";
import {
  elementHeight,
  isNearEnd,
  isSmallScroll,
  offsetForScrollTop,
  scrollTopForOffset,
  type Extent,
} from "./scroll-mapping.ts";

/** A row to be drawn: which, by which slot, and how far down in the element that scrolls. */
export interface RenderedRow {
  readonly row: number;
  readonly slot: number;
  readonly top: number;
}

/** Rows above and below those in visibleRows, once those are on the screen. */
const OVERSCAN = 6;
/** What of a window's height is above its list, about: so that the first rows are made before anything is laid out. */
const HEIGHT_ABOVE_LIST = 180;
/** After so long without a step, in milliseconds, the scrollbar is put where it belongs. */
const SCROLL_IDLE_MS = 150;

export class VirtualRows {
  items = $state.raw<RenderedRow[]>([]);
  /** The height of the element that scrolls. */
  height = $state(0);
  /** The first and the last row in visibleRows. */
  visibleRows = $state.raw<readonly [number, number]>([0, 0]);

  readonly #rowHeight: number;
  #element: HTMLElement | null = null;
  #count = 0;
  #viewportHeight = 0;
  #scrollTop = 0;
  /** How much further down the list is than the element. */
  #shift = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #overscan = 0;
  /** What was drawn last. */
  #lastDraw = "";

  constructor(rowHeight: number) {
    this.#rowHeight = rowHeight;
  }

  /** An attachment for the element that scrolls. */
  attach = (element: HTMLElement): (() => void) => {
    this.#element = element;
    // Tells the height as soon as it is laid out, before that is drawn.
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

  /** Brings a row into visibleRows, if it is not, by the shortest way. */
  scrollIntoView(row: number): void {
    const top = row * this.#rowHeight;
    const bottom = top + this.#rowHeight - this.#viewportHeight;
    if (top < this.#listOffset) this.#scrollTo(top);
    else if (bottom > this.#listOffset) this.#scrollTo(bottom);
  }

  /** Brings a row to the top. */
  scrollToTop(row: number): void {
    this.#scrollTo(Math.min(row * this.#rowHeight, this.#maxOffset));
  }

  get #extent(): Extent {
    return { contentHeight: this.#count * this.#rowHeight, viewportHeight: this.#viewportHeight };
  }

  /** What of the list begins in visibleRows. */
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

  /** The shift that the scrollbar's place stands for. */
  get #mappedShift(): number {
    return offsetForScrollTop(this.#scrollTop, this.#extent) - this.#scrollTop;
  }

  /** The same rows, with the scrollbar where it belongs; not while a step is on its way. */
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
    // Scrolling has everything laid out: not for nothing.
    if (element && (scrollTop !== previous || scrollTop > 0)) {
      // Of the new height first: an element scrolls no further than it is tall.
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
    const draw = [firstVisible, first, last, slots, this.#shift].join();
    if (draw === this.#lastDraw) return;
    this.#lastDraw = draw;
    this.visibleRows = [Math.max(0, firstVisible), Math.max(0, Math.min(this.#count, firstVisible + visible) - 1)];
    const items: RenderedRow[] = [];
    for (let row = first; row < last; row += 1)
      items.push({ row, slot: row % slots, top: row * this.#rowHeight - this.#shift });
    this.items = items;
  }

  /** The first rows are on the screen sooner when no others are made beside them. */
  async #overscanAfterFirstPaint(): Promise<void> {
    await afterNextPaint();
    await afterNextPaint();
    this.#overscan = OVERSCAN;
    if (this.#element) this.#draw();
  }
}
