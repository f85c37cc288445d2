// The current time for a component, as often as its text changes with it.

import { Ticker } from "./ticker.ts";

let ticker: Ticker | undefined;

/** To be made while a component is set up; it ends with the component. */
export class Now {
  #version = $state(0);

  /** `next` says when the text changes next, in milliseconds of the wall clock; `null` where it stays as it is. */
  constructor(next: (now: number) => number | null) {
    $effect(() => {
      const at = next(this.value);
      ticker ??= new Ticker(document);
      return at === null ? undefined : ticker.at(at, () => (this.#version += 1));
    });
  }

  /** Milliseconds since 1970. Whoever reads it reads it again when the text is due to change. */
  get value(): number {
    void this.#version;
    return Date.now();
  }
}
