// The chosen account's first page, read again whenever the core says that it changed, and what became of a top-up
// that is no longer among the open ones.

import { core } from "$lib/transport";
import { app } from "./app.svelte.ts";
import { subscribeToChanges } from "./changes.ts";
import { formatAmount } from "./money.ts";
import { Resource } from "./resource.svelte.ts";
import type { AccountId, Failure, Overview, TopUpView } from "./types.ts";
import { KIND_LABELS, STATUS_LABELS } from "./texts/payments.ts";

export interface EndedTopUp {
  account: AccountId;
  top_up: TopUpView;
  /** Why the provider did not take it, in its own words. */
  refusal: Failure | null;
}

class LiveOverview {
  readonly resource = new Resource<Overview>(() => this.#read());
  /** The top-up that ended while the window watched it. */
  ended = $state.raw<EndedTopUp | null>(null);

  #account: AccountId | null = null;
  #justStarted: TopUpView | null = null;

  /** Begins with what the app has read of the first account. */
  initialize(overview: Overview): void {
    this.#account = overview.account.id;
    this.resource.initialize(overview);
  }

  /** Follows the chosen account; what comes back stops that. */
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

  /** Reads at once instead of waiting for the core's word. */
  refresh(): Promise<void> {
    return this.resource.refresh();
  }

  /** Reads at once after a start, and says how that one ended even if it was over before it was seen open. */
  follow(top_up: TopUpView): Promise<void> {
    this.#justStarted = top_up;
    return this.resource.refresh();
  }

  async #read(): Promise<Overview> {
    const seen = this.resource.value?.top_ups ?? [];
    const started = this.#justStarted;
    const before = started && !seen.some((one) => one.id === started.id) ? [...seen, started] : seen;
    const account = this.#account;
    if (!account) throw { code: "not_found", message: "No account is chosen.", retryable: false };
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
      // It is in the history then, or it never was one.
    }
  }
}

/** Id of its line in the history. */
export function paymentIdOf(top_up: TopUpView): string {
  return top_up.payment_id ?? `local:${top_up.id}`;
}

function announce(top_up: TopUpView): void {
  const kind = `The ${KIND_LABELS[top_up.kind].toLowerCase()}`;
  const what = app.hideAmounts ? kind : `${kind} of ${formatAmount(top_up.amount)}`;
  app.announcement = `${what}: ${STATUS_LABELS[top_up.status]}.`;
}

export const liveOverview = new LiveOverview();
