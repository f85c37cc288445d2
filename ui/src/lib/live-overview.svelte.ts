// The overview of the selected account, read again whenever the core reports a change. When an open top-up disappears from
// it, this finds out how that one ended.

import { core } from "$lib/transport";
import { app } from "./app.svelte.ts";
import { subscribeToChanges } from "./changes.ts";
import { announcer } from "./announcer.svelte.ts";
import { formatAmount } from "./money.ts";
import { t } from "./l10n/l10n.svelte.ts";
import { Resource } from "./resource.svelte.ts";
import type { AccountId, Failure, Overview, TopUpView } from "./types.ts";

export interface EndedTopUp {
  account: AccountId;
  top_up: TopUpView;
  /** Why the provider refused it, in the provider's words. */
  refusal: Failure | null;
}

class LiveOverview {
  readonly resource = new Resource<Overview>(() => this.#read());
  /** The top-up that ended while the window was showing it. */
  ended = $state.raw<EndedTopUp | null>(null);

  #account: AccountId | null = null;
  #justStarted: TopUpView | null = null;

  /** Sets the overview of the selected account, which came with the page. */
  initialize(overview: Overview): void {
    this.#account = overview.account.id;
    this.resource.initialize(overview);
  }

  /** Starts to follow the selected account. Call the returned function to stop. */
  start(): () => void {
    const unsubscribe = subscribeToChanges((change) => {
      if (change.what === "account" && change.account === this.#account) void this.resource.refresh();
    });
    const stop = $effect.root(() => {
      $effect(() => {
        const chosen = app.account?.id ?? null;
        if (chosen === this.#account) return;
        this.#account = chosen;
        this.ended = null;
        this.#justStarted = null;
        this.resource.reset();
        if (chosen) void this.resource.refresh();
      });
    });
    return () => {
      unsubscribe();
      stop();
    };
  }

  /** Reads at once instead of waiting for the core to report a change. */
  refresh(): Promise<void> {
    return this.resource.refresh();
  }

  /** Reads at once after a top-up was started, and reports its end even if it ended before it was ever listed as open. */
  follow(top_up: TopUpView): Promise<void> {
    this.#justStarted = top_up;
    return this.resource.refresh();
  }

  async #read(): Promise<Overview> {
    const seen = this.resource.value?.top_ups ?? [];
    const started = this.#justStarted;
    const before = started && !seen.some((one) => one.id === started.id) ? [...seen, started] : seen;
    const account = this.#account;
    if (!account) throw { code: "not_found", detail: t("error-no-account-chosen"), retryable: false };
    const overview = await core.overview(account);
    if (this.#justStarted === started) this.#justStarted = null;
    this.#compare(account, before, overview.top_ups);
    return overview;
  }

  #compare(account: AccountId, before: TopUpView[], now: TopUpView[]): void {
    for (const top_up of now) {
      const known = before.find((one) => one.id === top_up.id);
      if (known && known.status !== top_up.status) announce(top_up);
      if (!known) this.ended = null;
    }
    for (const gone of before.filter((one) => !now.some((other) => other.id === one.id))) {
      void this.#reportEnd(account, gone);
    }
  }

  async #reportEnd(account: AccountId, gone: TopUpView): Promise<void> {
    try {
      const top_up = await core.topUp(account, gone.id);
      if (account !== this.#account) return;
      this.ended = {
        account,
        top_up,
        refusal: top_up.status === "not_started" ? top_up.error : null,
      };
      announce(top_up);
    } catch {
      // The payment is in the history, or it never existed.
    }
  }
}

/** The id of the top-up's payment in the history. */
export function paymentIdOf(top_up: TopUpView): string {
  return top_up.payment_id ?? `local:${top_up.id}`;
}

function announce(top_up: TopUpView): void {
  const { kind, amount, status } = top_up;
  const payment = app.hideAmounts ? t(`kind-${kind}`) : t("payment-of", { kind, amount: formatAmount(amount) });
  announcer.announce(t("payment-announcement", { payment, status: t(`status-${status}`) }));
}

export const liveOverview = new LiveOverview();
