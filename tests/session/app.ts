/**
 * The app under test in a desktop session. Tests start it, read its window, tray icon and processes, and kill it.
 *
 * All processes of the app in a session share one home and accept WebDriver. The session's environment carries the
 * variables for that, so an app that a browser or the app itself starts inherits them.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until, type WaitOptions } from "./wait.ts";
import type { Desktop } from "./desktop.ts";
import type { TopWindow } from "./display.ts";
import { executable, proportionalSetSize, type Environment, type RunningProcess } from "./processes.ts";
import { WebDriver } from "./webdriver.ts";
import { AppWindow } from "./window.ts";

const TARGET = process.env["BURSAR_TARGET_DIR"] ?? fileURLToPath(new URL("../../target/debug/", import.meta.url));

export const BINARIES = {
  app: join(TARGET, "bursar-desktop"),
  cli: join(TARGET, "bursar"),
  sandbox: join(TARGET, "bursar-sandbox"),
} as const;

/** The executables of WebKit's processes. */
const WEBKIT_PROCESS = /\/WebKit(Web|Network|GPU)Process$/;

export interface LaunchOptions {
  readonly args?: readonly string[];
  readonly env?: Environment;
}

export class App {
  readonly desktop: Desktop;
  #window: AppWindow | undefined;
  #started: RunningProcess | undefined;

  constructor(desktop: Desktop) {
    this.desktop = desktop;
  }

  /** Starts the app as a user would and attaches to its window. */
  static async open(desktop: Desktop, options: LaunchOptions = {}): Promise<App> {
    const app = new App(desktop);
    app.launch(options);
    await app.window();
    return app;
  }

  /** Starts a process without waiting for anything. */
  launch({ args = [], env = {} }: LaunchOptions = {}): RunningProcess {
    if (!existsSync(BINARIES.app)) throw new Error(`${BINARIES.app} is not built`);
    // If the app already runs, the second process exits and the first one's window stays attached.
    if (this.pids().length === 0) this.#window?.driver.dropSession();
    this.#started = this.desktop.processes.start("app", BINARIES.app, { args, env: { ...this.desktop.env, ...env } });
    return this.#started;
  }

  /** The process that `launch` started last. */
  get process(): RunningProcess {
    if (this.#started === undefined) throw new Error("the test has not launched the app");
    return this.#started;
  }

  /** Waits for the window's webview and attaches to it. The returned object stays valid for later windows. */
  async window(options: WaitOptions = {}): Promise<AppWindow> {
    this.#window ??= new AppWindow(
      await WebDriver.start(this.desktop.processes, this.desktop.env, this.desktop.inspectorPort),
      (name) => this.#takeScreenshot(name),
    );
    return this.#window.attach(options);
  }

  /** A screenshot shows what is on the screen, so the window must first be above all others. */
  async #takeScreenshot(name: string): Promise<string> {
    const { display } = this.desktop;
    const [top] = await this.topWindows();
    if (top !== undefined) await display.raise(top);
    await this.#window?.waitForPaint();
    return display.screenshot(name, top);
  }

  /** Ids of the app's own processes, without WebKit's. */
  pids(): number[] {
    return this.desktop.processes.members().filter((pid) => executable(pid) === BINARIES.app);
  }

  /** Whether a process of the app was started with `--hidden`. */
  hasHiddenProcess(): boolean {
    return this.pids().some((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("--hidden"));
  }

  /** WebKit processes that belong to the app. */
  webProcesses(): number[] {
    return this.desktop.processes.members().filter((pid) => WEBKIT_PROCESS.test(executable(pid)));
  }

  /** Windows of the app that the window manager lists. */
  async topWindows(): Promise<TopWindow[]> {
    const pids = this.pids();
    return (await this.desktop.display.windows()).filter((window) => pids.includes(window.pid));
  }

  async waitForWindow(options: WaitOptions = {}): Promise<TopWindow> {
    return until("the app has a window", async () => (await this.topWindows())[0], options);
  }

  async waitForNoWindow(options: WaitOptions = {}): Promise<void> {
    await until("the app has no window", async () => (await this.topWindows()).length === 0, options);
  }

  /** Closes the window as its title bar's button does. */
  async closeWindow(): Promise<void> {
    await this.desktop.display.close(await this.waitForWindow());
    await this.waitForNoWindow();
  }

  /** Whether the app's window has keyboard focus. */
  async focused(): Promise<boolean> {
    const active = await this.desktop.display.activeWindowId();
    return (await this.topWindows()).some((window) => window.id === active);
  }

  /** Kills the app with SIGKILL, as a power cut would. */
  async kill(): Promise<void> {
    for (const pid of this.pids()) process.kill(pid, "SIGKILL");
    await this.waitForExit();
  }

  /** Waits until every process has exited: WebKit's processes still write to the home after the app was killed. */
  async waitForExit(options: WaitOptions = {}): Promise<void> {
    await until("the app has ended", () => processesOf(this.desktop, BINARIES.app).length === 0, options);
    await this.#window?.driver.detach();
  }

  /** Proportional memory (PSS) of the app and its WebKit processes, in KiB. */
  memory(): number {
    return processesOf(this.desktop, BINARIES.app).reduce((sum, pid) => sum + (proportionalSetSize(pid) ?? 0), 0);
  }
}

/** The session's processes of a program and of WebKit. Parents do not matter: processes may have been re-parented. */
export function processesOf(desktop: Desktop, program: string): number[] {
  return desktop.processes.members().filter((pid) => {
    const name = executable(pid);
    return name === program || WEBKIT_PROCESS.test(name);
  });
}
