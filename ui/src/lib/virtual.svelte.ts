// TanStack's virtual core, made to notify Svelte. Rows have one fixed height.

import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from "@tanstack/virtual-core";

export class VirtualRows {
  items = $state.raw<VirtualItem[]>([]);
  height = $state(0);

  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  #element: HTMLElement | null = null;
  #count = 0;
  readonly #rowHeight: number;

  constructor(rowHeight: number) {
    this.#rowHeight = rowHeight;
    this.#virtualizer = new Virtualizer(this.#options());
  }

  /** An attachment for the element that scrolls. */
  attach = (element: HTMLElement): (() => void) => {
    this.#element = element;
    this.#virtualizer.setOptions(this.#options());
    const end = this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    this.#draw();
    return () => {
      end();
      this.#element = null;
    };
  };

  setCount(count: number): void {
    this.#count = count;
    this.#virtualizer.setOptions(this.#options());
    this.#virtualizer._willUpdate();
    this.#draw();
  }

  show(row: number): void {
    this.#virtualizer.scrollToIndex(row, { align: "auto" });
  }

  #options() {
    return {
      count: this.#count,
      getScrollElement: () => this.#element,
      estimateSize: () => this.#rowHeight,
      overscan: 8,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.#draw(),
    };
  }

  #draw(): void {
    this.items = this.#virtualizer.getVirtualItems();
    this.height = this.#virtualizer.getTotalSize();
  }
}
