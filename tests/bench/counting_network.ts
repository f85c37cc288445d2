/** The sandbox's network behind proxies that count everything the app requests. */
import type { Desktop } from "../session/desktop.ts";
import type { Sandbox } from "../session/sandbox.ts";
import { readFileSync } from "node:fs";
import { CountingProxy } from "./counting_proxy.ts";
import { writeNetworkFile } from "./setup.ts";

export interface CountingNetwork {
  /** The network file that points to the proxies. */
  readonly networkFile: string;
  readonly api: CountingProxy;
  readonly rpc: readonly CountingProxy[];
  readonly ws: CountingProxy;
  /** Bytes through all proxies since the last `reset`. */
  readonly bytes: number;
  reset(): void;
  close(): void;
}

export async function startCountingNetwork(desktop: Desktop, sandbox: Sandbox): Promise<CountingNetwork> {
  const file = readFileSync(sandbox.networkFile, "utf8");
  const rpcs = /^rpc\s*=\s*\[(.*)\]$/m.exec(file)?.[1] ?? "";
  const socket = /^ws\s*=\s*"(.*)"$/m.exec(file)?.[1] ?? "";
  const addresses = [...rpcs.matchAll(/"([^"]+)"/g)].map(([, address = ""]) => address);
  const api = await CountingProxy.start(sandbox.ready.fluence.api);
  const rpc = await Promise.all(addresses.map((address) => CountingProxy.start(address)));
  const ws = await CountingProxy.start(socket);
  const replacements = new Map([
    [sandbox.ready.fluence.api, api.address],
    [socket, ws.address.replace("http", "ws")],
    ...rpc.map((one, index): [string, string] => [addresses[index] ?? "", one.address]),
  ]);
  const all = [api, ...rpc, ws];
  return {
    networkFile: writeNetworkFile(desktop, sandbox.networkFile, replacements),
    api,
    rpc,
    ws,
    get bytes() {
      return all.reduce((sum, one) => sum + one.bytes, 0);
    },
    reset: () => {
      for (const one of all) one.reset();
    },
    close: () => {
      for (const one of all) one.end();
    },
  };
}
