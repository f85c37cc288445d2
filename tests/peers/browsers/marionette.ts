/**
 * Firefox's own remote protocol, as far as the trials need it: a page's elements, and the browser's own windows. Debian has no
 * geckodriver, and Playwright drives only a Firefox of its own.
 */
import { connect, type Socket } from "node:net";
import { until, type WaitOptions } from "../../session/wait.ts";

type Reply = readonly [1, id: number, error: { error: string; message: string } | null, result: unknown];

export class Marionette {
  readonly #socket: Socket;
  readonly #pending = new Map<number, (reply: Reply) => void>();
  #buffer = Buffer.alloc(0);
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (data) => this.#receive(data));
    socket.on("error", () => undefined);
  }

  static async connect(port: number): Promise<Marionette> {
    const socket = await until("Firefox accepts its remote protocol", () => opened(port), {
      timeout: 60_000,
      interval: 200,
    });
    const marionette = new Marionette(socket);
    await marionette.command("WebDriver:NewSession", {});
    return marionette;
  }

  command(name: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const message = Buffer.from(JSON.stringify([0, id, name, parameters]));
    return new Promise((resolve, reject) => {
      this.#pending.set(id, ([, , error, result]) => {
        if (error === null) resolve(result);
        else reject(new Error(`${name}: ${error.error}: ${error.message}`));
      });
      this.#socket.write(Buffer.concat([Buffer.from(`${message.length}:`), message]));
    });
  }

  /** Runs a script in the page and returns what it returns. */
  async script(source: string, ...args: readonly unknown[]): Promise<unknown> {
    const { value } = (await this.command("WebDriver:ExecuteScript", { script: source, args })) as { value: unknown };
    return value;
  }

  /** Chooses the tab whose address matches, and waits for it. */
  async page(address: RegExp, options: WaitOptions = {}): Promise<void> {
    await until(
      `Firefox shows ${String(address)}`,
      async () => {
        const handles = (await this.command("WebDriver:GetWindowHandles")) as string[];
        for (const handle of handles) {
          await this.command("WebDriver:SwitchToWindow", { handle });
          const { value } = (await this.command("WebDriver:GetCurrentURL")) as { value: string };
          if (address.test(value)) return true;
        }
        return false;
      },
      { timeout: 30_000, interval: 200, ...options },
    );
  }

  /** Clicks an element of the page with real input events. */
  async click(selector: string): Promise<void> {
    await until(`${selector} is clicked`, async () => {
      const { value } = (await this.command("WebDriver:FindElement", { using: "css selector", value: selector })) as {
        value: Record<string, string>;
      };
      await this.command("WebDriver:ElementClick", { id: Object.values(value)[0] });
      return true;
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** A message is its length, a colon and JSON. The greeting of the server is an object and no reply. */
  #receive(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const colon = this.#buffer.indexOf(":");
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#buffer.subarray(0, colon).toString());
      if (this.#buffer.length < end) return;
      const message = JSON.parse(this.#buffer.subarray(colon + 1, end).toString()) as unknown;
      this.#buffer = this.#buffer.subarray(end);
      if (!Array.isArray(message)) continue;
      const reply = message as unknown as Reply;
      this.#pending.get(reply[1])?.(reply);
      this.#pending.delete(reply[1]);
    }
  }
}

function opened(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}
