/** Reads an account's events from a long chain with the core, compared with the bare RPC calls. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { series, type Figure } from "./figures.ts";
import { measureCore, ROOT, coreRuns, type Effort } from "./setup.ts";

/** One in so many events belongs to the account. */
const EVENTS_PER_OWN_EVENT = 10;

export async function measureChain(effort: Effort): Promise<Figure[]> {
  const core = await measureCore(["chain", String(effort.payments), String(effort.runs), anvil()]);
  const seconds = (name: string): string => (series(coreRuns(core, name)).value / 1_000).toFixed(1);
  const count = effort.payments.toLocaleString("en");
  const among = (effort.payments * EVENTS_PER_OWN_EVENT).toLocaleString("en");
  const sizes = core.find((one) => one.name === "resident while reading, a real node")?.kib ?? [];
  // Caches are warm after the first tenth; memory that still grows after that would never stop growing.
  const growth = sizes.map((run) => ((run.at(-1) ?? NaN) - (run[0] ?? NaN)) / 1024);
  return [
    {
      name: `chain history: ${count} of the user's events among ${among}`,
      unit: "ms",
      beside: series(coreRuns(core, "raw eth_getLogs, a real node")),
      bursar: series(coreRuns(core, "chain history, a real node")),
      goal: { of: "ratio", most: 2 },
      note: `The core reads from anvil, with a hundred events a block; it checks and stores the events and matches them with payments. Baseline: eth_getLogs with the same filter and ranges, parsed and discarded. At most twice as long means at least half as fast. Storing and matching took ${seconds("storing and matching, a real node")} s of it. With an RPC server that has its answers ready: ${seconds("chain history, ready answers")} s, baseline ${seconds("raw eth_getLogs, ready answers")} s. The app reads at most 200,000 blocks in one poll, so that the newest blocks never wait.`,
    },
    {
      name: "memory that reading it took on top, from the first tenth to the end",
      unit: "MiB",
      beside: undefined,
      bursar: series(growth),
      goal: { of: "value", most: 8 },
    },
  ];
}

/** The native anvil binary: the npm wrapper would start it as a separate process that outlives the wrapper. */
function anvil(): string {
  const scope = join(ROOT, "node_modules/@foundry-rs");
  const found = readdirSync(scope).find((name) => name.startsWith("anvil-"));
  if (found === undefined) throw new Error("anvil is not installed");
  return join(scope, found, "bin/anvil");
}
