/** Panels that show tray icons, each as its users configure it, and what they show on the screen. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Desktop } from "../../session/desktop.ts";
import type { RunningProcess } from "../../session/processes.ts";
import { until } from "../../session/wait.ts";
import { serviceProgram } from "../packages.ts";
import type { Sway } from "../wayland/sway.ts";

const WATCHER = "org.kde.StatusNotifierWatcher";

/** A rectangle on the screen, in pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Panel {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Xfce's panel with nothing but its tray. */
export class XfcePanel implements Panel {
  readonly #desktop: Desktop;
  #settings: RunningProcess | undefined;
  #process: RunningProcess | undefined;

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  async start(): Promise<void> {
    const { processes, env, bus } = this.#desktop;
    if (this.#settings === undefined) {
      const folder = join(env["XDG_CONFIG_HOME"] ?? "", "xfce4/xfconf/xfce-perchannel-xml");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "xfce4-panel.xml"), XFCE_PANEL);
      this.#settings = processes.start("xfconfd", serviceProgram("org.xfce.Xfconf"), { env });
      await until("xfconf is on the bus", () => bus.owner("org.xfce.Xfconf"));
    }
    const running = processes.start("xfce4-panel", "xfce4-panel", {
      args: ["--disable-wm-check"],
      // Its plugins are processes of their own, and find the panel by the bus.
      env: { ...env, XDG_CURRENT_DESKTOP: "XFCE" },
    });
    this.#process = running;
    await until(
      "the panel watches for icons",
      async () => {
        running.assertAlive();
        return bus.owner(WATCHER);
      },
      { timeout: 30_000 },
    );
  }

  async stop(): Promise<void> {
    await this.#process?.stop("SIGKILL");
    await until("nobody watches for icons", async () => (await this.#desktop.bus.owner(WATCHER)) === undefined);
  }
}

const XFCE_PANEL = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
`;

/** polybar with nothing but its tray. */
export class Polybar implements Panel {
  readonly #desktop: Desktop;
  #process: RunningProcess | undefined;

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  async start(): Promise<void> {
    const { processes, env, display } = this.#desktop;
    const file = join(processes.scratch, "polybar.ini");
    writeFileSync(file, POLYBAR);
    const running = processes.start("polybar", "polybar", { args: ["-c", file, "main"], env });
    this.#process = running;
    await until("polybar's window is there", async () => {
      running.assertAlive();
      return (await display.windows()).some(({ title }) => title.startsWith("polybar"));
    });
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }
}

const POLYBAR = `[bar/main]
width = 100%
height = 32
background = #333333
modules-left = name
tray-position = right

[module/name]
type = custom/text
content = bar
`;

/** waybar on sway, with nothing but its tray. */
export class Waybar implements Panel {
  readonly #desktop: Desktop;
  readonly #sway: Sway;
  #process: RunningProcess | undefined;

  constructor(desktop: Desktop, sway: Sway) {
    this.#desktop = desktop;
    this.#sway = sway;
  }

  async start(): Promise<void> {
    const { processes, env, bus } = this.#desktop;
    const [file, style] = [join(processes.scratch, "waybar.json"), join(processes.scratch, "waybar.css")];
    writeFileSync(file, JSON.stringify({ position: "top", height: 32, "modules-right": ["tray"] }));
    writeFileSync(style, "window { background: #333333; }");
    const running = processes.start("waybar", "waybar", {
      args: ["--config", file, "--style", style],
      env: { ...env, ...this.#sway.env },
    });
    this.#process = running;
    await until("waybar watches for icons", async () => {
      running.assertAlive();
      return bus.owner(WATCHER);
    });
  }

  async stop(): Promise<void> {
    await this.#process?.stop("SIGKILL");
    await until("nobody watches for icons", async () => (await this.#desktop.bus.owner(WATCHER)) === undefined);
  }
}

/** Where two pictures of the screen differ in the panel's height. */
export async function changedInPanel(desktop: Desktop, before: string, after: string): Promise<Area | undefined> {
  const args = ["-compose", "difference", "-composite", "-crop", `x${PANEL_HEIGHT}+0+0`, "+repage"];
  const done = await desktop.run("convert", [before, after, ...args, "-threshold", "10%", "-format", "%@", "info:"]);
  const [, width, height, x, y] = /^(\d+)x(\d+)\+(\d+)\+(\d+)/.exec(done.stdout) ?? [];
  const area = { x: Number(x), y: Number(y), width: Number(width), height: Number(height) };
  return width === undefined || area.width === 0 ? undefined : area;
}

const PANEL_HEIGHT = 32;
