// The list's first page is asked for before there is a page to show it in: drawing that page would keep the answer
// waiting, and what is drawn without the rows is drawn twice.

import { PaymentList } from "./payment-list.svelte.ts";
import type { AccountId } from "./types.ts";

/** How long an answer is waited for at most, in milliseconds: nobody clicks a second time by then. */
const PRELOAD_TIMEOUT_MS = 100;

let preloaded: PaymentList | null = null;

/** Asks for the payments in sight when their page opens; done when it may. `cancel` says that it will not, or is over. */
export async function preloadPayments(account: AccountId | null, cancel: AbortSignal): Promise<void> {
  const paymentList = new PaymentList();
  preloaded = paymentList;
  cancel.addEventListener("abort", () => {
    if (preloaded !== paymentList) return;
    paymentList.close();
    preloaded = null;
  });
  const timeout = new Promise<void>((done) => setTimeout(done, PRELOAD_TIMEOUT_MS));
  const firstPage = paymentList.setQuery({ account, search: null, statuses: [], from: null, to: null });
  await Promise.race([firstPage, timeout]);
}

/** What was asked for, or a new one where nothing was; whoever takes it closes it. */
export function takePreloadedPayments(): PaymentList {
  const taken = preloaded ?? new PaymentList();
  preloaded = null;
  return taken;
}
