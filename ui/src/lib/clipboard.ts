// Copies to the system's clipboard, also in webviews that do not let scripts use the clipboard.

import { app } from "./app.svelte.ts";
import type { Failure } from "./types.ts";

/**
 * Copies `text` and announces to screen readers that `what` was copied. Throws a `Failure` when nothing was copied. Call it
 * within the click handler: the system only accepts a text while it handles a click. Pass a text that must be read first
 * as a promise.
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

/** Puts the text into a hidden field, selects it there and runs the copy command. */
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
