/**
 * The session's default browser: Chromium, started through its .desktop file when a program opens an address, and
 * driven by the test over its debugging port. It does not run before the first address is opened.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser as Chromium, type Page } from "playwright-core";
import { until, type WaitOptions } from "./wait.ts";
import type { Environment, Processes } from "./processes.ts";

const DESKTOP_FILE = "bursar-test-browser.desktop";
const LAUNCHER = "browser.sh";

export class Browser {
  readonly #processes: Processes;
  readonly #env: Environment;
  readonly #profile: string;
  readonly #openedUrlsFile: string;
  #chromium: Chromium | undefined;

  private constructor(processes: Processes, env: Environment) {
    this.#processes = processes;
    this.#env = env;
    this.#profile = join(processes.scratch, "chromium");
    this.#openedUrlsFile = join(processes.scratch, "opened.txt");
  }

  /** Registers it as the default browser for http and https. */
  static async install(processes: Processes, env: Environment): Promise<Browser> {
    const browser = new Browser(processes, env);
    mkdirSync(join(browser.#profile, "Default"), { recursive: true });
    const applications = join(env["XDG_DATA_HOME"] ?? "", "applications");
    mkdirSync(applications, { recursive: true });
    const launcher = join(processes.scratch, LAUNCHER);
    writeFileSync(
      launcher,
      launcherScript(browser.#openedUrlsFile, browser.#profile, processes.nextArtefact("chromium")),
    );
    chmodSync(launcher, 0o755);
    writeFileSync(
      join(applications, DESKTOP_FILE),
      `[Desktop Entry]\nType=Application\nName=Test browser\nExec=${launcher} %u\nMimeType=x-scheme-handler/http;x-scheme-handler/https;\n`,
    );
    for (const scheme of ["http", "https"]) {
      const done = await processes.run("gio", { args: ["mime", `x-scheme-handler/${scheme}`, DESKTOP_FILE], env });
      if (done.code !== 0) throw new Error(`gio mime: ${done.stderr}`);
    }
    return browser;
  }

  /** Lets pages of these origins open the scheme without a prompt. Must be called before the browser starts. */
  allowLinks(scheme: string, origins: readonly string[]): void {
    if (this.started) throw new Error("the browser has already read its preferences");
    const pairs = Object.fromEntries(origins.map((origin) => [new URL(origin).origin, { [scheme]: true }]));
    const preferences = { protocol_handler: { allowed_origin_protocol_pairs: pairs } };
    writeFileSync(join(this.#profile, "Default", "Preferences"), JSON.stringify(preferences));
  }

  /** Makes the browser only record addresses, for tests that would open hundreds of pages. */
  recordUrlsOnly(): void {
    const launcher = join(this.#processes.scratch, LAUNCHER);
    writeFileSync(launcher, recordScript(this.#openedUrlsFile));
    chmodSync(launcher, 0o755);
  }

  get started(): boolean {
    return existsSync(this.#openedUrlsFile);
  }

  /** Addresses that programs have opened in the browser, oldest first. */
  get openedUrls(): string[] {
    if (!this.started) return [];
    return readFileSync(this.#openedUrlsFile, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  }

  /** Opens an address as any program would. */
  async open(address: string): Promise<void> {
    const done = await this.#processes.run("gio", { args: ["open", address], env: this.#env });
    if (done.code !== 0) throw new Error(`gio open ${address}: ${done.stderr}`);
  }

  /** The open pages. */
  async pages(): Promise<Page[]> {
    const running = await this.#connect();
    return running.contexts().flatMap((context) => context.pages());
  }

  /** Waits for a page whose address matches. */
  async page(address: RegExp | string, options: WaitOptions = {}): Promise<Page> {
    const matches = (url: string): boolean =>
      typeof address === "string" ? url.startsWith(address) : address.test(url);
    return until(
      `the browser shows ${String(address)}`,
      async () => (await this.pages()).find((page) => matches(page.url())),
      { timeout: 30_000, ...options },
    );
  }

  async close(): Promise<void> {
    await this.#chromium?.close();
    this.#chromium = undefined;
  }

  async #connect(): Promise<Chromium> {
    if (this.#chromium?.isConnected() === true) return this.#chromium;
    const port = await until("the browser has started", () => this.#port(), { timeout: 30_000 });
    this.#chromium = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    return this.#chromium;
  }

  #port(): number | undefined {
    const file = join(this.#profile, "DevToolsActivePort");
    if (!existsSync(file)) return undefined;
    const [line = ""] = readFileSync(file, "utf8").split("\n");
    return line === "" ? undefined : Number(line);
  }
}

function recordScript(openedUrlsFile: string): string {
  return `#!/bin/sh\nprintf '%s\\n' "$@" >> '${openedUrlsFile}'\n`;
}

function launcherScript(openedUrlsFile: string, profile: string, log: string): string {
  const flags = [
    "--no-sandbox", // Chromium's sandbox does not work for root, and tests may run as root.
    "--test-type", // Hides the warning bar that `--no-sandbox` shows on every page.
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-session-crashed-bubble",
    "--hide-crash-restore-bubble",
    "--password-store=basic",
    "--disable-features=Translate,MediaRouter,OptimizationHints",
    "--window-position=0,0",
    "--window-size=1000,860",
  ];
  return `${recordScript(openedUrlsFile)}exec chromium ${flags.join(" ")} "$@" >> '${log}' 2>&1\n`;
}
