/** What a screen reader reads of the app's windows, by AT-SPI as a desktop runs it, and the keys that its user presses. */
import { fileURLToPath } from "node:url";
import type { App } from "../../session/app.ts";
import type { Desktop } from "../../session/desktop.ts";
import { until, type WaitOptions } from "../../session/wait.ts";

const LAUNCHER = "/usr/libexec/at-spi-bus-launcher";
const SCRIPT = fileURLToPath(new URL("accessible_tree.py", import.meta.url));
/** Debian's Python, which has pyatspi. */
const PYTHON = "/usr/bin/python3";
/** Lets GTK and WebKit join the accessibility bus, which the tests' sessions otherwise do without. */
export const ACCESSIBLE = { NO_AT_BRIDGE: "0" };

/** One accessible, with the distance from the application's. */
export interface Accessible {
  readonly depth: number;
  readonly role: string;
  readonly name: string;
  readonly description: string;
  readonly states: readonly string[];
  readonly text: string;
}

export class ScreenReader {
  readonly #desktop: Desktop;
  readonly #app: App;

  private constructor(desktop: Desktop, app: App) {
    this.#desktop = desktop;
    this.#app = app;
  }

  /** Starts the accessibility bus, and then the app, which joins it. */
  static async start(desktop: Desktop, app: App): Promise<ScreenReader> {
    const launcher = desktop.processes.start("at-spi", LAUNCHER, {
      args: ["--launch-immediately"],
      env: { ...desktop.env, ...ACCESSIBLE },
    });
    await until("the accessibility bus is there", () => {
      launcher.assertAlive();
      return desktop.bus.owner("org.a11y.Bus");
    });
    app.launch({ env: ACCESSIBLE });
    await app.window();
    const reader = new ScreenReader(desktop, app);
    await reader.waitFor("document web", "Bursar");
    return reader;
  }

  /** Everything in the app's windows, parents before their children. */
  async tree(): Promise<readonly Accessible[]> {
    const [pid = 0] = this.#app.pids();
    const done = await this.#desktop.run(PYTHON, [SCRIPT, String(pid)], { env: ACCESSIBLE, timeout: 60_000 });
    if (done.code !== 0) throw new Error(`${SCRIPT}: ${done.stderr}`);
    return JSON.parse(done.stdout) as Accessible[];
  }

  /** Waits for an accessible with that role and that name or text. */
  waitFor(role: string, name: string | RegExp, options: WaitOptions = {}): Promise<Accessible> {
    return until(
      `the tree has ${role} ${String(name)}`,
      async () => (await this.tree()).find((one) => isNamed(one, role, name)),
      { timeout: 30_000, ...options },
    );
  }

  /** Waits until something in the tree says that, and returns all that it says. */
  async waitForText(pattern: RegExp, options: WaitOptions = {}): Promise<string> {
    const matches = (one: Accessible): string | undefined => [one.name, one.text].find((said) => pattern.test(said));
    const found = await until(
      `the tree says ${String(pattern)}`,
      async () => (await this.tree()).findLast((one) => matches(one) !== undefined),
      { timeout: 30_000, ...options },
    );
    return matches(found) ?? "";
  }

  /** Moves the focus by a key until it is on that control, as a user does who hears each control's name. */
  async moveTo(role: string, name: string | RegExp, key = "Tab"): Promise<Accessible> {
    const passed: string[] = [];
    for (;;) {
      const before = await this.#focus();
      if (before !== undefined && isNamed(before.node, role, name)) return before.node;
      if (passed.length > 60) throw new Error(`${key} never comes to ${role} ${String(name)}: ${passed.join(", ")}`);
      await this.press(key);
      // The focus may also leave the page, or stay where there is nothing further.
      const now = await until(
        "the focus moves",
        async () => {
          const after = await this.#focus();
          return after !== undefined && after.at !== before?.at && after;
        },
        { timeout: 3_000 },
      ).catch(() => undefined);
      passed.push(now === undefined ? "nothing" : `${now.node.role} ${now.node.name}`);
    }
  }

  async press(...keys: string[]): Promise<void> {
    await this.#desktop.display.press(...keys);
  }

  async type(text: string): Promise<void> {
    await this.#desktop.display.type(text);
  }

  /** The focused accessible, and its place in the tree. */
  async #focus(): Promise<{ node: Accessible; at: number } | undefined> {
    const tree = await this.tree();
    const at = tree.findLastIndex(({ states }) => states.includes("focused"));
    const node = tree[at];
    return node === undefined ? undefined : { node, at };
  }
}

function isNamed({ role, name, text }: Accessible, wanted: string, pattern: string | RegExp): boolean {
  if (role !== wanted) return false;
  return [name, text].some((one) => (typeof pattern === "string" ? one === pattern : pattern.test(one)));
}
