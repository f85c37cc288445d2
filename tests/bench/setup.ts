/**
 * What the measurements share: a desktop session, the release programs, and the bare window to compare the app with.
 */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BINARIES, processesOf, type App } from "../session/app.ts";
import { until } from "../session/wait.ts";
import { withDesktop, type Desktop, type DesktopOptions } from "../session/desktop.ts";
import { proportionalSetSize, type Environment, type RunningProcess } from "../session/processes.ts";
import { Screen, type Box } from "./screen.ts";
import { text as message } from "../session/texts.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const BARE_WINDOW = join(BINARIES.app, "..", "bare-window");
/** The core's own measurements, an example of its crate. */
export const MEASURE = join(BINARIES.app, "..", "examples", "measure");

/** How much to measure: everything, or just enough to see that the measurement works. */
export interface Effort {
  readonly quick: boolean;
  readonly runs: number;
  /** Payments in a long history at the provider, and in a large cache. */
  readonly payments: number;
  readonly cached: number;
  /** Milliseconds that a program is left alone before its memory is read. */
  readonly rest: number;
  /** Milliseconds to watch an idle app. */
  readonly idle: number;
}

export const FULL: Effort = {
  quick: false,
  runs: 10,
  payments: 100_000,
  cached: 1_000_000,
  rest: 60_000,
  idle: 600_000,
};
export const QUICK: Effort = {
  quick: true,
  runs: 2,
  payments: 2_000,
  cached: 50_000,
  rest: 12_000,
  idle: 20_000,
};

/** Runs `body` in its own session, without WebDriver unless the options ask for it. */
export function withBenchDesktop<T>(
  name: string,
  options: DesktopOptions,
  body: (desktop: Desktop) => Promise<T>,
): Promise<T> {
  return withDesktop(name, { automation: false, ...options }, body);
}

export function homeOf(desktop: Desktop): string {
  return desktop.env["BURSAR_HOME"] ?? "";
}

/** The output of a query on the home's history; empty while the file or table does not exist. */
export async function queryHistory(desktop: Desktop, query: string): Promise<string> {
  const file = join(homeOf(desktop), "history.db");
  return (await desktop.run("sqlite3", ["-readonly", file, query])).stdout.trim();
}

/** Waits until the only account's whole history has been read. */
export async function waitForFullHistory(desktop: Desktop): Promise<void> {
  await until(
    "the whole history is stored",
    async () => (await queryHistory(desktop, "SELECT 1 FROM sync WHERE full_at IS NOT NULL")) === "1",
    { timeout: 1_800_000, interval: 100 },
  );
}

export function screenOf(desktop: Desktop): Screen {
  return new Screen(desktop.display.framebuffer);
}

/** The box's position on the screen, once the window with this title has stopped moving. */
export async function locateOnScreen(desktop: Desktop, title: string, part: Box): Promise<Box> {
  let before = "";
  const output = await until(
    `the window ${title} is in its place`,
    async () => {
      const done = await desktop.run("xwininfo", ["-name", title]);
      const now = done.code === 0 && done.stdout.includes("IsViewable") ? done.stdout : "";
      const unchanged = now !== "" && now === before;
      before = now;
      return unchanged && now;
    },
    { interval: 1_000 },
  );
  const corner = (axis: string): number =>
    Number(new RegExp(`Absolute upper-left ${axis}:\\s+(-?\\d+)`).exec(output)?.[1] ?? NaN);
  return { ...part, x: corner("X") + part.x, y: corner("Y") + part.y };
}

/** Starts the bare window. */
export function startBareWindow(desktop: Desktop): RunningProcess {
  return desktop.processes.start("bare", BARE_WINDOW, { env: desktop.env });
}

/** Starts the app without a window and waits until its tray menu is complete. */
export async function startHidden(desktop: Desktop, app: App, env: Environment = {}): Promise<RunningProcess> {
  const running = app.launch({ args: ["--hidden"], env });
  await (await desktop.tray.icon()).find(message("tray-check-now"));
  return running;
}

/** Proportional memory (PSS) of these processes, in MiB. */
export function proportionalMiB(pids: readonly number[]): number {
  const sizes = pids.map((pid) => {
    const size = proportionalSetSize(pid);
    if (size === undefined) throw new Error(`the memory of process ${pid} cannot be read`);
    return size;
  });
  return sizes.reduce((sum, one) => sum + one, 0) / 1024;
}

/** Waits until no more bytes arrive. */
export async function waitUntilQuiet(bytes: () => number, interval: number): Promise<void> {
  let before = -1;
  await until(
    "no more bytes arrive",
    () => {
      const unchanged = before === bytes();
      before = bytes();
      return unchanged;
    },
    { timeout: 30_000, interval },
  );
}

/** Ends a program and waits until all its processes have ended. */
export async function stop(desktop: Desktop, running: RunningProcess, program: string): Promise<void> {
  await running.stop();
  await until("all its processes have ended", () => processesOf(desktop, program).length === 0);
}

/** Runs a program in the repository's root and returns its output. */
export async function runProgram(program: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, [...args], { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 })).stdout;
}

/** Runs one of the core's measurements, which prints one JSON object a line. */
export async function measureCore(args: readonly string[]): Promise<readonly CoreSeries[]> {
  return (await runProgram(MEASURE, args))
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => JSON.parse(text) as CoreSeries);
}

export interface CoreSeries {
  readonly name: string;
  readonly of: number;
  readonly us?: readonly number[];
  readonly bytes?: number;
  readonly kib?: readonly (readonly number[])[];
}

/** The runs of one of the core's series, in milliseconds. */
export function coreRuns(series: readonly CoreSeries[], name: string): number[] {
  const found = series.find((one) => one.name === name)?.us;
  if (found === undefined) throw new Error(`the core no longer measures ${name}`);
  return found.map((one) => one / 1_000);
}

export function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended.
    return "";
  }
}

/** Writes the sandbox's network file with other addresses into the session. */
export function writeNetworkFile(desktop: Desktop, original: string, change: ReadonlyMap<string, string>): string {
  let text = readFileSync(original, "utf8");
  for (const [from, to] of change) text = text.replaceAll(from, to);
  const path = join(desktop.processes.scratch, "network.toml");
  writeFileSync(path, text);
  return path;
}
