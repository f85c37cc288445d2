/**
 * A proxy between the app and the sandbox. Every request passes through it, and a proof decides for each whether the
 * app gets the genuine response, a false one, or none. Loopback only.
 */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request and the ways to answer it. */
export interface Exchange {
  readonly method: string;
  /** Includes the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The raw response to the app, for answers that are not valid HTTP or never end. */
  readonly response: ServerResponse;
  /** Asks the sandbox. */
  readonly forward: () => Promise<ProxiedResponse>;
  /** Responds to the app. */
  readonly answer: (answer: Partial<ProxiedResponse>) => void;
  /** Responds with JSON. */
  readonly json: (status: number, body: unknown) => void;
}

export interface ProxiedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

export interface RecordedRequest {
  /** Milliseconds, as `performance.now()`. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** Handles the exchange, now or later, or never. Returns false to pass it through. */
export type ExchangeHandler = (exchange: Exchange) => boolean | Promise<boolean>;

export const PASS_THROUGH: ExchangeHandler = () => false;

export class InterceptingProxy {
  /** Handles requests from now on. */
  handler: ExchangeHandler = PASS_THROUGH;
  /** Called as each response begins. */
  onResponse: (response: ServerResponse) => void = () => undefined;
  readonly requests: RecordedRequest[] = [];
  readonly #server: Server;
  readonly #target: URL;
  #port = 0;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      this.onResponse(response);
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("error", () => undefined);
      response.on("error", () => undefined);
      request.on("end", () => {
        const body = Buffer.concat(parts);
        const { method = "GET", url: path = "/", headers } = request;
        this.requests.push({ at: performance.now(), method, path, body: body.toString(), headers });
        const forward = (): Promise<ProxiedResponse> => this.#forward(method, path, headers, body);
        const answer = ({ status = 200, headers: more = {}, body: text = "" }: Partial<ProxiedResponse>): void => {
          response.writeHead(status, { ...more, "content-length": Buffer.byteLength(text) });
          response.end(text);
        };
        const json = (status: number, value: unknown): void =>
          answer({
            status,
            headers: { "content-type": "application/json" },
            body: typeof value === "string" ? value : JSON.stringify(value),
          });
        void (async () => {
          try {
            if (await this.handler({ method, path, headers, body, response, forward, answer, json })) return;
            answer(await forward());
          } catch {
            response.destroy();
          }
        })();
      });
    });
    // The proof decides how long an answer takes.
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 60_000;
    this.#server.unref();
  }

  static async start(target: string): Promise<InterceptingProxy> {
    const proxy = new InterceptingProxy(target);
    await proxy.listen();
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, on the same port as before. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, "127.0.0.1", () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening and cuts all connections. */
  async shutDown(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #forward(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): Promise<ProxiedResponse> {
    const forwarded = Object.entries(headers).filter(
      ([name, value]) =>
        typeof value === "string" && !["host", "connection", "content-length", "transfer-encoding"].includes(name),
    );
    const answer = await fetch(new URL(path, this.#target), {
      method,
      headers: Object.fromEntries(forwarded) as Record<string, string>,
      redirect: "manual",
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    });
    return {
      status: answer.status,
      headers: { "content-type": answer.headers.get("content-type") ?? "application/json" },
      body: Buffer.from(await answer.arrayBuffer()),
    };
  }
}
