/**
 * The core's own measurements, without a window: pages, searches and export of a large cache, compared with a small
 * cache and with raw SQLite.
 */
import { series, type Figure, type Series } from "./figures.ts";
import { measureCore, coreRuns, type Effort } from "./setup.ts";

/** The size of the small cache. */
const SMALL_HISTORY = 1_000;
/** The most milliseconds that a first page and a search may take. */
const PAGE_GOAL_MS = 8;
const SEARCH_GOAL_MS = 30;

export async function measureHistory(effort: Effort): Promise<Figure[]> {
  const tries = effort.quick ? 40 : 300;
  const small = await measureCore(["history", String(SMALL_HISTORY), String(tries), "1"]);
  const large = await measureCore(["history", String(effort.cached), String(tries), String(effort.runs)]);
  const count = effort.cached.toLocaleString("en");
  const names = large.filter((one) => /^(first page|search)/.test(one.name)).map((one) => one.name);
  const worst = (runs: readonly number[]): Series => series(runs, 0.99);
  const absolute = names.map((name): Figure => ({
    name: `${name}, in ${count} payments, in the core`,
    unit: "ms",
    beside: undefined,
    bursar: worst(coreRuns(large, name)),
    goal: { of: "value", most: name.startsWith("first page") ? PAGE_GOAL_MS : SEARCH_GOAL_MS },
  }));
  const beside = names.map((name): Figure => ({
    name: `${name}, ${count} beside ${SMALL_HISTORY.toLocaleString("en")}`,
    unit: "ms",
    beside: series(coreRuns(small, name)),
    bursar: series(coreRuns(large, name)),
    goal: { of: "ratio", most: 1.5 },
  }));
  return [
    ...absolute,
    ...beside,
    {
      name: `export of ${count} payments to CSV`,
      unit: "ms",
      beside: series(coreRuns(large, "raw read and CSV")),
      bursar: series(coreRuns(large, "export to CSV")),
      goal: { of: "ratio", most: 2 },
      note: "Baseline: SQLite reads the same columns as stored, and the csv crate writes them. At most twice as long means at least half as fast.",
    },
    {
      name: `from "cancel" to the end of that export`,
      unit: "ms",
      beside: undefined,
      bursar: series(coreRuns(large, "from cancel to the end of an export"), 1),
      goal: { of: "value", most: 100 },
    },
  ];
}
