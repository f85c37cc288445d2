/** A peer is a program that nobody here wrote and that Bursar meets on users' machines, with what is tried with it. */
import type { Sandbox } from "../session/sandbox.ts";
import type { TestScope } from "../session/desktop.ts";

/** The sections of docs/compatibility.md, in their order. */
export const GROUPS = [
  "Secret services",
  "Chains",
  "Browsers",
  "Screen readers",
  "Readers",
  "Networks",
  "Desktops",
  "Tray",
  "Notifications",
  "Package",
  "APIs",
] as const;
export type Group = (typeof GROUPS)[number];

/**
 * `works`: Bursar does with this peer what it promises. `limited`: it does not, because of what the peer does; `seen`
 * says what the user sees then. A trial that throws has found a fault.
 */
export type Outcome = "works" | "limited";

export interface Finding {
  readonly outcome: Outcome;
  /** What a user sees then, in the words that the window or the terminal showed, or as plain description. */
  readonly seen: string;
  /** For a peer that went away: seconds from its return until everything worked again. */
  readonly back?: number;
}

export interface Trial {
  readonly what: string;
  /** Whether `scripts/test.sh` runs it too, in its few minutes for peers. */
  readonly quick?: boolean;
  run(scope: TestScope, sandbox: Sandbox): Promise<Finding>;
}

export interface Peer {
  /** Its argument for `scripts/compat.sh`. */
  readonly name: string;
  readonly title: string;
  readonly group: Group;
  /** The Debian packages that it needs, apart from those that `scripts/setup.sh test` installs. */
  readonly debian?: readonly string[];
  /** The folder of its locked npm packages, in `tests/peers/packages/`. */
  readonly npm?: string;
  /** The file of its locked Python packages, in `tests/peers/packages/`. */
  readonly pip?: string;
  /** A variable of the environment without which it is left out. */
  readonly needs?: string;
  /** Whether it needs a release build. */
  readonly release?: boolean;
  /** Its version as it reports it. */
  version(): Promise<string>;
  readonly trials: readonly Trial[];
}

/** What was not tried, or did not come to run. */
export interface AbsentPeer {
  readonly title: string;
  readonly reason: string;
}

export function works(seen: string, back?: number): Finding {
  return { outcome: "works", seen, ...(back === undefined ? {} : { back }) };
}

export function limited(seen: string, back?: number): Finding {
  return { outcome: "limited", seen, ...(back === undefined ? {} : { back }) };
}

/** Runs `action` and returns the seconds it took, to a tenth. */
export async function seconds(action: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await action();
  return Math.round((performance.now() - begin) / 100) / 10;
}
