// Which payment is on screen, so that the core pops up nothing about it. Told one after the other: pages come and go
// within a moment, and the last word must be the last to arrive.

import { core } from "$lib/transport";
import type { AccountId } from "./types.ts";

type Payment = [AccountId, string];

let shown: Payment | null = null;
let told: Promise<unknown> = Promise.resolve();

/** Says that this payment is on screen; what comes back takes that back. */
export function viewing(account: AccountId, payment: string): () => void {
  const here: Payment = [account, payment];
  shown = here;
  tell();
  return () => {
    if (shown !== here) return;
    shown = null;
    tell();
  };
}

function tell(): void {
  told = told.then(() => core.viewing(shown)).catch(() => {});
}
