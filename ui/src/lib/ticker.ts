// The one timer behind everything that shows how time goes by. It wakes when a text is due to change and at no other
// time, and not at all while the window is hidden: what became due meanwhile is caught up with when it is shown again.

/** What the ticker needs of the document. */
export interface Visibility {
  readonly hidden: boolean;
  addEventListener(type: "visibilitychange", listener: () => void): void;
}

/** The longest wait in milliseconds: after it the clock is looked at again, which may have been set meanwhile. */
const MAX_WAIT_MS = 60_000;

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

export class Ticker {
  readonly #page: Visibility;
  readonly #timers = new Set<Timer>();
  #timeout: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Visibility) {
    this.#page = page;
    page.addEventListener("visibilitychange", () => this.#wakeDue());
  }

  /** Calls `wake` once when the wall clock has reached `at` milliseconds; what comes back takes that back. */
  at(at: number, wake: () => void): () => void {
    const timer = { at, wake };
    this.#timers.add(timer);
    this.#arm();
    return () => {
      if (this.#timers.delete(timer)) this.#arm();
    };
  }

  #wakeDue(): void {
    if (!this.#page.hidden) {
      const now = Date.now();
      const due = [...this.#timers].filter((timer) => timer.at <= now);
      // One that is woken may take back another.
      for (const timer of due) if (this.#timers.delete(timer)) timer.wake();
    }
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    if (this.#page.hidden || this.#timers.size === 0) return;
    const next = Math.min(...[...this.#timers].map((timer) => timer.at));
    const wait = Math.max(0, Math.min(next - Date.now(), MAX_WAIT_MS));
    this.#timeout = setTimeout(() => this.#wakeDue(), wait);
  }
}
