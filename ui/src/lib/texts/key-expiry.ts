// Which errors are about the date on which an API key expires.

import type { Failure } from "../types.ts";

/** Whether the core refused that date, so that its field shows the error. */
export function isAboutKeyExpiry(failure: Failure | null): boolean {
  const detail = failure?.detail;
  if (typeof detail !== "object") return false;
  return detail.id === "key-expiry-malformed" || detail.id === "key-expiry-over";
}
