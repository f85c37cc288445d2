/** The session's screen: Xvfb on a free display, a window manager, and screenshots. */
import { join } from "node:path";
import type { Readable } from "node:stream";
import { until } from "./wait.ts";
import type { Environment, Processes, RunningProcess } from "./processes.ts";

/** A window as the window manager lists it. */
export interface TopWindow {
  readonly id: string;
  readonly pid: number;
  readonly title: string;
}

export interface Screen {
  readonly width: number;
  readonly height: number;
}

export class Display {
  /** e.g. `:99`. */
  readonly name: string;
  /** The screen's pixels as an XWD file that the X server keeps current. */
  readonly framebuffer: string;
  readonly #processes: Processes;
  readonly #env: Environment;

  private constructor(processes: Processes, name: string, env: Environment) {
    this.name = name;
    this.framebuffer = join(processes.scratch, "Xvfb_screen0");
    this.#processes = processes;
    this.#env = env;
  }

  static async start(processes: Processes, env: Environment, { width, height }: Screen): Promise<Display> {
    const server = processes.start("xvfb", "Xvfb", {
      args: [
        "-displayfd",
        "3",
        "-screen",
        "0",
        `${width}x${height}x24`,
        "-nolisten",
        "tcp",
        "-noreset",
        "-dpi",
        "96",
        "-fbdir",
        processes.scratch,
      ],
      env,
      pipes: 1,
    });
    let number = "";
    (server.child.stdio[3] as Readable).setEncoding("utf8").on("data", (text: string) => (number += text));
    await until("Xvfb prints its display", () => {
      server.assertAlive();
      return number.endsWith("\n");
    });
    const name = `:${number.trim()}`;
    const display = new Display(processes, name, { ...env, DISPLAY: name });
    const manager: RunningProcess = processes.start("openbox", "openbox", {
      args: ["--sm-disable"],
      env: display.#env,
    });
    await until("the window manager runs", async () => {
      manager.assertAlive();
      return (await display.#run("wmctrl", ["-m"])).includes("Openbox");
    });
    return display;
  }

  /** All windows, in the window manager's order. */
  async windows(): Promise<TopWindow[]> {
    const lines = (await this.#run("wmctrl", ["-l", "-p"])).split("\n").filter((line) => line !== "");
    return lines.map((line) => {
      const [id = "", , pid = "0", , ...title] = line.split(/\s+/);
      return { id, pid: Number(pid), title: title.join(" ") };
    });
  }

  /** The id of the window with keyboard focus, if any. */
  async activeWindowId(): Promise<string | undefined> {
    const output = await this.#run("xprop", ["-root", "_NET_ACTIVE_WINDOW"]);
    const id = /# (0x[0-9a-f]+)/.exec(output)?.[1];
    return id === undefined || id === "0x0" ? undefined : `0x${id.slice(2).padStart(8, "0")}`;
  }

  /** A window's text property, e.g. `_NET_STARTUP_ID`. */
  async property(window: TopWindow, name: string): Promise<string | undefined> {
    return /= "(.*)"$/m.exec(await this.#run("xprop", ["-id", window.id, name]))?.[1];
  }

  /** Asks a window to close, as its title bar's button does. */
  async close(window: TopWindow): Promise<void> {
    await this.#run("wmctrl", ["-i", "-c", window.id]);
  }

  async activate(window: TopWindow): Promise<void> {
    await this.#run("wmctrl", ["-i", "-a", window.id]);
  }

  /** Raises a window above all others without focusing it. */
  async raise(window: TopWindow): Promise<void> {
    await this.#run("xdotool", ["windowraise", window.id]);
  }

  async resize(window: TopWindow, width: number, height: number): Promise<void> {
    await this.#run("wmctrl", ["-i", "-r", window.id, "-e", `0,-1,-1,${width},${height}`]);
  }

  /** Presses keys in the focused window, e.g. `ctrl+k`, `Tab`. */
  async press(...keys: string[]): Promise<void> {
    await this.#run("xdotool", ["key", "--clearmodifiers", ...keys]);
  }

  /** Types into the focused window. */
  async type(text: string): Promise<void> {
    await this.#run("xdotool", ["type", "--clearmodifiers", "--delay", "5", text]);
  }

  /**
   * Saves a screenshot of the whole screen, or of one window without its frame, among the artefacts; returns its path.
   */
  async screenshot(name: string, window?: TopWindow): Promise<string> {
    const path = this.#processes.nextArtefact(name, "png");
    await this.#run("import", ["-window", window?.id ?? "root", "+repage", path]);
    return path;
  }

  async #run(program: string, args: string[]): Promise<string> {
    const done = await this.#processes.run(program, { args, env: this.#env });
    if (done.code !== 0) throw new Error(`${program} ${args.join(" ")}: ${done.stderr.trim() || `exit ${done.code}`}`);
    return done.stdout;
  }
}
