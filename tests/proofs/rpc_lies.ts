/** Lies of an RPC endpoint, as handlers for the intercepting proxy. */
import type { ExchangeHandler } from "./intercepting_proxy.ts";

export interface Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly transactionHash: string;
  readonly logIndex: string;
  readonly removed?: boolean;
  readonly [field: string]: unknown;
}

interface RpcCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

interface RpcResult {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Rewrites the genuine result of each call. */
export function rewriteResults(
  change: (call: RpcCall, outcome: RpcResult) => Partial<RpcResult> | undefined,
): ExchangeHandler {
  return async ({ body, forward, json }) => {
    const request = JSON.parse(body.toString()) as RpcCall | RpcCall[];
    const response = JSON.parse(String((await forward()).body)) as RpcResult | RpcResult[];
    const calls = [request].flat();
    const results = [response].flat().map((outcome) => {
      const call = calls.find(({ id }) => id === outcome.id);
      const changed = call === undefined ? undefined : change(call, outcome);
      return changed === undefined ? outcome : Object.assign({ jsonrpc: "2.0", id: outcome.id }, changed);
    });
    json(200, Array.isArray(response) ? results : results[0]);
    return true;
  };
}

/** Always the same result for one method. */
export const fixedResult = (method: string, result: unknown): ExchangeHandler =>
  rewriteResults((call) => (call.method === method ? { result } : undefined));

/** Rewrites the logs, and invents the receipts that they need. */
export function rewriteLogs(change: (genuine: readonly Log[]) => readonly Log[]): ExchangeHandler {
  const invented = new Map<string, Log>();
  return rewriteResults((call, { result }) => {
    if (call.method === "eth_getLogs" && Array.isArray(result)) {
      const [{ fromBlock = "0x0", toBlock = "0x0" } = {}] = call.params as [{ fromBlock?: string; toBlock?: string }?];
      const changed = change(result as Log[]);
      for (const log of changed) invented.set(log.transactionHash, log);
      const last = toBlock === "latest" ? Number.POSITIVE_INFINITY : Number(toBlock);
      const inRange = changed.filter(
        ({ blockNumber }) => Number(blockNumber) >= Number(fromBlock) && Number(blockNumber) <= last,
      );
      return { result: inRange };
    }
    if (call.method === "eth_getTransactionReceipt" && result === null) {
      const log = invented.get(String(call.params[0]));
      if (log === undefined) return undefined;
      const { transactionHash, blockHash, blockNumber } = log;
      return { result: { transactionHash, blockHash, blockNumber, status: "0x1", logs: [log] } };
    }
    return undefined;
  });
}

/** A forged credit: a genuine credit's log with another amount, id and transaction. */
export function fakeCreditLog(template: Log, units: bigint, id: string, transaction: string): Log {
  const word = (value: bigint): string => value.toString(16).padStart(64, "0");
  const text = Buffer.from(id).toString("hex");
  const padded = text.padEnd(Math.ceil(text.length / 64) * 64, "0");
  const data = `0x${word(units)}${word(64n)}${word(BigInt(id.length))}${padded}`;
  return { ...template, data, transactionHash: transaction, logIndex: "0x0" };
}

/**
 * Adds a forged event in a block that is new to the app, so that the app reads it. `served` reports whether an answer
 * that the app stores contained it.
 */
export function injectFakeCredit(
  rpc: string,
  credit: Log,
): { readonly handler: ExchangeHandler; readonly served: () => boolean } {
  let placed: Log | undefined;
  let wasServed = false;
  const lie = rewriteLogs((genuine) => (placed === undefined ? genuine : [...genuine, placed]));
  return {
    handler: async (exchange) => {
      const from = /"fromBlock":"(0x[0-9a-f]+)"/.exec(exchange.body.toString())?.[1];
      if (placed === undefined && from !== undefined) {
        const { number, hash } = await newestBlock(rpc);
        // The app does not read logs of earlier blocks again.
        if (Number(number) > Number(from)) placed = { ...credit, blockNumber: number, blockHash: hash };
      }
      return lie({
        ...exchange,
        json: (status, body) => {
          // The app stores nothing from a range that ends at "latest": that is only a quick poll.
          const keeps = !exchange.body.includes('"latest"') && exchange.body.includes("eth_getLogs");
          wasServed ||= keeps && JSON.stringify(body).includes(credit.transactionHash);
          exchange.json(status, body);
        },
      });
    },
    served: () => wasServed,
  };
}

async function newestBlock(rpc: string): Promise<{ readonly number: string; readonly hash: string }> {
  const answer = await fetch(rpc, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params: ["latest", false] }),
  });
  const { result } = (await answer.json()) as { result: { number: string; hash: string } };
  return result;
}
