// The current time for a component, updated only when the component's text changes.

import { Ticker } from "./ticker.ts";

let ticker: Ticker | undefined;

/** Create it while a component is set up. It ends with the component. */
export class Now {
  #version = $state(0);

  /** `next` returns when the text changes next, in milliseconds since 1970; `null` when it stays as it is. */
  constructor(next: (now: number) => number | null) {
    $effect(() => {
      const at = next(this.value);
      ticker ??= new Ticker(document);
      return at === null ? undefined : ticker.at(at, () => (this.#version += 1));
    });
  }

  /** Milliseconds since 1970. Reading this subscribes to the next change of the text. */
  get value(): number {
    void this.#version;
    return Date.now();
  }
}
