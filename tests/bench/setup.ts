/**
 * What the measurements share: a desktop session, the release programs, and the bare window to compare the app with.
 */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BINARIES, cli, processesOf, type App } from "../session/app.ts";
import { until } from "../session/wait.ts";
import { Desktop, type DesktopOptions } from "../session/desktop.ts";
import type { Environment, Running } from "../session/processes.ts";
import type { User } from "../session/sandbox.ts";
import { Screen, type Box } from "./screen.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const BARE = join(BINARIES.app, "..", "bare-window");
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

export const WHOLE: Effort = {
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

/** Runs `body` in its own session. */
export async function inSession<T>(
  name: string,
  options: DesktopOptions,
  work: (desktop: Desktop) => Promise<T>,
): Promise<T> {
  const ends: (() => unknown)[] = [];
  const context = { name, after: (last: () => unknown) => ends.push(last) };
  try {
    return await work(await Desktop.for(context as unknown as TestContext, { automation: false, ...options }));
  } finally {
    for (const one of ends) await one();
  }
}

/** Connects the user's account with this label and network file. */
export async function connect(desktop: Desktop, user: User, network: string, label = "Test"): Promise<void> {
  const done = await cli(
    desktop,
    ["account", "add", "fluence", "--network", network, "--address", user.address, "--label", label],
    { input: `${user.key}\n` },
  );
  if (done.code !== 0) throw new Error(`account add: ${done.stderr}`);
}

export function home(desktop: Desktop): string {
  return desktop.env["BURSAR_HOME"] ?? "";
}

/** The output of a query on the home's history; empty while the file or table does not exist. */
export async function inHistory(desktop: Desktop, query: string): Promise<string> {
  const file = join(home(desktop), "history.db");
  return (await desktop.run("sqlite3", ["-readonly", file, query])).stdout.trim();
}

/** Waits until the only account's whole history has been read. */
export async function wholeHistory(desktop: Desktop): Promise<void> {
  await until(
    "the whole history is stored",
    async () => (await inHistory(desktop, "SELECT 1 FROM sync WHERE full_at IS NOT NULL")) === "1",
    { within: 1_800_000, every: 100 },
  );
}

export function screenOf(desktop: Desktop): Screen {
  return new Screen(desktop.display.framebuffer);
}

/** The box's position on the screen, once the window with this title has stopped moving. */
export async function onScreen(desktop: Desktop, title: string, within: Box): Promise<Box> {
  let before = "";
  const seen = await until(
    `the window ${title} is in its place`,
    async () => {
      const done = await desktop.run("xwininfo", ["-name", title]);
      const now = done.code === 0 && done.stdout.includes("IsViewable") ? done.stdout : "";
      const rests = now !== "" && now === before;
      before = now;
      return rests && now;
    },
    { every: 1_000 },
  );
  const corner = (axis: string): number =>
    Number(new RegExp(`Absolute upper-left ${axis}:\\s+(-?\\d+)`).exec(seen)?.[1] ?? NaN);
  return { ...within, x: corner("X") + within.x, y: corner("Y") + within.y };
}

/** Starts the bare window. */
export function startBare(desktop: Desktop): Running {
  return desktop.processes.start("bare", BARE, { env: desktop.env });
}

/** Starts the app without a window and waits until its tray menu is complete. */
export async function startHidden(desktop: Desktop, app: App, env: Environment = {}): Promise<Running> {
  const running = app.launch({ args: ["--hidden"], env });
  await (await desktop.tray.icon()).find("Check now");
  return running;
}

/** Proportional memory (PSS) of these processes, in MiB. */
export function proportionalSize(pids: readonly number[]): number {
  const sizes = pids.map((pid) => {
    const size = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1];
    if (size === undefined) throw new Error(`the memory of process ${pid} cannot be read`);
    return Number(size);
  });
  return sizes.reduce((sum, one) => sum + one, 0) / 1024;
}

/** Ends a program and waits until all its processes have ended. */
export async function end(desktop: Desktop, running: Running, program: string): Promise<void> {
  await running.stop();
  await until("all its processes have ended", () => processesOf(desktop, program).length === 0);
}

/** Runs a program in the repository's root and returns its output. */
export async function said(program: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, [...args], { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 })).stdout;
}

/** Runs one of the core's measurements, which prints one JSON object a line. */
export async function measured(args: readonly string[]): Promise<readonly Told[]> {
  return (await said(MEASURE, args))
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => JSON.parse(text) as Told);
}

export interface Told {
  readonly name: string;
  readonly of: number;
  readonly us?: readonly number[];
  readonly bytes?: number;
  readonly kib?: readonly (readonly number[])[];
}

/** The runs of one of the core's series, in milliseconds. */
export function runsOf(told: readonly Told[], name: string): number[] {
  const found = told.find((one) => one.name === name)?.us;
  if (found === undefined) throw new Error(`the core no longer measures ${name}`);
  return found.map((one) => one / 1_000);
}

export function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended.
    return "";
  }
}

/** Writes the sandbox's network file with other addresses into the session. */
export function networkFileWith(desktop: Desktop, original: string, change: ReadonlyMap<string, string>): string {
  let text = readFileSync(original, "utf8");
  for (const [from, to] of change) text = text.replaceAll(from, to);
  const path = join(desktop.processes.scratch, "network.toml");
  writeFileSync(path, text);
  return path;
}
