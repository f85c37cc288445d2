// The one timer behind every text that changes with time. It wakes only when such a text is due to change, and never while
// the window is hidden. When the window is shown again, everything that is due by then is updated.

/** The part of `Document` that the ticker uses. */
export interface Visibility {
  readonly hidden: boolean;
  addEventListener(type: "visibilitychange", listener: () => void): void;
}

/** The longest wait before the clock is checked again: somebody may have set it. */
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

  /** Calls `wake` once, when the wall clock reaches `at` (milliseconds since 1970). Call the returned function to cancel. */
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
      // A callback may cancel another timer.
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
