/** KWallet 5 as the desktop's secret service. Its wallet is opened as the login's PAM module opens it, with a key of the password. */
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Desktop } from "../../session/desktop.ts";
import type { TopWindow } from "../../session/display.ts";
import type { RunningProcess } from "../../session/processes.ts";
import { until } from "../../session/wait.ts";
import type { SecretServiceProgram } from "./common_trials.ts";
import { SECRET_SERVICE } from "./items.ts";

export const PASSWORD = "a password for tests";
const WALLET = "kdewallet";
const SERVICE = "org.kde.kwalletd5";
const PATH = "/modules/kwalletd5";
const INTERFACE = "org.kde.KWallet";
/** How KWallet makes a wallet's key of its password. */
const KEY = { rounds: 50_000, length: 56, digest: "sha512" } as const;

export class KWallet implements SecretServiceProgram {
  readonly answered: readonly string[] = [];
  readonly #desktop: Desktop;
  readonly #key: Buffer;
  #process: RunningProcess | undefined;

  private constructor(desktop: Desktop, key: Buffer) {
    this.#desktop = desktop;
    this.#key = key;
  }

  /** Makes the settings of a desktop that was used before, and the salt of its wallet. */
  static async install(desktop: Desktop): Promise<KWallet> {
    const config = desktop.env["XDG_CONFIG_HOME"] ?? "";
    writeFileSync(join(config, "kwalletrc"), CONFIGURATION);
    const folder = join(desktop.env["XDG_DATA_HOME"] ?? "", "kwalletd");
    mkdirSync(folder, { recursive: true });
    const salt = randomBytes(KEY.length);
    writeFileSync(join(folder, `${WALLET}.salt`), salt);
    const kwallet = new KWallet(desktop, pbkdf2Sync(PASSWORD, salt, KEY.rounds, KEY.length, KEY.digest));
    // A wallet becomes a collection when the service starts.
    await kwallet.start();
    await kwallet.stop();
    return kwallet;
  }

  async start(state: "unlocked" | "locked" = "unlocked"): Promise<void> {
    const { processes, env, bus } = this.#desktop;
    const running = processes.start("kwalletd5", "kwalletd5", {
      env: { ...env, XDG_CURRENT_DESKTOP: "KDE", QT_QPA_PLATFORM: "xcb" },
    });
    this.#process = running;
    await until("KWallet is on the bus", async () => {
      running.assertAlive();
      return bus.owner(SECRET_SERVICE);
    });
    if (state === "unlocked") await this.unlock();
  }

  /** Ends it as the end of a desktop session does: it writes its wallet when that is closed, or a few seconds after a change. */
  async stop(): Promise<void> {
    await this.#close();
    await this.#process?.stop();
    const { bus } = this.#desktop;
    await until("KWallet has left the bus", async () => (await bus.owner(SECRET_SERVICE)) === undefined);
  }

  lock(): Promise<void> {
    return this.#close();
  }

  async #close(): Promise<void> {
    await this.#desktop.bus.call(SERVICE, PATH, INTERFACE, "closeAllWallets");
    await until("the wallet is closed", async () => !(await this.#isOpen()));
  }

  /** Answers its dialog with the password, or else opens the wallet as at login: while the dialog is there, KWallet ignores that. */
  async unlock(): Promise<void> {
    const { bus, display } = this.#desktop;
    const [prompt] = await this.prompts();
    if (prompt !== undefined) {
      await display.activate(prompt);
      await until("the dialog has the focus", async () => (await display.activeWindowId()) === prompt.id);
      await this.#desktop.screenshot("dialog");
      await display.type(PASSWORD);
      await display.press("Return");
      await until("the wallet is open", () => this.#isOpen());
      return;
    }
    await bus.call(SERVICE, PATH, INTERFACE, "pamOpen", "sayi", [WALLET, this.#key, 0]);
    await until("the wallet is open", () => this.#isOpen());
  }

  /** By KWallet's own interface: its collection says that it is locked until the first program asks to have it unlocked. */
  async #isOpen(): Promise<boolean> {
    const [open] = await this.#desktop.bus.call(SERVICE, PATH, INTERFACE, "isOpen", "s", [WALLET]);
    return open === true;
  }

  /** It asks only for its password, which the trials enter themselves. */
  answerPrompts(): void {}

  ignorePrompts(): void {}

  /** The windows in which it asks for the password. */
  async prompts(): Promise<TopWindow[]> {
    const windows = await this.#desktop.display.windows();
    return windows.filter(({ pid }) => pid === this.#process?.pid);
  }
}

const CONFIGURATION = `[Wallet]
Close When Idle=false
Close on Screensaver=false
Default Wallet=${WALLET}
Enabled=true
First Use=false
Leave Open=true
Prompt on Open=false
Use One Wallet=true

[org.freedesktop.secrets]
apiEnabled=true
`;
