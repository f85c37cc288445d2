// The pages and components that the first frame does not need: every page but the overview, and what the overview shows only
// sometimes. Their code is loaded on demand, at the latest right after the first frame, so that users do not wait for it later.

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
export const loadTopUpSummary = () => import("./top-up/TopUpSummary.svelte");
export const loadEndedTopUp = () => import("./top-up/EndedTopUp.svelte");
export const loadDisagreement = () => import("./overview/Disagreement.svelte");
export const loadDebt = () => import("./overview/Debt.svelte");
export const loadEntitlements = () => import("./overview/Entitlements.svelte");
export const loadSpendChart = () => import("./overview/SpendChart.svelte");
export const loadResourceCharges = () => import("./overview/ResourceCharges.svelte");

/** Loads a page's code, so that the page can be drawn in the first frame. What fails to load now is loaded again on demand. */
export async function loadPage(page: PageName): Promise<void> {
  if (page !== "overview") await LAZY_PAGES[page]().catch(() => {});
}

/** Loads all of them, one after the other. What fails to load now is loaded again on demand. */
export async function preloadPages(): Promise<void> {
  const parts = [
    loadSpendChart,
    loadResourceCharges,
    loadOpenTopUp,
    loadEndedTopUp,
    loadDisagreement,
    loadEntitlements,
    loadDebt,
  ];
  for (const load of [...parts, ...Object.values(LAZY_PAGES)]) await load().catch(() => {});
}
