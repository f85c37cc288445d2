/**
 * A port in front of one of the sandbox's servers: at another address, or with TLS, as a real provider has it. The sandbox answers
 * only requests that name its own address, so each request is passed on under that name.
 */
import {
  createServer as createPlainServer,
  request,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { isIPv6, type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Certificates } from "./certificates.ts";

export interface FrontOptions {
  /** The address to listen on. */
  readonly host: string;
  /** The name by which programs reach it; the address by default. */
  readonly name?: string;
  readonly tls?: Certificates;
}

/** Forwards what arrives there to the server at this address, and returns the new address. */
export async function frontOf(server: string, { host, name, tls }: FrontOptions): Promise<string> {
  const target = new URL(server);
  const passOn = (incoming: IncomingMessage): ClientRequest =>
    request({
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...incoming.headers, host: target.host } as OutgoingHttpHeaders,
    });
  const listener = tls === undefined ? createPlainServer() : createTlsServer({ key: tls.key, cert: tls.cert });
  listener.on("request", (incoming, outgoing) => {
    const upstream = passOn(incoming);
    upstream.on("error", () => outgoing.destroy());
    upstream.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(upstream);
  });
  listener.on("upgrade", (incoming: IncomingMessage, socket: Duplex) => {
    const upstream = passOn(incoming);
    upstream.on("error", () => socket.destroy());
    upstream.on("upgrade", (answer, other) => joinSockets(answer, socket, other));
    upstream.end();
  });
  listener.on("tlsClientError", () => undefined);
  listener.unref();
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(0, host, resolve);
  });
  const shown = name ?? (isIPv6(host) ? `[${host}]` : host);
  const scheme = tls === undefined ? target.protocol : target.protocol.replace(/:$/, "s:");
  return `${scheme}//${shown}:${(listener.address() as AddressInfo).port}`;
}

/** Passes the answer to an upgrade on and then everything that either side sends. */
function joinSockets(answer: IncomingMessage, socket: Duplex, other: Duplex): void {
  const lines = answer.rawHeaders.flatMap((header, at) =>
    at % 2 === 0 ? [`${header}: ${answer.rawHeaders[at + 1] ?? ""}`] : [],
  );
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
  for (const [one, end] of [
    [socket, other],
    [other, socket],
  ] as const) {
    one.on("error", () => end.destroy());
    one.on("close", () => end.destroy());
  }
  socket.pipe(other).pipe(socket);
}
