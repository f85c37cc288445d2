// Requests the first payments before the Payments page is drawn. Drawing first would delay the answer, and a page without
// its rows would be drawn twice.

import { PaymentList } from "./payment-list.svelte.ts";
import type { PaymentQuery } from "./types.ts";

/** The longest wait for the first payments before the page opens without them: too short for a second click. */
const PRELOAD_TIMEOUT_MS = 100;

let preloaded: PaymentList | null = null;

/** Requests the first payments, and resolves when their page may open. Abort `cancel` when the user goes elsewhere. */
export async function preloadPayments(query: PaymentQuery, cancel: AbortSignal): Promise<void> {
  if (cancel.aborted) return;
  const paymentList = new PaymentList();
  preloaded = paymentList;
  cancel.addEventListener("abort", () => {
    if (preloaded !== paymentList) return;
    paymentList.close();
    preloaded = null;
  });
  const timeout = new Promise<void>((done) => setTimeout(done, PRELOAD_TIMEOUT_MS));
  await Promise.race([paymentList.setQuery(query), timeout]);
}

/** Returns the preloaded list, or a new one. The caller must close it. */
export function takePreloadedPayments(): PaymentList {
  const taken = preloaded ?? new PaymentList();
  preloaded = null;
  return taken;
}
