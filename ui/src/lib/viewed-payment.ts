// Which payment is on screen, so that the core pops up nothing about it. Told one after the other: pages come and go
// within a moment, and the last word must be the last to arrive.

import { core } from "$lib/transport";
import type { AccountId } from "./types.ts";

type Payment = [AccountId, string];

let shown: Payment | null = null;
let lastReport: Promise<unknown> = Promise.resolve();

/** Says that this payment is on screen; what comes back takes that back. */
export function reportViewedPayment(account: AccountId, payment: string): () => void {
  const current: Payment = [account, payment];
  shown = current;
  report();
  return () => {
    if (shown !== current) return;
    shown = null;
    report();
  };
}

function report(): void {
  lastReport = lastReport.then(() => core.viewing(shown)).catch(() => {});
}
