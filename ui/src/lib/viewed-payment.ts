// Reports to the core which payment is on screen, so that no pop-up appears about it. Reports are sent one after the other:
// pages open and close within moments, and the newest report must arrive last.

import { core } from "$lib/transport";
import type { AccountId } from "./types.ts";

type Payment = [AccountId, string];

let viewed: Payment | null = null;
let lastReport: Promise<unknown> = Promise.resolve();

/** Reports that a payment is on screen. Call the returned function when it no longer is. */
export function reportViewedPayment(account: AccountId, payment: string): () => void {
  const current: Payment = [account, payment];
  viewed = current;
  report();
  return () => {
    if (viewed !== current) return;
    viewed = null;
    report();
  };
}

function report(): void {
  lastReport = lastReport.then(() => core.viewing(viewed)).catch(() => {});
}
