// An action of the user that calls the core. It never runs twice at a time, and keeps its failure for the page to show.

import { untrack } from "svelte";
import type { Failure } from "./types.ts";

export class Action {
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  #running = false;

  /** Runs `act` unless an earlier run is still going on. Returns whether it ran and succeeded. */
  async run(act: () => Promise<unknown>): Promise<boolean> {
    if (this.#running) return false;
    this.#running = true;
    this.busy = true;
    this.failure = null;
    try {
      await untrack(act);
      return true;
    } catch (failure) {
      this.failure = failure as Failure;
      return false;
    } finally {
      this.#running = false;
      this.busy = false;
    }
  }
}
