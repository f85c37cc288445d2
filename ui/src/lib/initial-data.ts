// What the app put into the page before its code ran: enough for the first frame.

import type { First } from "./types.ts";

/** Takes it out of the page; `null` where the page has to ask for itself. */
export function takeInitialData(): First | null {
  const element = document.getElementById("first");
  element?.remove();
  return element ? (JSON.parse(element.textContent) as First) : null;
}
