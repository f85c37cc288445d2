/** KeePassXC as the desktop's secret service: its database, its window and its prompts, as a user handles them. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Desktop } from "../../session/desktop.ts";
import type { TopWindow } from "../../session/display.ts";
import type { RunningProcess } from "../../session/processes.ts";
import { until } from "../../session/wait.ts";
import type { SecretServiceProgram } from "./common_trials.ts";
import { isLocked, SECRET_SERVICE } from "./items.ts";

export const PASSWORD = "a password for tests";
const MAIN_WINDOW = "org.keepassxc.KeePassXC.MainWindow";

export interface KeePassXCOptions {
  /** Whether it asks the user before a program may read an entry, which is its default. */
  readonly confirmAccess?: boolean;
  /** Whether it asks before an entry is deleted, which is its default. */
  readonly confirmDelete?: boolean;
}

export function keepassxcVersion(): string {
  return execFileSync("keepassxc", ["--version"], {
    encoding: "utf8",
    env: { ...process.env, QT_QPA_PLATFORM: "offscreen", XDG_RUNTIME_DIR: tmpdir() },
    stdio: ["ignore", "pipe", "ignore"],
  })
    .trim()
    .replace("KeePassXC ", "");
}

export class KeePassXC implements SecretServiceProgram {
  readonly #desktop: Desktop;
  readonly #database: string;
  #process: RunningProcess | undefined;
  /** The process whose prompts the user answers. */
  #answering: RunningProcess | undefined;
  readonly answered: string[] = [];

  private constructor(desktop: Desktop) {
    this.#desktop = desktop;
    this.#database = join(desktop.processes.scratch, "Passwords.kdbx");
  }

  /** Makes a database whose root group other programs may use, and turns the integration on as in KeePassXC's settings. */
  static async install(desktop: Desktop, options: KeePassXCOptions = {}): Promise<KeePassXC> {
    const keepassxc = new KeePassXC(desktop);
    const config = join(desktop.env["XDG_CONFIG_HOME"] ?? "", "keepassxc");
    mkdirSync(config, { recursive: true });
    writeFileSync(join(config, "keepassxc.ini"), configuration(options));
    const xml = join(desktop.processes.scratch, "database.xml");
    writeFileSync(xml, databaseXml());
    const done = await desktop.run("keepassxc-cli", ["import", "--set-password", xml, keepassxc.#database], {
      input: `${PASSWORD}\n${PASSWORD}\n`,
    });
    if (done.code !== 0) throw new Error(`keepassxc-cli import: ${done.stdout}${done.stderr}`);
    return keepassxc;
  }

