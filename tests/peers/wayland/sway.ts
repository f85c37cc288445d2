/** sway without a monitor, as a Wayland desktop beside the session's X server. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Desktop } from "../../session/desktop.ts";
import type { Environment, RunningProcess } from "../../session/processes.ts";
import { until } from "../../session/wait.ts";

/** Pixels of the screen for one unit of a window's size. */
export type Scale = 1 | 2;

export interface SwayWindow {
  readonly id: number;
  readonly pid: number;
  readonly title: string;
  readonly focused: boolean;
  readonly width: number;
  readonly height: number;
}

interface Node {
  readonly id: number;
  readonly pid?: number;
  readonly name: string | null;
  readonly type: string;
  readonly focused: boolean;
  readonly rect: { readonly width: number; readonly height: number };
  readonly nodes: readonly Node[];
  readonly floating_nodes: readonly Node[];
}

export class Sway {
  readonly process: RunningProcess;
  /** The environment of programs that are to appear there. */
  readonly env: Environment;
  readonly #desktop: Desktop;

  private constructor(desktop: Desktop, process: RunningProcess, env: Environment) {
    this.#desktop = desktop;
    this.process = process;
    this.env = env;
  }

  static async start(desktop: Desktop, scale: Scale): Promise<Sway> {
    const { processes } = desktop;
    const file = join(processes.scratch, "sway.conf");
    writeFileSync(
      file,
      `xwayland disable
output HEADLESS-1 resolution ${1280 * scale}x${900 * scale} scale ${scale}
default_border none
focus_on_window_activation focus
`,
    );
    const { DISPLAY: _, ...rest } = desktop.env;
    // It refuses to run as root, and does not know that it does in a namespace where root is another user.
    const isRoot = process.getuid?.() === 0;
    const namespace = isRoot ? ["--user", "--map-user=1000", "--map-group=1000", "sway"] : [];
    const running = processes.start("sway", isRoot ? "unshare" : "sway", {
      args: [...namespace, "--config", file],
      env: {
        ...rest,
        WLR_BACKENDS: "headless",
        WLR_LIBINPUT_NO_DEVICES: "1",
        WLR_RENDERER: "pixman",
        XDG_SESSION_TYPE: "wayland",
      },
    });
    const runtime = desktop.env["XDG_RUNTIME_DIR"] ?? "";
    const names = await until("sway is ready", () => {
      running.assertAlive();
      const files = readdirSync(runtime);
      const socket = files.find((name) => name.startsWith("sway-ipc."));
      const display = files.find((name) => /^wayland-\d+$/.test(name));
      return socket !== undefined && display !== undefined && { socket, display };
    });
    const env = {
      WAYLAND_DISPLAY: names.display,
      SWAYSOCK: join(runtime, names.socket),
      XDG_SESSION_TYPE: "wayland",
      GDK_BACKEND: "wayland",
    };
    const sway = new Sway(desktop, running, env);
    await until("sway answers", async () => (await sway.#message("-t", "get_version")) !== "");
    return sway;
  }

  async windows(): Promise<readonly SwayWindow[]> {
    const root = JSON.parse(await this.#message("-t", "get_tree")) as Node;
    const all = (node: Node): Node[] => [node, ...[...node.nodes, ...node.floating_nodes].flatMap(all)];
    return all(root)
      .filter(({ pid }) => pid !== undefined)
      .map(({ id, pid = 0, name, focused, rect: { width, height } }) => ({
        id,
        pid,
        title: name ?? "",
        focused,
        width,
        height,
      }));
  }

  /** Asks a window to close, as its title bar's button does. */
  async close({ id }: SwayWindow): Promise<void> {
    await this.#message(`[con_id=${id}] kill`);
  }

  /** Saves a picture of the screen among the artefacts; returns its path. */
  async screenshot(name: string): Promise<string> {
    const path = this.#desktop.processes.nextArtefact(name, "png");
    await this.#run("grim", [path]);
    return path;
  }

  #message(...args: string[]): Promise<string> {
    return this.#run("swaymsg", args);
  }

  async #run(program: string, args: readonly string[]): Promise<string> {
    const done = await this.#desktop.run(program, args, { env: this.env });
    if (done.code !== 0) throw new Error(`${program} ${args.join(" ")}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }
}
