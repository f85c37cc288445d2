// Something read from the core that can be read again, and something asked of it once. Both keep the last good
// answer when a later one fails, and never run twice at a time.

import { untrack } from "svelte";
import type { Failure } from "./types.ts";

export class Resource<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);

  readonly #load: () => Promise<T>;
  // Beside `loading`, so that an effect that starts a reading does not depend on it.
  #running = false;
  #refreshAgain = false;
  #epoch = 0;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Begins with what somebody else has read. */
  initialize(value: T): void {
    this.value = value;
  }

  /** Reads now; asked while a reading runs, reads once more after it. */
  async refresh(): Promise<void> {
    if (this.#running) {
      this.#refreshAgain = true;
      return;
    }
    this.#running = true;
    this.loading = true;
    const epoch = this.#epoch;
    do {
      this.#refreshAgain = false;
      try {
        const value = await untrack(this.#load);
        if (epoch !== this.#epoch) return;
        this.value = value;
        this.failure = null;
      } catch (failure) {
        if (epoch !== this.#epoch) return;
        this.failure = failure as Failure;
      }
    } while (this.#refreshAgain);
    this.#running = false;
    this.loading = false;
  }

  /** Forgets everything, a running reading included: it was about something else. */
  reset(): void {
    this.#epoch += 1;
    this.#refreshAgain = false;
    this.#running = false;
    this.loading = false;
    this.value = null;
    this.failure = null;
  }
}

export class Action {
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  #running = false;

  /** Runs `act` unless it runs already; answers whether it ran and succeeded. */
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
