/**
 * The session's secret store: a real gnome-keyring-daemon in the state that a test asks for.
 *
 * - `unlocked`: as after logging in; reading and writing works.
 * - `locked`: a keyring exists, but its password was not entered and nobody can be asked for it.
 * - `empty`: the daemon runs, but has no keyring to write to.
 * - `absent`: nothing owns org.freedesktop.secrets.
 */
import type { Bus } from "./bus.ts";
import { until } from "./wait.ts";
import type { Environment, Processes, RunningProcess } from "./processes.ts";

export type KeyringState = "unlocked" | "locked" | "empty" | "absent";

const SECRET_SERVICE = "org.freedesktop.secrets";
const DEFAULT_COLLECTION = "/org/freedesktop/secrets/aliases/default";
const COLLECTION_INTERFACE = "org.freedesktop.Secret.Collection";

export class Keyring {
  readonly #bus: Bus;
  readonly #processes: Processes;
  readonly #env: Environment;
  #daemon: RunningProcess | undefined;

  constructor(bus: Bus, processes: Processes, env: Environment) {
    this.#bus = bus;
    this.#processes = processes;
    this.#env = env;
  }

  /** Brings the store into that state. Secrets that were written before stay on disk. */
  async setState(state: KeyringState): Promise<void> {
    if (state === "locked" && (await this.state()) !== "unlocked") await this.#start("unlocked");
    await this.#stop();
    if (state !== "absent") await this.#start(state);
    await until(`the keyring is ${state}`, async () => (await this.state()) === state);
  }

  /** The state as a program on the bus sees it. */
  async state(): Promise<KeyringState> {
    if ((await this.#bus.owner(SECRET_SERVICE)) === undefined) return "absent";
    try {
      const { Locked } = await this.#bus.properties(SECRET_SERVICE, DEFAULT_COLLECTION, COLLECTION_INTERFACE);
      return Locked === true ? "locked" : "unlocked";
    } catch {
      return "empty";
    }
  }

  /** The labels of all secrets, to see what a program has stored. */
  async labels(): Promise<string[]> {
    const { Items } = await this.#bus.properties(SECRET_SERVICE, DEFAULT_COLLECTION, COLLECTION_INTERFACE);
    const labels: string[] = [];
    for (const item of Items as string[]) {
      const { Label } = await this.#bus.properties(SECRET_SERVICE, item, "org.freedesktop.Secret.Item");
      labels.push(String(Label));
    }
    return labels;
  }

  async #start(state: Exclude<KeyringState, "absent">): Promise<void> {
    const unlock = state === "unlocked";
    this.#daemon = this.#processes.start("keyring", "gnome-keyring-daemon", {
      args: ["--foreground", "--components=secrets", ...(unlock ? ["--unlock"] : [])],
      env: this.#env,
      ...(unlock ? { input: "a password for tests\n" } : {}),
    });
    const daemon = this.#daemon;
    await until("the secret store is on the bus", async () => {
      daemon.assertAlive();
      return this.#bus.owner(SECRET_SERVICE);
    });
  }

  async #stop(): Promise<void> {
    await this.#daemon?.stop();
    this.#daemon = undefined;
    await until("the secret store has left the bus", async () => (await this.#bus.owner(SECRET_SERVICE)) === undefined);
  }
}
