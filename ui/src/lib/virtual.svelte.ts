// Draws the rows in sight of a list of any length. Rows have one fixed height, and each is drawn by a slot that another
// row had before: scrolling makes no elements.

import { frameDrawn } from "./frame.ts";
import { elementHeight, isNearEnd, isStep, placeAt, scrolledFor, type Extent } from "./tall.ts";

/** A row to be drawn: which, by which slot, and how far down in the element that scrolls. */
export interface Drawn {
  readonly row: number;
  readonly slot: number;
  readonly start: number;
}

/** Rows above and below those in sight, once those are on the screen. */
const SPARE = 6;
/** What of a window's height is above its list, about: so that the first rows are made before anything is laid out. */
const ABOVE = 180;
/** After so long without a step, in milliseconds, the scrollbar is put where it belongs. */
const REST = 150;

export class VirtualRows {
  items = $state.raw<Drawn[]>([]);
  /** The height of the element that scrolls. */
  height = $state(0);
  /** The first and the last row in sight. */
  sight = $state.raw<readonly [number, number]>([0, 0]);

  readonly #rowHeight: number;
  #element: HTMLElement | null = null;
  #count = 0;
  #view = 0;
  #scrolled = 0;
  /** How much further down the list is than the element. */
  #shift = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #spare = 0;
  /** What was drawn last. */
  #drawn = "";

  constructor(rowHeight: number) {
    this.#rowHeight = rowHeight;
  }

  /** An attachment for the element that scrolls. */
  attach = (element: HTMLElement): (() => void) => {
    this.#element = element;
    // Tells the height as soon as it is laid out, before that is drawn.
    const resized = new ResizeObserver(([entry]) => this.#resize(entry?.contentRect.height ?? 0));
    resized.observe(element);
    const scrolled = () => this.#scroll();
    element.addEventListener("scroll", scrolled, { passive: true });
    this.#resize(Math.max(this.#rowHeight, window.innerHeight - ABOVE));
    void this.#spareAfterFrame();
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", scrolled);
      clearTimeout(this.#rest);
      this.#element = null;
    };
  };

  setCount(count: number): void {
    if (count === this.#count) return;
    const place = this.#place;
    this.#count = count;
    this.height = elementHeight(this.#extent.list);
    this.#go(Math.min(place, this.#last));
  }

  /** Brings a row into sight, if it is not, by the shortest way. */
  show(row: number): void {
    const top = row * this.#rowHeight;
    const bottom = top + this.#rowHeight - this.#view;
    if (top < this.#place) this.#go(top);
    else if (bottom > this.#place) this.#go(bottom);
  }

  /** Brings a row to the top. */
  showFirst(row: number): void {
    this.#go(Math.min(row * this.#rowHeight, this.#last));
  }

  get #extent(): Extent {
    return { list: this.#count * this.#rowHeight, view: this.#view };
  }

  /** What of the list begins in sight. */
  get #place(): number {
    return this.#scrolled + this.#shift;
  }

  get #last(): number {
    return Math.max(0, this.#extent.list - this.#view);
  }

  #resize(height: number): void {
    this.#view = height;
    this.#draw();
  }

  #scroll(): void {
    const element = this.#element;
    if (!element) return;
    const by = element.scrollTop - this.#scrolled;
    if (by === 0) return;
    this.#scrolled = element.scrollTop;
    if (!isStep(by, this.#view)) this.#shift = this.#dueShift;
    else if (isNearEnd(this.#scrolled, this.#extent)) this.#settle();
    clearTimeout(this.#rest);
    if (this.height < this.#extent.list) this.#rest = setTimeout(() => this.#settle(), REST);
    this.#draw();
  }

  /** The shift that the scrollbar's place stands for. */
  get #dueShift(): number {
    return placeAt(this.#scrolled, this.#extent) - this.#scrolled;
  }

  /** The same rows, with the scrollbar where it belongs; not while a step is on its way. */
  #settle(): void {
    if (this.#element?.scrollTop !== this.#scrolled) return;
    if (Math.abs(this.#dueShift - this.#shift) >= 1) this.#go(this.#place);
  }

  #go(place: number): void {
    const within = Math.max(0, Math.min(place, this.#last));
    const scrolled = Math.round(scrolledFor(within, this.#extent));
    const before = this.#scrolled;
    this.#scrolled = scrolled;
    this.#shift = within - scrolled;
    const element = this.#element;
    // Scrolling has everything laid out: not for nothing.
    if (element && (scrolled !== before || scrolled > 0)) {
      // Of the new height first: an element scrolls no further than it is tall.
      const content = element.firstElementChild;
      if (content instanceof HTMLElement) content.style.height = `${this.height}px`;
      element.scrollTop = scrolled;
      this.#scrolled = element.scrollTop;
    }
    this.#draw();
  }

  #draw(): void {
    const shown = Math.ceil(this.#view / this.#rowHeight) + 1;
    const top = Math.floor(this.#place / this.#rowHeight);
    const slots = shown + 2 * SPARE;
    const wanted = shown + 2 * this.#spare;
    const first = Math.max(0, Math.min(top - this.#spare, this.#count - wanted));
    const last = Math.min(this.#count, first + wanted);
    const drawn = [top, first, last, slots, this.#shift].join();
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.sight = [Math.max(0, top), Math.max(0, Math.min(this.#count, top + shown) - 1)];
    const items: Drawn[] = [];
    for (let row = first; row < last; row += 1)
      items.push({ row, slot: row % slots, start: row * this.#rowHeight - this.#shift });
    this.items = items;
  }

  /** The first rows are on the screen sooner when no others are made beside them. */
  async #spareAfterFrame(): Promise<void> {
    await frameDrawn();
    await frameDrawn();
    this.#spare = SPARE;
    if (this.#element) this.#draw();
  }
}