  /** Starts it, with the database unlocked or locked, and waits until it serves the bus. */
  async start(state: "unlocked" | "locked" | "without a database" = "unlocked"): Promise<void> {
    const { processes, env, bus } = this.#desktop;
    const running = processes.start("keepassxc", "keepassxc", {
      args: state === "without a database" ? [] : [...(state === "unlocked" ? ["--pw-stdin"] : []), this.#database],
      env: { ...env, QT_QPA_PLATFORM: "xcb", QT_LOGGING_RULES: "*.debug=false" },
      ...(state === "unlocked" ? { input: `${PASSWORD}\n` } : {}),
    });
    this.#process = running;
    await until(`KeePassXC is ${state}`, async () => {
      running.assertAlive();
      if ((await bus.owner(SECRET_SERVICE)) === undefined) return false;
      return state === "without a database" || (await isLocked(bus)) === (state === "locked");
    });
  }

  async stop(): Promise<void> {
    await this.#call("appExit");
    // It sometimes stays without a window. Its database was saved after the last change.
    await this.#process?.waitForExit(5_000).catch(() => this.#process?.stop("SIGKILL"));
    const { bus } = this.#desktop;
    await until("KeePassXC has left the bus", async () => (await bus.owner(SECRET_SERVICE)) === undefined);
  }

  /** Locks the database as the button in its toolbar does. */
  async lock(): Promise<void> {
    await this.#call("lockAllDatabases");
    await until("the database is locked", () => isLocked(this.#desktop.bus));
  }

  /** Unlocks the database in KeePassXC's own window, not in a prompt. */
  async unlock(): Promise<void> {
    await this.#call("openDatabase", "ss", [this.#database, PASSWORD]);
    await until("the database is unlocked", async () => !(await isLocked(this.#desktop.bus)));
  }

  /** The secret of the only entry in that group, as KeePassXC's own command line reads it from the saved file. */
  async secretIn(group: string): Promise<string> {
    const run = async (...args: string[]): Promise<string> => {
      const done = await this.#desktop.run("keepassxc-cli", args, { input: `${PASSWORD}\n` });
      if (done.code !== 0) throw new Error(`keepassxc-cli ${args.join(" ")}: ${done.stderr}`);
      return done.stdout;
    };
    const [entry = ""] = (await run("ls", "--quiet", this.#database, group)).split("\n");
    const file = join(this.#desktop.processes.scratch, "secret");
    await run("attachment-export", "--quiet", this.#database, `/${group}/${entry}`, "FDO_SECRETS_DATA", file);
    return readFileSync(file, "utf8");
  }

  /** Calls a method of its main window, as its own command line does. */
  async #call(method: string, signature = "", body: unknown[] = []): Promise<void> {
    await this.#desktop.bus.call(MAIN_WINDOW, "/keepassxc", MAIN_WINDOW, method, signature, body);
  }

  /** Its windows beside the main one: prompts and questions. */
  async prompts(): Promise<TopWindow[]> {
    const windows = await this.#desktop.display.windows();
    return windows.filter(
      ({ pid, title }) => pid === this.#process?.pid && !/^(Passwords.* - )?KeePassXC$/.test(title),
    );
  }

  async waitForPrompt(title: RegExp, timeout = 15_000): Promise<TopWindow> {
    return until(
      `KeePassXC asks ${String(title)}`,
      async () => (await this.prompts()).find((one) => title.test(one.title)),
      { timeout },
    );
  }

  answerPrompts(): void {
    this.#answering = this.#process;
    void this.#answerWhile(this.#process);
  }

  ignorePrompts(): void {
    this.#answering = undefined;
  }

  async #answerWhile(running: RunningProcess | undefined): Promise<void> {
    const answers = (): boolean => running?.alive === true && this.#answering === running;
    while (answers()) {
      try {
        const prompt = await until("KeePassXC asks", async () => (await this.prompts())[0], {
          timeout: 1_000,
          interval: 200,
        });
        this.answered.push(prompt.title.replace(" - KeePassXC", "").replace("KeePassXC - ", ""));
        const text = prompt.title.startsWith("Unlock") ? { text: PASSWORD } : {};
        await this.answer(prompt, { ...text, keys: ["Return"] });
      } catch {
        // No prompt so far, or the session is ending.
      }
    }
  }

  /** Answers a prompt by the keyboard: types the text, if any, and presses the keys. */
  async answer(prompt: TopWindow, { text, keys }: { text?: string; keys: readonly string[] }): Promise<void> {
    const { display } = this.#desktop;
    await display.activate(prompt);
    await until("the prompt has the focus", async () => (await display.activeWindowId()) === prompt.id);
    if (text !== undefined) await display.type(text);
    await display.press(...keys);
    await until("the prompt is gone", async () => (await display.windows()).every((one) => one.id !== prompt.id));
  }
}

function configuration({ confirmAccess = true, confirmDelete = true }: KeePassXCOptions): string {
  return `[General]
ConfigVersion=2
OpenPreviousDatabasesOnStartup=false
UpdateCheckMessageShown=true

[GUI]
CheckForUpdates=false

[Security]
LockDatabaseIdle=false

[FdoSecrets]
Enabled=true
ConfirmAccessItem=${String(confirmAccess)}
ConfirmDeleteItem=${String(confirmDelete)}
`;
}

/** An empty database in KeePass's XML format. Its root group is exposed to programs, by the mark that KeePassXC's settings set. */
function databaseXml(): string {
  const id = randomBytes(16);
  const hex = id.toString("hex");
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile>
  <Meta>
    <Generator>KeePassXC</Generator>
    <DatabaseName>Passwords</DatabaseName>
    <RecycleBinEnabled>True</RecycleBinEnabled>
    <HistoryMaxItems>10</HistoryMaxItems>
    <CustomData>
      <Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{${uuid}}</Value></Item>
    </CustomData>
  </Meta>
  <Root>
    <Group><UUID>${id.toString("base64")}</UUID><Name>Root</Name></Group>
  </Root>
</KeePassFile>
`;
}
