/**
 * The part of W3C WebDriver that the tests need, for WebKitWebDriver. The driver attaches to a program that already
 * runs (`--target`), so the program may start hidden, be killed, or recreate its window.
 */
import { Unrecoverable, until, type WaitOptions } from "./wait.ts";
import type { Environment, Processes, RunningProcess } from "./processes.ts";
import { freePort, isListening } from "./ports.ts";

/** The key that WebDriver uses for element references. */
export const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
export type ElementRef = Readonly<Record<typeof ELEMENT, string>>;

/** An error from the driver, by its standard name, e.g. `no such element`. */
export class WebDriverError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** A running driver and its address. */
interface DriverServer {
  readonly address: string;
  readonly running: RunningProcess;
}

export class WebDriver {
  readonly #start: () => Promise<DriverServer>;
  readonly #target: number;
  #server: DriverServer;
  #session: string | undefined;

  private constructor(start: () => Promise<DriverServer>, server: DriverServer, target: number) {
    this.#start = start;
    this.#server = server;
    this.#target = target;
  }

  /** Starts a driver for the program that listens on the loopback port `target` (WEBKIT_INSPECTOR_SERVER). */
  static async start(processes: Processes, env: Environment, target: number): Promise<WebDriver> {
    const start = async (): Promise<DriverServer> => {
      const port = await freePort();
      const running = processes.start("webdriver", "WebKitWebDriver", {
        args: [`--port=${port}`, `--target=127.0.0.1:${target}`, "--replace-on-new-session"],
        env,
      });
      await until("the WebDriver answers", async () => {
        running.assertAlive();
        return isListening(port);
      });
      return { address: `http://127.0.0.1:${port}`, running };
    };
    return new WebDriver(start, await start(), target);
  }

  /**
   * Opens a session with the program that runs now. Drops an older session, and replaces a driver that does not answer.
   */
  async openSession(options: WaitOptions = {}): Promise<void> {
    this.#session = undefined;
    await until(
      "a WebDriver session with the window",
      async () => {
        if (!this.#server.running.alive) throw new Unrecoverable("the WebDriver has ended");
        if (!(await isListening(this.#target))) throw new Error("the webview does not listen");
        this.#session = await this.#newSession();
        return true;
      },
      options,
    );
  }

  /**
   * Returns the new session's id. A driver whose attempt to attach timed out may never attach again; a new driver can.
   */
  async #newSession(): Promise<string> {
    try {
      const wanted = { capabilities: { alwaysMatch: {} } };
      const made = (await this.#send("POST", "/session", wanted, 5_000)) as { sessionId: string };
      return made.sessionId;
    } catch (error) {
      if (error instanceof DOMException) {
        await this.#server.running.stop("SIGKILL");
        this.#server = await this.#start();
      }
      throw error;
    }
  }

  /** Drops a session whose program has ended: the driver could otherwise wait for its windows in vain. */
  dropSession(): void {
    this.#session = undefined;
  }

  get attached(): boolean {
    return this.#session !== undefined;
  }

  /** Sends a command of the session, e.g. `POST`, `/element`. */
  async command(
    method: "GET" | "POST" | "DELETE",
    path: string,
    body?: unknown,
    { timeout = 30_000 }: WaitOptions = {},
  ): Promise<unknown> {
    if (this.#session === undefined) throw new WebDriverError("invalid session id", "not attached");
    return this.#send(
      method,
      `/session/${this.#session}${path}`,
      method === "POST" ? (body ?? {}) : undefined,
      timeout,
    );
  }

  async script(source: string, ...args: unknown[]): Promise<unknown> {
    return this.command("POST", "/execute/sync", { script: source, args });
  }

  /** Runs a script that returns its result by calling its last argument. */
  async asyncScript(source: string, ...args: unknown[]): Promise<unknown> {
    return this.command("POST", "/execute/async", { script: source, args });
  }

  async handles(options: WaitOptions = {}): Promise<string[]> {
    return (await this.command("GET", "/window/handles", undefined, options)) as string[];
  }

  async switchTo(handle: string, options: WaitOptions = {}): Promise<void> {
    await this.command("POST", "/window", { handle }, options);
  }

  async detach(): Promise<void> {
    if (this.#session === undefined) return;
    await this.#send("DELETE", `/session/${this.#session}`, undefined, 5_000).catch(() => undefined);
    this.#session = undefined;
  }

  async #send(method: string, path: string, body: unknown, timeout: number): Promise<unknown> {
    const answer = await fetch(this.#server.address + path, {
      method,
      signal: AbortSignal.timeout(timeout),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const { value } = (await answer.json()) as { value: unknown };
    if (answer.ok) return value;
    const { error, message } = value as { error: string; message: string };
    throw new WebDriverError(error, message);
  }
}
