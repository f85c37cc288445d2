/** Programs that show notifications, each with the way in which a user clicks one or closes it. */
import { execFileSync } from "node:child_process";
import type { Desktop } from "../../session/desktop.ts";
import type { Environment, RunningProcess } from "../../session/processes.ts";
import { until } from "../../session/wait.ts";
import { Sway } from "../wayland/sway.ts";
import { packageVersion, serviceProgram } from "../packages.ts";

const NOTIFICATIONS = "org.freedesktop.Notifications";

export interface NotificationDaemon {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Waits for a pop-up with this title on the screen and returns what it says, as far as the program tells. */
  shown(title: string): Promise<string>;
  /** Clicks the pop-up itself. */
  click(): Promise<void>;
  /** Closes it without a choice. */
  close(): Promise<void>;
}

/** Starts a daemon and waits until it has its name on the bus. */
async function startDaemon(
  desktop: Desktop,
  program: string,
  args: readonly string[] = [],
  env: Environment = {},
): Promise<RunningProcess> {
  const name = program.split("/").at(-1) ?? program;
  const running = desktop.processes.start(name, program, { args, env: { ...desktop.env, ...env } });
  await until(`${name} is on the bus`, async () => {
    running.assertAlive();
    return desktop.bus.owner(NOTIFICATIONS);
  });
  return running;
}

async function stopDaemon(desktop: Desktop, running: RunningProcess | undefined): Promise<void> {
  await running?.stop();
  await until("nobody shows notifications", async () => (await desktop.bus.owner(NOTIFICATIONS)) === undefined);
}

async function succeed(desktop: Desktop, program: string, args: readonly string[]): Promise<string> {
  const done = await desktop.run(program, args);
  if (done.code !== 0) throw new Error(`${program} ${args.join(" ")}: ${done.stderr}`);
  return done.stdout;
}

/** dunst, driven by its own `dunstctl`. It prints what it shows. */
export class Dunst implements NotificationDaemon {
  readonly #desktop: Desktop;
  #process: RunningProcess | undefined;
  #log = "";

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  static version(): string {
    return /\d[\d.]*/.exec(execFileSync("dunst", ["--version"], { encoding: "utf8" }))?.[0] ?? "";
  }

  async start(): Promise<void> {
    this.#process = await startDaemon(this.#desktop, "dunst", ["-print"]);
    this.#process.child.stdout?.on("data", (data: Buffer) => (this.#log += data.toString()));
  }

  stop(): Promise<void> {
    return stopDaemon(this.#desktop, this.#process);
  }

  async shown(title: string): Promise<string> {
    await until(
      `dunst shows ${title}`,
      async () =>
        this.#log.includes(`summary: '${title}'`) &&
        (await succeed(this.#desktop, "dunstctl", ["count", "displayed"])).trim() !== "0",
      { timeout: 70_000 },
    );
    const from = this.#log.lastIndexOf(`summary: '${title}'`);
    // It prints the markup, and shows what that means.
    return fromMarkup(/body: '([^]*?)'\n/.exec(this.#log.slice(from))?.[1] ?? "");
  }

  async click(): Promise<void> {
    await succeed(this.#desktop, "dunstctl", ["action", "0"]);
  }

  async close(): Promise<void> {
    await succeed(this.#desktop, "dunstctl", ["close"]);
  }
}

/** mako, driven by its own `makoctl`. It needs a Wayland desktop, so its pop-ups are on a sway beside the session's screen. */
export class Mako implements NotificationDaemon {
  readonly #desktop: Desktop;
  #sway: Sway | undefined;
  #process: RunningProcess | undefined;

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  static version(): string {
    return packageVersion("mako-notifier");
  }

  async start(): Promise<void> {
    this.#sway ??= await Sway.start(this.#desktop, 1);
    this.#process = await startDaemon(this.#desktop, "mako", [], this.#sway.env);
  }

  stop(): Promise<void> {
    return stopDaemon(this.#desktop, this.#process);
  }

  async shown(title: string): Promise<string> {
    const found = await until(
      `mako shows ${title}`,
      async () => (await this.#list()).find((one) => one.summary.data === title),
      {
        timeout: 70_000,
      },
    );
    await this.#sway?.screenshot("mako");
    // It lists the markup, and shows what that means.
    return fromMarkup(found.body.data);
  }

  async click(): Promise<void> {
    await succeed(this.#desktop, "makoctl", ["invoke"]);
  }

  async close(): Promise<void> {
    await succeed(this.#desktop, "makoctl", ["dismiss"]);
  }

  /** What is on the screen, newest first. */
  async #list(): Promise<readonly MakoNotification[]> {
    const { data } = JSON.parse(await succeed(this.#desktop, "makoctl", ["list"])) as { data: MakoNotification[][] };
    return data.flat();
  }
}

interface MakoNotification {
  readonly summary: { readonly data: string };
  readonly body: { readonly data: string };
}

function fromMarkup(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Xfce's daemon, driven by the mouse. It has its settings from xfconf, which a desktop's bus starts. */
export class XfceNotifyd implements NotificationDaemon {
  readonly #desktop: Desktop;
  #process: RunningProcess | undefined;
  #settings: RunningProcess | undefined;

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  static version(): string {
    return packageVersion("xfce4-notifyd");
  }

  async start(): Promise<void> {
    const { processes, env, bus } = this.#desktop;
    if (this.#settings === undefined) {
      this.#settings = processes.start("xfconfd", serviceProgram("org.xfce.Xfconf"), { env });
      await until("xfconf is on the bus", () => bus.owner("org.xfce.Xfconf"));
    }
    this.#process = await startDaemon(this.#desktop, serviceProgram("org.xfce.xfce4-notifyd.Notifications"));
  }

  stop(): Promise<void> {
    return stopDaemon(this.#desktop, this.#process);
  }

  async shown(title: string): Promise<string> {
    await until(`xfce4-notifyd shows ${title}`, () => this.#popup(), { timeout: 70_000 });
    return "";
  }

  /** Its action is a button in the lower right corner. */
  async click(): Promise<void> {
    const popup = await until("a pop-up is on the screen", () => this.#popup());
    const geometry = await succeed(this.#desktop, "xdotool", ["getwindowgeometry", "--shell", popup]);
    const sizes = /WIDTH=(\d+)\nHEIGHT=(\d+)/.exec(geometry);
    await this.#press(popup, Number(sizes?.[1]) - 70, Number(sizes?.[2]) - 30);
  }

  /** A click beside the button closes it. */
  async close(): Promise<void> {
    const popup = await until("a pop-up is on the screen", () => this.#popup());
    await this.#press(popup, 40, 20);
    await until("the pop-up is gone", async () => (await this.#popup()) === undefined, { timeout: 5_000 });
  }

  async #press(popup: string, x: number, y: number): Promise<void> {
    await succeed(this.#desktop, "xdotool", ["mousemove", "--window", popup, String(x), String(y), "click", "1"]);
  }

  /** The window of the pop-up that is on the screen. */
  async #popup(): Promise<string | undefined> {
    const pid = String(this.#process?.pid);
    const done = await this.#desktop.run("xdotool", ["search", "--onlyvisible", "--pid", pid]);
    return done.stdout
      .trim()
      .split("\n")
      .find((line) => line !== "");
  }
}
