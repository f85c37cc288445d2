// Something that is read from the core and can be read again. It keeps the last good answer when a later read fails, and
// never reads twice at a time.

import { untrack } from "svelte";
import type { Failure } from "./types.ts";

export class Resource<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);

  readonly #load: () => Promise<T>;
  // Not the same as `loading`: an effect that calls `refresh` must not depend on that.
  #running = false;
  #refreshAgain = false;
  #epoch = 0;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Sets a value that was read elsewhere. */
  initialize(value: T): void {
    this.value = value;
  }

  /** Reads now. When called while a read is running, reads once more after that. */
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

  /** Forgets the value and drops the answer of a running read: the resource is about something else now. */
  reset(): void {
    this.#epoch += 1;
    this.#refreshAgain = false;
    this.#running = false;
    this.loading = false;
    this.value = null;
    this.failure = null;
  }
}
