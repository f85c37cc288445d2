// What the whole window shares: accounts, settings, health, the chosen account and the page.

import { core } from "$lib/transport";
import { hear } from "./changes.ts";
import { openHistory } from "./opening.ts";
import { Reading } from "./reading.svelte.ts";
import type { AccountId, AccountView, AppView, Change, Page, Settings } from "./types.ts";

export const PAGES = ["overview", "top_up", "payments", "inbox", "accounts", "settings"] as const;
export type PageName = (typeof PAGES)[number] | "balances" | "connect";

/** What the page for paying in is about; what an account does not offer is not shown. */
export type Paying = "top_up" | "renewals" | "migrations";

/** Milliseconds from the window's start in which old figures are no trouble yet: new ones are on their way. */
const READING_ANEW = 5_000;

/** Whether nobody is signed in, as far as anybody can know: a keyring that has not answered says nothing. */
export function isSignedOut(account: AccountView): boolean {
  return !account.signed_in && !account.waits_for_keyring;
}

class App {
  readonly reading = new Reading<AppView>(() => core.app());
  page = $state<PageName>("overview");
  paying = $state<Paying>("top_up");
  /** The payment whose details are open. */
  payment = $state.raw<{ account: AccountId; id: string } | null>(null);
  /** The account that is being edited on the page of accounts. */
  editing = $state<AccountId | null>(null);
  /** Whether the first frame is on the screen: what it can do without is drawn after it. */
  drawn = $state(false);
  /** Whether what is read at the start should be there by now. */
  settled = $state(false);
  /** Read aloud by screen readers, politely. */
  announcement = $state("");

  #chosen = $state<AccountId | null>(null);
  #leave: AbortController | null = null;

  get view(): AppView | null {
    return this.reading.value;
  }

  get accounts(): AccountView[] {
    return this.view?.accounts ?? [];
  }

  /** The chosen account, else the first. */
  get account(): AccountView | null {
    return this.accounts.find((one) => one.id === this.#chosen) ?? this.accounts[0] ?? null;
  }

  get hideAmounts(): boolean {
    return this.view?.settings.hide_amounts ?? false;
  }

  /** Whether there are several accounts to see side by side. */
  get several(): boolean {
    return this.accounts.length > 1;
  }

  choose(account: AccountId): void {
    if (account !== this.account?.id) this.paying = "top_up";
    this.#chosen = account;
  }

  /** Goes to a page; the one before stays until the other can be drawn whole. */
  go(page: PageName): void {
    this.#leave?.abort();
    this.payment = null;
    this.editing = null;
    if (page !== "payments" || this.page === page) {
      this.page = page;
      return;
    }
    const leave = new AbortController();
    this.#leave = leave;
    void openHistory(this.account?.id ?? null, leave.signal).then(() => {
      if (!leave.signal.aborted) this.page = page;
    });
  }

  /** Leads to where the account's wallet address is typed. */
  enterAddress(account: AccountId): void {
    this.go("accounts");
    this.editing = account;
  }

  payIn(what: Paying): void {
    this.paying = what;
    this.go("top_up");
  }

  show(page: Page): void {
    switch (page.name) {
      case "overview":
        this.choose(page.account);
        this.go("overview");
        return;
      case "top_up":
        this.choose(page.account);
        this.payIn("top_up");
        return;
      case "payments":
        this.choose(page.account);
        this.go("payments");
        return;
      case "payment":
        this.choose(page.account);
        this.go("payments");
        this.payment = { account: page.account, id: page.payment };
        return;
      case "settings":
        this.go("settings");
        return;
    }
  }

  /** Keeps a change of settings on screen at once; the core's answer has the last word. */
  async keep(change: Partial<Settings>): Promise<void> {
    const view = this.view;
    if (!view) return;
    const settings = { ...view.settings, ...change };
    this.reading.value = { ...view, settings };
    try {
      const kept = await core.setSettings(change);
      if (this.view) this.reading.value = { ...this.view, settings: kept };
    } catch (failure) {
      if (this.view) this.reading.value = { ...this.view, settings: view.settings };
      throw failure;
    }
  }

  heard(change: Change): void {
    switch (change.what) {
      case "account":
      case "accounts":
      case "notices":
      case "settings":
      case "health":
        void this.reading.refresh();
        return;
      case "show":
        this.show(change.page);
        return;
      case "payments":
      case "past":
      case "export":
      case "sign_in":
        return;
    }
  }

  /** Begins to listen; what comes back ends that. */
  start(): () => void {
    const deaf = hear((change) => this.heard(change));
    const settling = setTimeout(() => (this.settled = true), READING_ANEW);
    return () => {
      deaf();
      clearTimeout(settling);
    };
  }
}

export const app = new App();
