/**
 * The app under test, in a desktop session: started as a person, the session or a link starts it, seen through its
 * window, its tray icon and its processes, and killed.
 *
 * Every process of the app in a session shares one home and can be looked into by WebDriver, whoever started it: the
 * variables for that are part of the session's environment, so a browser that opens a link or an app
 * that starts itself anew hands them on.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until, type Patience } from "./wait.ts";
import type { Desktop } from "./desktop.ts";
import type { TopWindow } from "./display.ts";
import { executable, type Environment, type Finished, type Running } from "./processes.ts";
import { WebDriver } from "./webdriver.ts";
import { AppWindow } from "./window.ts";

const TARGET = process.env["BURSAR_TARGET_DIR"] ?? fileURLToPath(new URL("../../target/debug/", import.meta.url));

export const BINARIES = {
  app: join(TARGET, "bursar-desktop"),
  cli: join(TARGET, "bursar"),
  sandbox: join(TARGET, "bursar-sandbox"),
} as const;

/** The executables of WebKit's own processes. */
const WEBKIT = /\/WebKit(Web|Network|GPU)Process$/;

export interface AppStart {
  readonly args?: readonly string[];
  readonly env?: Environment;
}

export class App {
  readonly desktop: Desktop;
  #window: AppWindow | undefined;
  #started: Running | undefined;

  constructor(desktop: Desktop) {
    this.desktop = desktop;
  }

  /** A start by hand, attached to the window as soon as that is there. */
  static async open(desktop: Desktop, start: AppStart = {}): Promise<App> {
    const app = new App(desktop);
    app.launch(start);
    await app.window();
    return app;
  }

  /** Starts a process and waits for nothing. */
  launch({ args = [], env = {} }: AppStart = {}): Running {
    if (!existsSync(BINARIES.app)) throw new Error(`${BINARIES.app} is not built`);
    // A start beside a running app ends by itself, and the window stays what it is.
    if (this.pids().length === 0) this.#window?.driver.forget();
    this.#started = this.desktop.processes.start("app", BINARIES.app, { args, env: { ...this.desktop.env, ...env } });
    return this.#started;
  }

  /** The process that `launch` started last. */
  get process(): Running {
    if (this.#started === undefined) throw new Error("the test has not launched the app");
    return this.#started;
  }

  /** Waits for the window's webview and attaches to it; the same handle serves every later window. */
  async window(patience: Patience = {}): Promise<AppWindow> {
    this.#window ??= new AppWindow(
      await WebDriver.start(this.desktop.processes, this.desktop.env, this.desktop.inspectorPort),
      (name) => this.#shoot(name),
    );
    return this.#window.attach(patience);
  }

  /** What others cover of a window is not on the screen: it comes before them first. */
  async #shoot(name: string): Promise<string> {
    const { display } = this.desktop;
    const [top] = await this.topWindows();
    if (top !== undefined) await display.raise(top);
    await this.#window?.painted();
    return display.picture(name, top);
  }

  /** Ids of the app's own processes (without WebKit's), whoever started them. */
  pids(): number[] {
    return this.desktop.processes.members().filter((pid) => executable(pid) === BINARIES.app);
  }

  /** Whether the app is a hidden start, by itself or by somebody's hand. */
  startedAfresh(): boolean {
    return this.pids().some((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("--hidden"));
  }

  /** Processes of WebKit that belong to the app. */
  webProcesses(): number[] {
    return this.desktop.processes.members().filter((pid) => WEBKIT.test(executable(pid)));
  }

  /** Windows that the window manager shows for the app. */
  async topWindows(): Promise<TopWindow[]> {
    const own = this.pids();
    return (await this.desktop.display.windows()).filter((window) => own.includes(window.pid));
  }

  async waitForWindow(patience: Patience = {}): Promise<TopWindow> {
    return until("the app has a window", async () => (await this.topWindows())[0], patience);
  }

  async waitForNoWindow(patience: Patience = {}): Promise<void> {
    await until("the app has no window", async () => (await this.topWindows()).length === 0, patience);
  }

  /** Closes the window with its title bar's button. */
  async closeWindow(): Promise<void> {
    await this.desktop.display.close(await this.waitForWindow());
    await this.waitForNoWindow();
  }

  /** Whether the app's window has the keyboard. */
  async focused(): Promise<boolean> {
    const active = await this.desktop.display.active();
    return (await this.topWindows()).some((window) => window.id === active);
  }

  /** Ends it at once, as a power cut would: no process of it gets to say anything. */
  async kill(): Promise<void> {
    for (const pid of this.pids()) process.kill(pid, "SIGKILL");
    await this.waitForEnd();
  }

  /** Waits until no process of the app is left: WebKit's still write to its home after it was killed. */
  async waitForEnd(patience: Patience = {}): Promise<void> {
    await until("the app has ended", () => processesOf(this.desktop, BINARIES.app).length === 0, patience);
    await this.#window?.driver.detach();
  }

  /** Proportional memory of the app and its WebKit processes, in KiB. */
  memory(): number {
    return processesOf(this.desktop, BINARIES.app)
      .map(proportionalSize)
      .reduce((sum, one) => sum + one, 0);
  }
}

/** A program's processes of the session, with their web processes, whoever is whose parent by now. */
export function processesOf(desktop: Desktop, program: string): number[] {
  return desktop.processes.members().filter((pid) => {
    const name = executable(pid);
    return name === program || WEBKIT.test(name);
  });
}

/** Runs the CLI on the app's home. */
export function cli(
  desktop: Desktop,
  args: readonly string[],
  more: { input?: string; env?: Environment; within?: number } = {},
): Promise<Finished> {
  // What the CLI says is read by the tests, so it logs nothing.
  return desktop.run(BINARIES.cli, args, { ...more, env: { BURSAR_LOG: "off", ...more.env } });
}

/** Where every process of the app in a session keeps its data. */
export function appEnvironment(scratch: string): Environment {
  const home = join(scratch, "bursar");
  mkdirSync(home, { recursive: true });
  return { BURSAR_HOME: home, BURSAR_LOG: process.env["BURSAR_LOG"] ?? "info" };
}

/** What lets WebDriver into the app's webview. */
export function automationEnvironment(inspectorPort: number): Environment {
  return {
    TAURI_AUTOMATION: "true",
    TAURI_WEBVIEW_AUTOMATION: "true",
    WEBKIT_INSPECTOR_SERVER: `127.0.0.1:${inspectorPort}`,
  };
}

function proportionalSize(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
