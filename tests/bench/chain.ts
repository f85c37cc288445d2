/** An account's events read from a long chain by the core, beside the bare calls. */
import { series, type Figure } from "./figures.ts";
import { measured, runsOf, type Effort } from "./place.ts";

/** One event in so many is the account's. */
const AMONG = 10;

export async function measureChain(effort: Effort): Promise<Figure[]> {
  const told = await measured(["chain", String(effort.payments), String(effort.runs)]);
  const storing = (series(runsOf(told, "of it storing and matching")).value / 1_000).toFixed(1);
  const count = effort.payments.toLocaleString("en");
  const among = (effort.payments * AMONG).toLocaleString("en");
  const sizes = told.find((one) => one.name === "resident while reading")?.kib ?? [];
  // After the first tenth every cache is warm; what comes on top of that would come on and on.
  const growth = sizes.map((run) => ((run.at(-1) ?? NaN) - (run[0] ?? NaN)) / 1024);
  return [
    {
      name: `chain history: ${count} of the user's events among ${among}`,
      unit: "ms",
      beside: series(runsOf(told, "raw eth_getLogs")),
      bursar: series(runsOf(told, "chain history")),
      goal: { of: "ratio", most: 2 },
      note: `By the core's own reader from an RPC of the measurement's, one event a block: checked, stored, matched with payments. Beside: eth_getLogs with the same filter and ranges, parsed and dropped. At least half as fast is at most twice as long. The app lets at most 200,000 blocks pass in one look, so that the newest is never kept waiting. Storing and matching took ${storing} s of it.`,
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
