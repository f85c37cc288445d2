// Copies to the system's clipboard, also in webviews that do not let scripts use the clipboard.

import { announcer } from "./announcer.svelte.ts";
import { t } from "./l10n/l10n.svelte.ts";
import type { Failure } from "./types.ts";

/** What the window copies. Each has a message with what is announced. */
export type Copyable =
  | "wallet_address"
  | "payment_number"
  | "payment_id"
  | "payment_link"
  | "payment_report"
  | "transaction"
  | "scopes"
  | "diagnostics";

/**
 * Copies `text` and announces to screen readers that `what` was copied. Throws a `Failure` when nothing was copied. Call it
 * within the click handler: the system only accepts a text while it handles a click. Pass a text that must be read first
 * as a promise.
 */
export async function copy(text: string | Promise<string>, what: Copyable): Promise<void> {
  try {
    if (typeof text === "string") await navigator.clipboard.writeText(text);
    else await navigator.clipboard.write([new ClipboardItem({ "text/plain": text.then(asPlainTextBlob) })]);
  } catch {
    if (!copyBySelection(await text)) {
      const failure: Failure = { code: "internal", detail: t("error-clipboard"), retryable: false };
      throw failure;
    }
  }
  announcer.announce(t(`copy-${what}.copied`));
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
