// The system's clipboard, also where the webview does not give it to scripts.

import { app } from "./app.svelte.ts";
import type { Failure } from "./types.ts";

/**
 * Copies `text` and tells screen readers that `what` was copied; throws a `Failure` when nothing was. To be called within
 * the click itself: the system takes a text only from a person, so one that has yet to be read is given as a promise.
 */
export async function copy(text: string | Promise<string>, what: string): Promise<void> {
  try {
    if (typeof text === "string") await navigator.clipboard.writeText(text);
    else await navigator.clipboard.write([new ClipboardItem({ "text/plain": text.then(asPlainTextBlob) })]);
  } catch {
    if (!copyBySelection(await text)) {
      const failure: Failure = { code: "internal", message: "The system did not take the text.", retryable: false };
      throw failure;
    }
  }
  app.announcement = `Copied the ${what}.`;
}

function asPlainTextBlob(text: string): Blob {
  return new Blob([text], { type: "text/plain" });
}

/** Selects the text in a field of its own and copies the selection, as a person would. */
function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}
