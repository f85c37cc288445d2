/**
 * Measures what docs/performance.md tells and writes it there, with the raw numbers beside it. `--quick`: few and short
 * runs with little data, printed and not written: to see that a measurement works, not what it says.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { cli } from "../session/app.ts";
import type { Desktop } from "../session/desktop.ts";
import { Sandbox, type User } from "../session/sandbox.ts";
import { connectByCli } from "../journeys/steps.ts";
import { HEAD, line, type Figure } from "./figures.ts";
import { measureHerd } from "./herd.ts";
import { measureHistory } from "./history.ts";
import { measureIdle } from "./idle.ts";
import { measureMemory } from "./memory.ts";
import { measureNotice } from "./notice.ts";
import { measurePackage } from "./package.ts";
import { inSession, QUICK, WHOLE } from "./place.ts";
import type { Box } from "./screen.ts";
import { measureStarts } from "./start.ts";
import { measureSync } from "./sync.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TABLE = `${ROOT}docs/performance.md`;
const NUMBERS = `${ROOT}docs/performance.json`;
const BEGIN = "<!-- measured: written by scripts/bench.sh -->";
const END = "<!-- end of what was measured -->";

/** The balance as the overview draws it at 1200 × 800, its window in the middle of the tests' screen. */
const BALANCE: Box = { x: 330, y: 150, width: 300, height: 70 };

const WITHOUT_DESKTOP = new Set(["history", "herd", "package"]);

const args = process.argv.slice(2);
const effort = args.includes("--quick") ? QUICK : WHOLE;
const wanted = args.filter((one) => !one.startsWith("--"));

const figures = await measure();
const table = [...HEAD, ...figures.map(line)].join("\n");
process.stdout.write(`${table}\n`);
if (!effort.quick && wanted.length === 0) write(table);

/** All of it, or only the shares that are named. */
async function measure(): Promise<Figure[]> {
  const found: Figure[] = [];
  const share: Share = async (name, work) => {
    if (wanted.length > 0 && !wanted.includes(name)) return;
    process.stderr.write(`measuring: ${name}\n`);
    try {
      found.push(...(await work()));
    } catch (error) {
      process.stderr.write(`${name} could not be measured: ${String(error)}\n`);
      process.exitCode = 1;
    }
  };
  if (wanted.length === 0 || wanted.some((one) => !WITHOUT_DESKTOP.has(one))) await onDesktop(share);
  await share("history", () => measureHistory(effort));
  await share("herd", measureHerd);
  await share("package", measurePackage);
  return found;
}

type Share = (name: string, work: () => Figure[] | Promise<Figure[]>) => Promise<void>;

async function onDesktop(share: Share): Promise<void> {
  const sandbox = await Sandbox.start("bench");
  try {
    await inSession("with much history", {}, async (desktop) => {
      const user = await sandbox.user({ history: effort.payments });
      await share("sync", () => measureSync(desktop, sandbox, user, effort));
      if (!(await isConnected(desktop))) await filled(desktop, sandbox, user);
      await share("start", () => measureStarts(desktop, effort, BALANCE));
      await share("memory", () => measureMemory(desktop, effort));
      await share("idle", () => measureIdle(desktop, sandbox, effort));
    });
    await inSession("notices", {}, async (desktop) => {
      const user = await sandbox.user();
      await connectByCli(desktop, sandbox, user);
      await share("notice", () => measureNotice(desktop, sandbox, user, effort));
    });
  } finally {
    await sandbox.end();
  }
}

async function isConnected(desktop: Desktop): Promise<boolean> {
  return (await cli(desktop, ["history", "--json"])).stdout !== "";
}

/** Reads the whole history once, without measuring. */
async function filled(desktop: Desktop, sandbox: Sandbox, user: User): Promise<void> {
  await measureSync(desktop, sandbox, user, effort);
}

function write(measured: string): void {
  const git = (...what: string[]): string => execFileSync("git", what, { cwd: ROOT, encoding: "utf8" }).trim();
  const commit = git("rev-parse", "--short", "HEAD");
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}, ${gib} GiB, Linux ${release()}`;
  const date = new Date().toISOString().slice(0, 10);
  const notes = figures.flatMap((figure) => (figure.note === undefined ? [] : [`- ${figure.name}: ${figure.note}`]));
  const text = readFileSync(TABLE, "utf8");
  const [before = ""] = text.split(BEGIN);
  const [, after = ""] = text.split(END);
  const middle = [BEGIN, "", `${date}, commit ${commit}, ${machine}.`, "", measured, "", ...notes, "", END].join("\n");
  writeFileSync(TABLE, `${before}${middle}${after}`);
  writeFileSync(NUMBERS, `${JSON.stringify({ date, commit, machine, figures }, null, 2)}\n`);
}
