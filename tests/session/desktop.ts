/**
 * A complete desktop session for one test: home, bus, screen, window manager, keyring, notifications, tray and default
 * browser. Each test gets a new one, and only the artefacts remain afterwards.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ARTEFACTS } from "./artefacts.ts";
import { Browser } from "./browser.ts";
import { Bus } from "./bus.ts";
import { Display, type Screen } from "./display.ts";
import { Keyring, type KeyringState } from "./keyring.ts";
import { Notifications } from "./notifications.ts";
import { freePort } from "./ports.ts";
import { Processes, type Environment, type ProcessResult, type StartOptions } from "./processes.ts";
import { Tray } from "./tray.ts";

export interface DesktopOptions {
  readonly keyring?: KeyringState;
  readonly tray?: boolean;
  readonly notifications?: boolean;
  readonly colors?: "light" | "dark";
  readonly screen?: Screen;
  /** Origins whose pages may open the app's links without a prompt from the browser. */
  readonly linkOrigins?: readonly string[];
  /** False for measurements: WebDriver cannot attach, and the app uses no more resources than on a user's desktop. */
  readonly automation?: boolean;
}

export const SCHEME = "org.bursar.desktop";

/** What a session needs of its test: the name of its folder, and a hook for its end. `TestContext` has both. */
export interface TestScope {
  readonly name: string;
  after(end: () => Promise<void>): unknown;
}

export class Desktop {
  readonly processes: Processes;
  readonly bus: Bus;
  readonly display: Display;
  readonly keyring: Keyring;
  readonly notifications: Notifications;
  readonly tray: Tray;
  readonly browser: Browser;
  /** The environment of every program in the session. */
  readonly env: Environment;
  /** The loopback port on which the app's webview accepts WebDriver. */
  readonly inspectorPort: number;

  private constructor(parts: {
    processes: Processes;
    bus: Bus;
    display: Display;
    keyring: Keyring;
    notifications: Notifications;
    tray: Tray;
    browser: Browser;
    env: Environment;
    inspectorPort: number;
  }) {
    this.processes = parts.processes;
    this.bus = parts.bus;
    this.display = parts.display;
    this.keyring = parts.keyring;
    this.notifications = parts.notifications;
    this.tray = parts.tray;
    this.browser = parts.browser;
    this.env = parts.env;
    this.inspectorPort = parts.inspectorPort;
  }

  /** Starts a session that ends with the test `t`. A final screenshot is kept among the artefacts. */
  static async for(t: TestScope, options: DesktopOptions = {}): Promise<Desktop> {
    const folder = join(ARTEFACTS, basename(process.argv[1] ?? "test").replace(/\.test\.ts$/, ""), slug(t.name));
    rmSync(folder, { recursive: true, force: true });
    const processes = new Processes(folder);
    let desktop: Desktop | undefined;
    t.after(async () => {
      await desktop?.close();
      await processes.end();
    });
    desktop = await Desktop.start(processes, options);
    return desktop;
  }

  private static async start(processes: Processes, options: DesktopOptions): Promise<Desktop> {
    const inspectorPort = await freePort();
    const base = {
      ...sessionEnvironment(processes.scratch),
      ...appEnvironment(processes.scratch),
      ...(options.automation === false ? {} : automationEnvironment(inspectorPort)),
    };
    writeColors(base, options.colors ?? "light");
    const [bus, display] = await Promise.all([
      Bus.start(processes, base),
      Display.start(processes, base, options.screen ?? { width: 1280, height: 900 }),
    ]);
    const env: Environment = { ...base, DISPLAY: display.name, DBUS_SESSION_BUS_ADDRESS: bus.address };
    const keyring = new Keyring(bus, processes, env);
    const notifications = new Notifications(bus);
    const tray = new Tray(bus);
    const [browser] = await Promise.all([
      Browser.install(processes, env),
      keyring.setState(options.keyring ?? "unlocked"),
      options.notifications === false ? undefined : notifications.appear(),
      options.tray === false ? undefined : tray.appear(),
    ]);
    browser.allowLinks(SCHEME, options.linkOrigins ?? []);
    return new Desktop({ processes, bus, display, keyring, notifications, tray, browser, env, inspectorPort });
  }

