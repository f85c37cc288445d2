/** The same sequence of numbers in every run, so that failures can be reproduced. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, but not including, `end`. */
  below(end: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * end);
  }

  pick<T>(from: readonly T[]): T {
    const one = from[this.below(from.length)];
    if (one === undefined) throw new Error("the list is empty");
    return one;
  }

  shuffled<T>(of: readonly T[]): T[] {
    const keyed = of.map((one) => ({ one, key: this.below(2 ** 31) }));
    return keyed.toSorted((a, b) => a.key - b.key).map(({ one }) => one);
  }
}
