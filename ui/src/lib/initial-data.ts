// The data for the first frame, which the app puts into the page before the page's code runs.

import type { InitialData } from "./types.ts";

/** Removes the data from the page and returns it; `null` when the page has to ask the core for it. */
export function takeInitialData(): InitialData | null {
  const element = document.getElementById("initial-data");
  element?.remove();
  return element ? (JSON.parse(element.textContent) as InitialData) : null;
}
