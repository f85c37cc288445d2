// The size of all text. Every size on the pages is in rem, so it follows the size of the root element's text.

import type { TextSize } from "./types.ts";

export const TEXT_SIZES: readonly TextSize[] = ["100", "125", "150", "175", "200"];

/** styles/tokens.css has the sizes. */
export function applyTextSize(size: TextSize): void {
  document.documentElement.dataset.textSize = size;
}

/** How much larger text is drawn than at its usual size of 16 pixels, for what is drawn in pixels. */
export function textScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}
