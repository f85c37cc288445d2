/**
 * Prints the table of scripts/prove.sh from the proofs' results: `table.ts FILE`. The last line is `N proven, N
 * failed`.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { isShort, type ProofResult } from "./proof.ts";

const file = process.argv[2];
if (file === undefined) throw new Error("usage: table.ts FILE");
const lines = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as ProofResult)
  .toSorted((one, other) => one.promise - other.promise);

const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();
const cell = (text: string): string => text.replaceAll("|", "\\|");
const gigabytes = Math.round(totalmem() / 2 ** 30);
const head = [
  `${isShort ? "Short" : "Full"} run of ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
  `commit ${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain", "--untracked-files=no") === "" ? "" : " with changes"}`,
  `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${gigabytes} GiB, Linux ${release()}`,
];
const rows = lines.map((line) =>
  [`${line.promise} ${line.name}`, line.what, line.tried, line.failed, `${line.seconds} s`, line.notes]
    .map((part) => cell(String(part)))
    .join(" | "),
);
process.stdout.write(
  `${head.join(", ")}.\n\n| promise | what was tried | tried | failed | took | notes |\n|---|---|---:|---:|---:|---|\n`,
);
for (const row of rows) process.stdout.write(`| ${row} |\n`);
const promises = new Set(lines.map((line) => line.promise));
const failed = new Set(lines.filter((line) => line.failed > 0 || line.tried === 0).map((line) => line.promise)).size;
process.stdout.write(`\n${promises.size - failed} proven, ${failed} failed\n`);
if (failed > 0 || lines.length === 0) process.exitCode = 1;
