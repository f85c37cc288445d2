// Something read from the core that can be read again, and something asked of it once. Both keep the last good
// answer when a later one fails, and never run twice at a time.

import type { Failure } from "./types.ts";

export class Reading<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);

  readonly #read: () => Promise<T>;
  #again = false;
  #epoch = 0;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  /** Reads now; asked while a reading runs, reads once more after it. */
  async refresh(): Promise<void> {
    if (this.loading) {
      this.#again = true;
      return;
    }
    this.loading = true;
    const epoch = this.#epoch;
    do {
      this.#again = false;
      try {
        const value = await this.#read();
        if (epoch !== this.#epoch) return;
        this.value = value;
        this.failure = null;
      } catch (failure) {
        if (epoch !== this.#epoch) return;
        this.failure = failure as Failure;
      }
    } while (this.#again);
    this.loading = false;
  }

  /** Forgets everything, a running reading included: it was about something else. */
  reset(): void {
    this.#epoch += 1;
    this.#again = false;
    this.loading = false;
    this.value = null;
    this.failure = null;
  }
}

export class Action {
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  /** Runs `act` unless it runs already; answers whether it ran and succeeded. */
  async run(act: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failure = null;
    try {
      await act();
      return true;
    } catch (failure) {
      this.failure = failure as Failure;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