  /** Runs a program in the session and waits until it exits. */
  run(
    program: string,
    args: readonly string[],
    options: Partial<Omit<StartOptions, "args">> & { timeout?: number } = {},
  ): Promise<ProcessResult> {
    return this.processes.run(program, { ...options, args, env: { ...this.env, ...options.env } });
  }

  /** Opens one of the app's links as any program would. */
  async openLink(link: string): Promise<void> {
    const done = await this.run("gio", ["open", link]);
    if (done.code !== 0) throw new Error(`gio open: ${done.stderr.trim()}`);
  }

  /** Saves a screenshot of the whole screen among the artefacts. */
  screenshot(name: string): Promise<string> {
    return this.display.screenshot(slug(name));
  }

  private async close(): Promise<void> {
    await this.screenshot("end").catch(() => undefined);
    await this.browser.close().catch(() => undefined);
    this.bus.close();
  }
}

/** Runs `body` in its own session, outside the test runner. */
export function withDesktop<T>(
  name: string,
  options: DesktopOptions,
  body: (desktop: Desktop) => Promise<T>,
): Promise<T> {
  return withScope(name, async (scope) => body(await Desktop.for(scope, options)));
}

/** Runs `body` outside the test runner, with what a session needs of a test. */
export async function withScope<T>(name: string, body: (scope: TestScope) => Promise<T>): Promise<T> {
  const ends: (() => Promise<void>)[] = [];
  try {
    return await body({ name, after: (end) => ends.push(end) });
  } finally {
    for (const end of ends) await end();
  }
}

/** The home and log level of every app process in a session. */
function appEnvironment(scratch: string): Environment {
  const home = join(scratch, "bursar");
  mkdirSync(home, { recursive: true });
  return { BURSAR_HOME: home, BURSAR_LOG: process.env["BURSAR_LOG"] ?? "info" };
}

/** Lets WebDriver attach to the app's webview. */
function automationEnvironment(inspectorPort: number): Environment {
  return {
    TAURI_AUTOMATION: "true",
    TAURI_WEBVIEW_AUTOMATION: "true",
    WEBKIT_INSPECTOR_SERVER: `127.0.0.1:${inspectorPort}`,
  };
}

function sessionEnvironment(scratch: string): Environment {
  const home = join(scratch, "home");
  const runtime = join(scratch, "run");
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    LANG: "C.UTF-8",
    TZ: "UTC",
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local", "share"),
    XDG_STATE_HOME: join(home, ".local", "state"),
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_DATA_DIRS: "/usr/local/share:/usr/share",
    XDG_CONFIG_DIRS: "/etc/xdg",
    TMPDIR: join(scratch, "tmp"),
    XDG_CURRENT_DESKTOP: "GNOME", // makes xdg-open use gio, which honours `gio mime`
    XDG_SESSION_TYPE: "x11",
    GDK_BACKEND: "x11",
    GSETTINGS_BACKEND: "memory",
    NO_AT_BRIDGE: "1",
    LIBGL_ALWAYS_SOFTWARE: "1",
    RUST_BACKTRACE: "1",
  };
  for (const name of ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR"]) {
    mkdirSync(env[name] ?? home, { recursive: true });
  }
  mkdirSync(runtime, { mode: 0o700 });
  return env;
}

function writeColors(env: Environment, colors: "light" | "dark"): void {
  const folder = join(env["XDG_CONFIG_HOME"] ?? "", "gtk-3.0");
  const dark = colors === "dark";
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "settings.ini"),
    `[Settings]\ngtk-theme-name=${dark ? "Adwaita-dark" : "Adwaita"}\ngtk-application-prefer-dark-theme=${dark ? 1 : 0}\ngtk-enable-animations=0\n`,
  );
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60);
}
