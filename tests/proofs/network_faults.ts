/** Faults of a network, as handlers for the intercepting proxy. */
import { gzipSync } from "node:zlib";
import type { Exchange, ExchangeHandler } from "./intercepting_proxy.ts";

export interface NetworkFault {
  readonly name: string;
  readonly handler: ExchangeHandler;
  /** The genuine answer still arrives, only late. */
  readonly answersLate?: boolean;
  /** Lasts until the app's timeout of 20 s. */
  readonly slow?: boolean;
  /** The server asks for a pause longer than the proof waits. */
  readonly backsOffForLong?: boolean;
  /** Another fault of the same kind is in the short run, so this one is not. */
  readonly isVariant?: boolean;
}

const JSON_TYPE = { "content-type": "application/json" };

/** The most bytes that any endless body has sent. */
export const endlessBody = { maxBytes: 0 };

const respondWith =
  (status: number, headers: Readonly<Record<string, string>> = {}): ExchangeHandler =>
  ({ answer }) => (answer({ status, headers: { ...JSON_TYPE, ...headers }, body: '{"code":"x","error":"x"}' }), true);

export function networkFaults(redirectTarget: string): NetworkFault[] {
  const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
  const yesterday = new Date(Date.now() - 86_400_000).toUTCString();
  const retryAfters = ["1", "0", "-5", "1.5", "soon", "", yesterday, "Sat, 99 Nov 2026 08:00:00 GMT"];
  return [
    { name: "latency of 3 s", handler: delayed(3_000), answersLate: true },
    { name: "reset in the middle of a body", handler: truncated("reset") },
    { name: "a body that ends too early", handler: truncated("end") },
    { name: "an endless body", handler: endless },
    { name: "a gzip bomb", handler: bomb },
    { name: "a captive portal's page", handler: portal },
    { name: "closed without an answer", handler: ({ response }) => (response.destroy(), true) },
    ...[302, 301, 303, 307, 308].map((status, at) => ({
      name: `redirect ${status} to another server`,
      handler: respondWith(status, { location: `${redirectTarget}/login` }),
      isVariant: at > 0,
    })),
    ...[503, 500, 502, 504].map((status, at) => ({
      name: `status ${status}`,
      handler: respondWith(status),
      isVariant: at > 0,
    })),
    ...retryAfters.map((wait, at) => ({
      name: `status 429, Retry-After: ${wait || "(empty)"}`,
      handler: respondWith(429, { "retry-after": wait }),
      isVariant: at > 0,
    })),
    { name: "status 429 alone", handler: respondWith(429) },
    ...[tomorrow, "99999999999999999999"].map((wait, at) => ({
      name: `status 429, Retry-After: ${wait}`,
      handler: respondWith(429, { "retry-after": wait }),
      backsOffForLong: true,
      isVariant: at > 0,
    })),
    { name: "one byte a second", handler: trickle, slow: true },
    { name: "no answer", handler: () => true, slow: true },
  ];
}

function delayed(milliseconds: number): ExchangeHandler {
  return async ({ forward, answer }) => {
    const response = await forward();
    setTimeout(() => answer(response), milliseconds);
    return true;
  };
}

function truncated(ending: "reset" | "end"): ExchangeHandler {
  return async ({ forward, response }) => {
    const { body } = await forward();
    const whole = Buffer.from(body);
    response.writeHead(200, { ...JSON_TYPE, "content-length": whole.length + 10 });
    response.write(whole.subarray(0, whole.length / 2), () => {
      if (ending === "reset") response.socket?.resetAndDestroy();
      else response.socket?.end();
    });
    return true;
  };
}

function endless({ response }: Exchange): boolean {
  response.writeHead(200, JSON_TYPE);
  const chunk = Buffer.alloc(64 * 1024, " ");
  let bytes = 0;
  const more = (): void => {
    while (!response.destroyed) {
      bytes += chunk.length;
      endlessBody.maxBytes = Math.max(endlessBody.maxBytes, bytes);
      if (!response.write(chunk)) return void response.once("drain", more);
    }
  };
  more();
  return true;
}

/** 64 MiB of spaces in some kilobytes. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "));

function bomb({ answer }: Exchange): boolean {
  answer({ headers: { ...JSON_TYPE, "content-encoding": "gzip" }, body: BOMB });
  return true;
}

function portal({ answer }: Exchange): boolean {
  const body = "<!doctype html><title>Welcome</title><form action=/login><input name=room></form>";
  answer({ headers: { "content-type": "text/html" }, body });
  return true;
}

async function trickle({ forward, response }: Exchange): Promise<boolean> {
  const { body } = await forward();
  const whole = Buffer.from(body);
  response.writeHead(200, { ...JSON_TYPE, "content-length": whole.length + 1_000 });
  let at = 0;
  const timer = setInterval(() => {
    if (response.destroyed) clearInterval(timer);
    else response.write(whole.subarray(at, at + 1));
    at += 1;
  }, 1_000);
  return true;
}
