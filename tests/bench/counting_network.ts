/** The sandbox's network behind proxies that count everything the app requests. */
import type { Desktop } from "../session/desktop.ts";
import type { Sandbox } from "../session/sandbox.ts";
import { readFileSync } from "node:fs";
import { Counting } from "./counting_proxy.ts";
import { networkFileWith } from "./setup.ts";

export interface Counted {
  /** The network file that points to the proxies. */
  readonly network: string;
  readonly api: Counting;
  readonly rpc: readonly Counting[];
  readonly ws: Counting;
  /** Bytes through all proxies since the last `reset`. */
  readonly bytes: number;
  forget(): void;
  end(): void;
}

export async function countedNetwork(desktop: Desktop, sandbox: Sandbox): Promise<Counted> {
  const file = readFileSync(sandbox.networkFile, "utf8");
  const rpcs = /^rpc\s*=\s*\[(.*)\]$/m.exec(file)?.[1] ?? "";
  const socket = /^ws\s*=\s*"(.*)"$/m.exec(file)?.[1] ?? "";
  const addresses = [...rpcs.matchAll(/"([^"]+)"/g)].map(([, address = ""]) => address);
  const api = await Counting.start(sandbox.ready.fluence.api);
  const rpc = await Promise.all(addresses.map((address) => Counting.start(address)));
  const ws = await Counting.start(socket);
  const change = new Map([
    [sandbox.ready.fluence.api, api.address],
    [socket, ws.address.replace("http", "ws")],
    ...rpc.map((one, place): [string, string] => [addresses[place] ?? "", one.address]),
  ]);
  const all = [api, ...rpc, ws];
  return {
    network: networkFileWith(desktop, sandbox.networkFile, change),
    api,
    rpc,
    ws,
    get bytes() {
      return all.reduce((sum, one) => sum + one.bytes, 0);
    },
    forget: () => {
      for (const one of all) one.forget();
    },
    end: () => {
      for (const one of all) one.end();
    },
  };
}
