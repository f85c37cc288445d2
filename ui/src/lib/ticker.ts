// The one timer behind everything that shows how time goes by. It wakes when a text is due to change and at no other
// time, and not at all while the window is hidden: what became due meanwhile is caught up with when it is shown again.

/** What the ticker needs of the document. */
export interface Visibility {
  readonly hidden: boolean;
  addEventListener(type: "visibilitychange", heard: () => void): void;
}

/** The longest wait in milliseconds: after it the clock is looked at again, which may have been set meanwhile. */
const LONGEST_WAIT = 60_000;

interface Due {
  readonly at: number;
  readonly wake: () => void;
}

export class Ticker {
  readonly #page: Visibility;
  readonly #due = new Set<Due>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Visibility) {
    this.#page = page;
    page.addEventListener("visibilitychange", () => this.#look());
  }

  /** Calls `wake` once when the wall clock has reached `at` milliseconds; what comes back takes that back. */
  at(at: number, wake: () => void): () => void {
    const due = { at, wake };
    this.#due.add(due);
    this.#arm();
    return () => {
      if (this.#due.delete(due)) this.#arm();
    };
  }

  #look(): void {
    if (!this.#page.hidden) {
      const now = Date.now();
      const reached = [...this.#due].filter((due) => due.at <= now);
      // One that is woken may take back another.
      for (const due of reached) if (this.#due.delete(due)) due.wake();
    }
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#page.hidden || this.#due.size === 0) return;
    const next = Math.min(...[...this.#due].map((due) => due.at));
    const wait = Math.max(0, Math.min(next - Date.now(), LONGEST_WAIT));
    this.#timer = setTimeout(() => this.#look(), wait);
  }
}
