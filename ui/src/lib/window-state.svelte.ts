// What only the window needs: the page that was left, filters, columns, closed banners, the size of text. It is shown at once
// and saved by the core, which may lose it.

import { untrack } from "svelte";
import { core } from "$lib/transport";
import type { WindowState } from "./types.ts";

export const DEFAULT_WINDOW_STATE: WindowState = {
  place: { page: "overview", account: null },
  payment_filters: {
    statuses: [],
    dates: null,
    from: "",
    to: "",
    all_accounts: false,
  },
  hidden_columns: [],
  dismissed_services: [],
  text_size: "100",
};

export class SavedWindowState {
  value = $state.raw<WindowState>(DEFAULT_WINDOW_STATE);

  /** What the core has not been sent yet. */
  #unsaved: Partial<WindowState> = {};
  #saving: Promise<void> | null = null;

  /** Takes over what an earlier window has left. */
  restore(value: WindowState): void {
    this.value = value;
  }

  /**
   * Changes what is named and saves it. Changes that come during a save are saved together after it, so that none overtakes
   * another. Rejects with a `Failure` if they could not be saved; they hold in this window all the same.
   */
  change(change: Partial<WindowState>): Promise<void> {
    const before = untrack(() => this.value);
    const news = Object.fromEntries(
      Object.entries(change).filter(([name, value]) => !isSame(value, before[name as keyof WindowState])),
    );
    if (Object.keys(news).length === 0) return this.#saving ?? Promise.resolve();
    this.value = { ...before, ...news };
    this.#unsaved = { ...this.#unsaved, ...news };
    this.#saving ??= this.#save();
    return this.#saving;
  }

  async #save(): Promise<void> {
    let failure: unknown = null;
    while (Object.keys(this.#unsaved).length > 0) {
      const change = this.#unsaved;
      this.#unsaved = {};
      try {
        await core.changeWindowState(change);
      } catch (thrown) {
        failure = thrown;
      }
    }
    this.#saving = null;
    if (failure !== null) throw failure;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export const windowState = new SavedWindowState();
