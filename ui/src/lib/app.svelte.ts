// What the whole window shares: accounts, settings, health, the chosen account and the page.

import { core } from "$lib/transport";
import { subscribeToChanges } from "./changes.ts";
import { preloadPayments } from "./payment-list-preload.ts";
import { Resource } from "./resource.svelte.ts";
import type { AccountId, AccountView, AppView, Change, Page, Settings } from "./types.ts";

export const PAGES = ["overview", "top_up", "payments", "inbox", "accounts", "settings"] as const;
export type PageName = (typeof PAGES)[number] | "balances" | "connect";

/** What the page for paying in is about; what an account does not offer is not shown. */
export type PaymentTab = "top_up" | "renewals" | "migrations";

/** Milliseconds from the window's start in which old figures are no trouble yet: new ones are on their way. */
const STARTUP_GRACE_MS = 5_000;

/** Whether nobody is signed in, as far as anybody can know: a keyring that has not answered says nothing. */
export function isSignedOut(account: AccountView): boolean {
  return !account.signed_in && !account.waits_for_keyring;
}

class App {
  readonly resource = new Resource<AppView>(() => core.app());
  page = $state<PageName>("overview");
  paymentTab = $state<PaymentTab>("top_up");
  /** The payment whose details are open. */
  openedPayment = $state.raw<{ account: AccountId; id: string } | null>(null);
  /** The account that is being edited on the page of accounts. */
  editedAccount = $state<AccountId | null>(null);
  /** Whether the first frame is on the screen: what it can do without is drawn after it. */
  firstFramePainted = $state(false);
  /** Whether what is read at the start should be there by now. */
  startupGraceOver = $state(false);
  /** Read aloud by screen readers, politely. */
  announcement = $state("");

  #selected = $state<AccountId | null>(null);
  #navigation: AbortController | null = null;

  get view(): AppView | null {
    return this.resource.value;
  }

  get accounts(): AccountView[] {
    return this.view?.accounts ?? [];
  }

  /** The chosen account, else the first. */
  get account(): AccountView | null {
    return this.accounts.find((one) => one.id === this.#selected) ?? this.accounts[0] ?? null;
  }

  get hideAmounts(): boolean {
    return this.view?.settings.hide_amounts ?? false;
  }

  /** Whether there are several accounts to see side by side. */
  get hasSeveralAccounts(): boolean {
    return this.accounts.length > 1;
  }

  selectAccount(account: AccountId): void {
    if (account !== this.account?.id) this.paymentTab = "top_up";
    this.#selected = account;
  }

  /** Goes to a page; the one before stays until the other can be drawn whole. */
  goTo(page: PageName): void {
    this.#navigation?.abort();
    this.openedPayment = null;
    this.editedAccount = null;
    if (page !== "payments" || this.page === page) {
      this.page = page;
      return;
    }
    const navigation = new AbortController();
    this.#navigation = navigation;
    void preloadPayments(this.account?.id ?? null, navigation.signal).then(() => {
      if (!navigation.signal.aborted) this.page = page;
    });
  }

  /** Leads to where the account's wallet address is typed. */
  goToAddress(account: AccountId): void {
    this.goTo("accounts");
    this.editedAccount = account;
  }

  goToTopUp(tab: PaymentTab): void {
    this.paymentTab = tab;
    this.goTo("top_up");
  }

  showPage(page: Page): void {
    switch (page.name) {
      case "overview":
        this.selectAccount(page.account);
        this.goTo("overview");
        return;
      case "top_up":
        this.selectAccount(page.account);
        this.goToTopUp("top_up");
        return;
      case "payments":
        this.selectAccount(page.account);
        this.goTo("payments");
        return;
      case "payment":
        this.selectAccount(page.account);
        this.goTo("payments");
        this.openedPayment = { account: page.account, id: page.payment };
        return;
      case "settings":
        this.goTo("settings");
        return;
    }
  }

  /** Keeps a change of settings on screen at once; the core's answer has the last word. */
  async saveSettings(change: Partial<Settings>): Promise<void> {
    const view = this.view;
    if (!view) return;
    const settings = { ...view.settings, ...change };
    this.resource.value = { ...view, settings };
    try {
      const kept = await core.setSettings(change);
      if (this.view) this.resource.value = { ...this.view, settings: kept };
    } catch (failure) {
      if (this.view) this.resource.value = { ...this.view, settings: view.settings };
      throw failure;
    }
  }

  handleChange(change: Change): void {
    switch (change.what) {
      case "account":
      case "accounts":
      case "notices":
      case "settings":
      case "health":
        void this.resource.refresh();
        return;
      case "show":
        this.showPage(change.page);
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
    const unsubscribe = subscribeToChanges((change) => this.handleChange(change));
    const settling = setTimeout(() => (this.startupGraceOver = true), STARTUP_GRACE_MS);
    return () => {
      unsubscribe();
      clearTimeout(settling);
    };
  }
}

export const app = new App();
