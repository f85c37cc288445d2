/**
 * The results by share: raw numbers in docs/performance.json, and the table in docs/performance.md that is written from
 * them. Measuring a share again replaces it; the other shares keep their dates.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { TABLE_HEAD, tableRow, type Figure } from "./figures.ts";
import type { RequestBytes } from "./idle.ts";
import { ROOT } from "./setup.ts";

const TABLE = `${ROOT}docs/performance.md`;
const NUMBERS = `${ROOT}docs/performance.json`;
const BEGIN = "<!-- measured: written by scripts/bench.sh -->";
const END = "<!-- end of what was measured -->";

/** In the table's order. */
export const SHARES = [
  "start",
  "memory",
  "idle",
  "notice",
  "history",
  "list",
  "sync",
  "next",
  "chain",
  "package",
  "herd",
] as const;
export type Share = (typeof SHARES)[number];

interface ShareResult {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly figures: readonly Figure[];
  readonly bytes?: RequestBytes;
}

export type Results = Partial<Record<Share, ShareResult>>;

export function loadResults(): Results {
  return existsSync(NUMBERS) ? (JSON.parse(readFileSync(NUMBERS, "utf8")) as Results) : {};
}

/** Saves a share's results and rewrites the table. */
export function saveResults(share: Share, figures: readonly Figure[], bytes?: RequestBytes): void {
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  const entry: ShareResult = {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim(),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}, ${gib} GiB, Linux ${release()}`,
    figures: figures.map(roundFigure),
    ...(bytes === undefined ? {} : { bytes }),
  };
  const all = { ...loadResults(), [share]: entry };
  writeFileSync(NUMBERS, formatJson(all));
  const [before = ""] = readFileSync(TABLE, "utf8").split(BEGIN);
  const [, after = ""] = readFileSync(TABLE, "utf8").split(END);
  writeFileSync(TABLE, `${before}${[BEGIN, "", ...formatTable(all), "", END].join("\n")}${after}`);
}

/** More digits would be noise. */
function roundFigure(figure: Figure): Figure {
  const round = (value: number): number => Number(value.toPrecision(6));
  const of = (one: Figure["bursar"]): Figure["bursar"] => ({
    ...one,
    value: round(one.value),
    least: round(one.least),
    most: round(one.most),
    runs: one.runs.map(round),
  });
  return { ...figure, beside: figure.beside && of(figure.beside), bursar: of(figure.bursar) };
}

/** One line for each figure, so that a changed figure changes one line. */
function formatJson(all: Results): string {
  const shares = SHARES.flatMap((share) => {
    const entry = all[share];
    if (entry === undefined) return [];
    const { figures, ...rest } = entry;
    const lines = figures.map((figure) => `      ${JSON.stringify(figure)}`).join(",\n");
    return [`  "${share}": {\n    ${JSON.stringify(rest).slice(1, -1)},\n    "figures": [\n${lines}\n    ]\n  }`];
  });
  return `{\n${shares.join(",\n")}\n}\n`;
}

function formatTable(all: Results): string[] {
  const entries = SHARES.flatMap((share) => {
    const entry = all[share];
    return entry === undefined ? [] : [{ share, ...entry }];
  });
  const machines = [...new Set(entries.map((one) => one.machine))];
  const times = [...new Set(entries.map((one) => `${one.date}, commit ${one.commit}`))].map((time) => {
    const shares = entries.filter((one) => `${one.date}, commit ${one.commit}` === time).map((one) => one.share);
    return `${time} (${shares.join(", ")})`;
  });
  const figures = entries.flatMap((one) => one.figures);
  const notes = figures.flatMap((figure) => (figure.note === undefined ? [] : [`- ${figure.name}: ${figure.note}`]));
  return [`${machines.join("; ")}. ${times.join("; ")}.`, "", ...TABLE_HEAD, ...figures.map(tableRow), "", ...notes];
}
