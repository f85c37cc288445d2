// What the first frame does without: every page but the overview, and two parts of that. Their code is fetched when
// they are wanted, at the latest right after the first frame, so that later none of them is waited for.

import type { Component } from "svelte";
import type { PageName } from "$lib/app.svelte";

type Page = () => Promise<{ default: Component }>;

export const LAZY_PAGES: Readonly<Record<Exclude<PageName, "overview">, Page>> = {
  top_up: () => import("./TopUp.svelte"),
  payments: () => import("./Payments.svelte"),
  inbox: () => import("./Inbox.svelte"),
  accounts: () => import("./Accounts.svelte"),
  settings: () => import("./Settings.svelte"),
  balances: () => import("./Balances.svelte"),
  connect: () => import("./Connect.svelte"),
};

export const loadOpenTopUp = () => import("./top-up/OpenTopUp.svelte");
export const loadSpendChart = () => import("./overview/SpendChart.svelte");

/** Fetches all of them, one after the other; one that cannot be had now is asked for again when it is wanted. */
export async function preloadPages(): Promise<void> {
  for (const load of [loadSpendChart, loadOpenTopUp, ...Object.values(LAZY_PAGES)]) await load().catch(() => {});
}
