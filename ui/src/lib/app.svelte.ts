// State that the whole window shares: accounts, settings, health, the selected account and the current page.

import { core } from "$lib/transport";
import { subscribeToChanges } from "./changes.ts";
import { Resource } from "./resource.svelte.ts";
import type { AccountId, AccountView, AppView, Change, Page, Place, Settings } from "./types.ts";

export const PAGES = ["overview", "top_up", "payments", "inbox", "accounts", "settings"] as const;
export type PageName = Place["page"] | "connect";

/** The tabs of the top-up page. A tab that the account's provider does not offer is not shown. */
export type PaymentTab = "top_up" | "renewals" | "migrations";

/** For this long after the window opens, old figures are not reported as outdated: new ones are being read. */
const STARTUP_GRACE_MS = 5_000;

/** Whether the account is known to be signed out. While the keyring has not answered, nobody knows. */
export function isSignedOut(account: AccountView): boolean {
  return !account.signed_in && !account.waits_for_keyring;
}

class App {
  readonly resource = new Resource<AppView>(() => core.app());
  page = $state<PageName>("overview");
  paymentTab = $state<PaymentTab>("top_up");
  /** The payment whose details are open. */
  openedPayment = $state.raw<{ account: AccountId; id: string } | null>(null);
  /** The account that is being edited on the Accounts page. */
  editedAccount = $state<AccountId | null>(null);
  /** Whether the first frame is on the screen. What the first frame can do without is drawn afterwards. */
  firstFramePainted = $state(false);
  /** Whether the figures that are read at the start should have arrived by now. */
  startupGraceOver = $state(false);

  #selected = $state<AccountId | null>(null);
  #navigation: AbortController | null = null;
  /** The page that was requested before the window opened, as JSON. The core requests it once more when the window listens. */
  #requestedAtStart: string | null = null;

  get view(): AppView | null {
    return this.resource.value;
  }

  get accounts(): AccountView[] {
    return this.view?.accounts ?? [];
  }

  /** The selected account, else the first. */
  get account(): AccountView | null {
    return this.accounts.find((one) => one.id === this.#selected) ?? this.accounts[0] ?? null;
  }

  /** Assumed until the core reports otherwise. */
  get online(): boolean {
    return this.view?.health.online ?? true;
  }

  get hideAmounts(): boolean {
    return this.view?.settings.hide_amounts ?? false;
  }

  get hasSeveralAccounts(): boolean {
    return this.accounts.length > 1;
  }

  selectAccount(account: AccountId): void {
    if (account !== this.account?.id) this.paymentTab = "top_up";
    this.#selected = account;
  }

  /**
   * Goes to the page that something has requested, or else to where the user left the window. If that was an account that is
   * gone, the first account's overview stays. Resolves when the page can be drawn.
   */
  async open(left: Place, requested: Page | null): Promise<void> {
    if (requested) {
      const shown = this.showPage(requested);
      this.#requestedAtStart = JSON.stringify(requested);
      return shown;
    }
    const account = left.account;
    if (account !== null) {
      if (!this.accounts.some(({ id }) => id === account)) return;
      this.#selected = account;
    }
    return this.goTo(left.page);
  }

  /**
   * Goes to a page. The current page stays until the next one can be drawn completely, which is when this resolves.
   * `unfiltered` clears the filters of the payments.
   */
  async goTo(page: PageName, unfiltered = false): Promise<void> {
    this.#navigation?.abort();
    this.#requestedAtStart = null;
    this.openedPayment = null;
    this.editedAccount = null;
    if (page !== "payments" || (this.page === page && !unfiltered)) {
      this.page = page;
      return;
    }
    const navigation = new AbortController();
    this.#navigation = navigation;
    // The code for it is not part of the first frame, and is loaded right after that.
    try {
      const [{ preloadPayments }, { paymentFilters }] = await Promise.all([
        import("./payment-list-preload.ts"),
        import("./payment-filters.svelte.ts"),
      ]);
      if (unfiltered) paymentFilters.clear();
      const query = paymentFilters.query(this.account?.id ?? null, this.hasSeveralAccounts);
      if (this.page !== page) await preloadPayments(query, navigation.signal);
    } catch {
      // The page reads its payments itself.
    }
    if (!navigation.signal.aborted) this.page = page;
  }

  /** Opens the form in which the user enters the account's wallet address. */
  goToAddress(account: AccountId): void {
    void this.goTo("accounts");
    this.editedAccount = account;
  }

  goToTopUp(tab: PaymentTab): Promise<void> {
    this.paymentTab = tab;
    return this.goTo("top_up");
  }

  async showPage(page: Page): Promise<void> {
    switch (page.name) {
      case "overview":
        this.selectAccount(page.account);
        await this.goTo("overview");
        return;
      case "top_up":
        this.selectAccount(page.account);
        await this.goToTopUp("top_up");
        return;
      case "payments":
        this.selectAccount(page.account);
        // A filter might hide the payments that are asked for.
        await this.goTo("payments", true);
        return;
      case "payment": {
        this.selectAccount(page.account);
        const shown = this.goTo("payments");
        this.openedPayment = { account: page.account, id: page.payment };
        await shown;
        return;
      }
      case "accounts":
      case "settings":
        await this.goTo(page.name);
        return;
    }
  }

  /** Shows a changed setting at once and saves it. What the core answers then replaces what is shown. */
  async saveSettings(change: Partial<Settings>): Promise<void> {
    const view = this.view;
    if (!view) return;
    const settings = { ...view.settings, ...change };
    this.resource.value = { ...view, settings };
    try {
      const saved = await core.setSettings(change);
      if (this.view) this.resource.value = { ...this.view, settings: saved };
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
        if (this.#requestedAtStart === JSON.stringify(change.page)) this.#requestedAtStart = null;
        else void this.showPage(change.page);
        return;
      case "payments":
      case "backfill":
      case "export":
      case "sign_in":
        return;
    }
  }

  /** Starts to listen for changes. Call the returned function to stop. */
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
