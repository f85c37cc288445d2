/** What the core measures of itself, without a window: pages, searches, export and storing, by an example of it. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { series, type Figure } from "./figures.ts";
import type { Effort } from "./place.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export function measureHistory(effort: Effort): Figure[] {
  const count = effort.quick ? 20_000 : 1_000_000;
  const args = ["run", "--release", "--quiet", "--locked", "-p", "bursar-core", "--example", "history_size", "--"];
  const told = execFileSync("cargo", [...args, String(count), "1000"], { cwd: ROOT, encoding: "utf8" });
  return [...pages(told, count), ...exports(told, count)];
}

/** `first page: 120 / 340 us, 1000000 lines`: the median and the worst of many tries. */
function pages(told: string, count: number): Figure[] {
  const lines = [...told.matchAll(/^(.+): (\d+) \/ (\d+) us, \d+ lines$/gm)];
  return lines.map(([, name = "", median = "", worst = ""]) => ({
    name: `${name}, in ${count.toLocaleString("en")} payments, from call to answer`,
    unit: "ms",
    beside: undefined,
    bursar: { median: Number(worst) / 1000, least: Number(median) / 1000, most: Number(worst) / 1000, runs: [0, 0] },
    goal: { of: "value", most: name.startsWith("first page") ? 8 : 30 },
    note: "The worst of 50 tries stands for the 99th percentile; the smallest figure told is the median.",
  }));
}

function exports(told: string, count: number): Figure[] {
  const own = /^export \d+ lines to CSV: (\d+) ms$/m.exec(told)?.[1];
  const raw = /^raw read and CSV: (\d+) ms$/m.exec(told)?.[1];
  if (own === undefined || raw === undefined) throw new Error("the example no longer tells of the export");
  return [
    {
      name: `export of ${count.toLocaleString("en")} payments to CSV`,
      unit: "ms",
      beside: series([Number(raw)]),
      bursar: series([Number(own)]),
      goal: { of: "ratio", most: 2 },
      note: "Beside: every column read by SQLite and written by the csv crate. At least half as fast is at most twice as long.",
    },
  ];
}
