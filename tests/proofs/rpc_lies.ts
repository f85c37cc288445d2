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

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Outcome {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Rewrites the genuine result of each call. */
export function rewriteResults(
  change: (call: Call, outcome: Outcome) => Partial<Outcome> | undefined,
): ExchangeHandler {
  return async ({ body, forward, json }) => {
    const asked = JSON.parse(body.toString()) as Call | Call[];
    const told = JSON.parse(String((await forward()).body)) as Outcome | Outcome[];
    const calls = [asked].flat();
    const bent = [told].flat().map((outcome) => {
      const call = calls.find(({ id }) => id === outcome.id);
      const other = call === undefined ? undefined : change(call, outcome);
      return other === undefined ? outcome : Object.assign({ jsonrpc: "2.0", id: outcome.id }, other);
    });
    json(200, Array.isArray(told) ? bent : bent[0]);
    return true;
  };
}

/** Always the same result for one method. */
export const fixedResult = (method: string, result: unknown): ExchangeHandler =>
  rewriteResults((call) => (call.method === method ? { result } : undefined));

/** Rewrites the logs, and invents the receipts that they need. */
export function logs(change: (true_: readonly Log[]) => readonly Log[]): ExchangeHandler {
  const invented = new Map<string, Log>();
  return rewriteResults((call, { result }) => {
    if (call.method === "eth_getLogs" && Array.isArray(result)) {
      const [{ fromBlock = "0x0", toBlock = "0x0" } = {}] = call.params as [{ fromBlock?: string; toBlock?: string }?];
      const told = change(result as Log[]);
      for (const log of told) invented.set(log.transactionHash, log);
      const last = toBlock === "latest" ? Number.POSITIVE_INFINITY : Number(toBlock);
      const inRange = told.filter(
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
): { readonly treat: ExchangeHandler; readonly told: () => boolean } {
  let placed: Log | undefined;
  let told = false;
  const lie = logs((true_) => (placed === undefined ? true_ : [...true_, placed]));
  return {
    treat: async (exchange) => {
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
          told ||= keeps && JSON.stringify(body).includes(credit.transactionHash);
          exchange.json(status, body);
        },
      });
    },
    told: () => told,
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
