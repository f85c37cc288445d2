/**
 * A proxy in front of one server that counts the requests and all bytes between the app and itself, headers included.
 * It counts HTTP; TLS and TCP would add their own bytes.
 */
import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Requests of one kind and their bytes. */
export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
}

export class CountingProxy {
  requests = 0;
  /** Requests by path since the last `reset`, each with its bytes in both directions. */
  readonly paths = new Map<string, Traffic>();
  readonly #recordedBytes = new WeakMap<Socket, number>();
  readonly #server: Server;
  readonly #target: URL;
  readonly #open = new Set<Socket>();
  #closedBytes = 0;
  #baseline = 0;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((request, response) => this.#forward(request, response));
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on("connection", (socket) => {
      this.#open.add(socket);
      socket.on("close", () => {
        this.#open.delete(socket);
        this.#closedBytes += bytesOf(socket);
      });
    });
    this.#server.on("upgrade", (request, socket, head) => this.#tunnel(request, socket, head));
    this.#server.unref();
  }

  static async start(target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(target.replace(/^ws/, "http"));
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once("error", reject);
      proxy.#server.listen(0, "127.0.0.1", resolve);
    });
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Bytes in both directions since the last `reset`. */
  get bytes(): number {
    return this.#totalBytes() - this.#baseline;
  }

  reset(): void {
    this.requests = 0;
    this.paths.clear();
    this.#baseline = this.#totalBytes();
  }

  end(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** A WebSocket: counts its first request, and from then on only bytes. */
  #tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.requests += 1;
    const upstream = connect(Number(this.#target.port), this.#target.hostname, () => {
      upstream.write(requestHead(this.#target.host, request));
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
    socket.on("close", () => upstream.destroy());
  }

  /** A connection carries one request at a time, so all bytes since the last request belong to this one. */
  #record({ socket, url = "/" }: IncomingMessage): void {
    const [path = url] = url.split("?");
    const all = bytesOf(socket);
    const { requests, bytes } = this.paths.get(path) ?? { requests: 0, bytes: 0 };
    this.paths.set(path, { requests: requests + 1, bytes: bytes + all - (this.#recordedBytes.get(socket) ?? 0) });
    this.#recordedBytes.set(socket, all);
  }

  #totalBytes(): number {
    return this.#closedBytes + [...this.#open].reduce((sum, socket) => sum + bytesOf(socket), 0);
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    this.requests += 1;
    response.on("finish", () => this.#record(request));
    const { host: _, ...headers } = request.headers;
    const upstream = ask(
      new URL(request.url ?? "/", this.#target),
      { method: request.method, headers: { ...headers, host: this.#target.host } },
      (answer) => {
        // Forwards the server's own headers, so that the app receives as many bytes as without the proxy.
        response.sendDate = false;
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      },
    );
    upstream.on("error", () => response.destroy());
    request.pipe(upstream);
  }
}

/** The request's head, rewritten for another host. */
function requestHead(host: string, request: IncomingMessage): string {
  const lines = [`${request.method ?? "GET"} ${request.url ?? "/"} HTTP/1.1`];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? "";
    lines.push(`${name}: ${name.toLowerCase() === "host" ? host : request.rawHeaders[at + 1]}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function bytesOf(socket: Socket): number {
  return socket.bytesRead + socket.bytesWritten;
}
