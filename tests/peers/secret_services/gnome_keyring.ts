/** gnome-keyring as the desktop's secret service, with its real prompts. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import type { Desktop } from "../../session/desktop.ts";
import type { TopWindow } from "../../session/display.ts";
import type { RunningProcess } from "../../session/processes.ts";
import { until } from "../../session/wait.ts";
import type { SecretServiceProgram } from "./common_trials.ts";
import { isLocked, lock, SECRET_SERVICE } from "./items.ts";

export const PASSWORD = "a password for tests";
/** The program that shows the prompts. On a desktop the bus starts it; here nothing is started by the bus. */
const PROMPTER = "/usr/libexec/gcr-prompter";
const PROMPTER_NAME = "org.gnome.keyring.SystemPrompter";

export function gnomeKeyringVersion(): string {
  return /\d[\d.]*/.exec(execFileSync("gnome-keyring-daemon", ["--version"], { encoding: "utf8" }))?.[0] ?? "";
}

export class GnomeKeyring implements SecretServiceProgram {
  readonly answered: readonly string[] = [];
  readonly #desktop: Desktop;
  #daemon: RunningProcess | undefined;
  #prompter: RunningProcess | undefined;

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  async start(state: "unlocked" | "locked" = "unlocked"): Promise<void> {
    const { processes, env, bus } = this.#desktop;
    const unlock = state === "unlocked";
    const daemon = processes.start("gnome-keyring", "gnome-keyring-daemon", {
      args: ["--foreground", "--components=secrets", ...(unlock ? ["--unlock"] : [])],
      env,
      ...(unlock ? { input: PASSWORD } : {}),
    });
    this.#daemon = daemon;
    await until(`gnome-keyring is ${state}`, async () => {
      daemon.assertAlive();
      return (await bus.owner(SECRET_SERVICE)) !== undefined && (await isLocked(bus)) === !unlock;
    });
  }

  async stop(): Promise<void> {
    await this.#daemon?.stop();
    const { bus } = this.#desktop;
    await until("gnome-keyring has left the bus", async () => (await bus.owner(SECRET_SERVICE)) === undefined);
  }

  async lock(): Promise<void> {
    await lock(this.#desktop.bus);
    await until("the keyring is locked", () => isLocked(this.#desktop.bus));
  }

  /** Unlocks it as the login's PAM module does, by the daemon's control socket. */
  async unlock(): Promise<void> {
    const path = join(this.#desktop.env["XDG_RUNTIME_DIR"] ?? "", "keyring/control");
    const password = Buffer.from(PASSWORD);
    const message = Buffer.alloc(13 + password.length);
    // A first byte, for the caller's credentials, and then: the length of the rest, "unlock", the password's length.
    message.writeUInt32BE(message.length - 1, 1);
    message.writeUInt32BE(1, 5);
    message.writeUInt32BE(password.length, 9);
    password.copy(message, 13);
    const socket = connect(path);
    socket.write(message);
    await once(socket, "data");
    socket.destroy();
    await until("the keyring is unlocked", async () => !(await isLocked(this.#desktop.bus)));
  }

  /** It asks only for its password, which the trials enter themselves. */
  answerPrompts(): void {}

  ignorePrompts(): void {}

  /**
   * Starts the program that shows its prompts, if it does not run. It ends ten seconds after its last prompt, and a desktop's bus
   * starts it again for the next one.
   */
  async ensurePrompter(): Promise<void> {
    const { processes, env, bus } = this.#desktop;
    if (this.#prompter?.alive === true) return;
    this.#prompter = processes.start("gcr-prompter", PROMPTER, { env });
    await until("the prompter is on the bus", () => bus.owner(PROMPTER_NAME));
  }

  /** The windows of its prompts. */
  async prompts(): Promise<TopWindow[]> {
    const windows = await this.#desktop.display.windows();
    return windows.filter(({ pid }) => pid === this.#prompter?.pid);
  }

  async waitForPrompt(): Promise<TopWindow> {
    return until("gnome-keyring asks", async () => (await this.prompts())[0]);
  }

  /** Answers a prompt by the keyboard: with the password, or by closing it. */
  async answer(prompt: TopWindow, answer: "password" | "close"): Promise<void> {
    const { display } = this.#desktop;
    await display.activate(prompt);
    if (answer === "password") await display.type(PASSWORD);
    await display.press(answer === "password" ? "Return" : "Escape");
    await until("the prompt is gone", async () => (await this.prompts()).length === 0);
  }
}
