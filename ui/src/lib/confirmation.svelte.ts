// The question before money is taken, while a form is open: asked once, taken back when what it asks for changes, and
// why, until the user chooses anew.

import { changedSince, type Asked, type Changed, type Reading } from "./confirming.ts";

export class Confirmation {
  /** The question that is open. */
  asked = $state.raw<Asked | null>(null);
  /** Why the last one was taken back. */
  takenBack = $state.raw<Changed | null>(null);

  ask(asked: Asked): void {
    this.asked = asked;
    this.takenBack = null;
  }

  /** It was answered. */
  close(): void {
    this.asked = null;
  }

  /** The user has chosen or decided since: what was said of the last question is over. */
  moveOn(): void {
    this.takenBack = null;
  }

  /** Holds the question against what was read. One reading may tell only that it cannot be paid, and the next one why. */
  look(now: Reading): void {
    const asked = this.asked ?? this.takenBack?.asked;
    const changed = asked && changedSince(asked, now);
    if (!changed) return;
    this.asked = null;
    this.takenBack = changed;
  }
}
