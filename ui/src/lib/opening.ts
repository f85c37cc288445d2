// The list's first page is asked for before there is a page to show it in: drawing that page would keep the answer
// waiting, and what is drawn without the rows is drawn twice.

import { History } from "./history.svelte.ts";
import type { AccountId } from "./types.ts";

/** How long an answer is waited for at most, in milliseconds: nobody clicks a second time by then. */
const PATIENCE = 100;

let opened: History | null = null;

/** Asks for the payments in sight when their page opens; done when it may. `leave` says that it will not, or is over. */
export async function openHistory(account: AccountId | null, leave: AbortSignal): Promise<void> {
  const history = new History();
  opened = history;
  leave.addEventListener("abort", () => {
    if (opened !== history) return;
    history.close();
    opened = null;
  });
  const enough = new Promise<void>((done) => setTimeout(done, PATIENCE));
  const asked = history.ask({ account, search: null, statuses: [], from: null, to: null });
  await Promise.race([asked, enough]);
}

/** What was asked for, or a new one where nothing was; whoever takes it closes it. */
export function takeHistory(): History {
  const taken = opened ?? new History();
  opened = null;
  return taken;
}
