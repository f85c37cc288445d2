/** Where measurements are made: a desktop session, the release programs, and the bare window beside the app. */
import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { BINARIES } from "../session/app.ts";
import { until } from "../session/deadline.ts";
import { Desktop, type DesktopOptions } from "../session/desktop.ts";
import type { Running } from "../session/processes.ts";
import { Screen } from "./screen.ts";

export const BARE = join(BINARIES.app, "..", "bare-window");

/** How many runs, and for how long: all of it, or just enough to see that the measurement works. */
export interface Effort {
  readonly quick: boolean;
  readonly runs: number;
  readonly payments: number;
  /** Milliseconds that something must have been left alone before it is looked at. */
  readonly rest: number;
  /** Milliseconds of watching an idle app. */
  readonly idle: number;
}

export const WHOLE: Effort = { quick: false, runs: 10, payments: 100_000, rest: 60_000, idle: 600_000 };
export const QUICK: Effort = { quick: true, runs: 3, payments: 2_000, rest: 15_000, idle: 60_000 };

/** Runs `work` in a session of its own, which ends with it. */
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

export function screenOf(desktop: Desktop): Screen {
  return new Screen(desktop.display.framebuffer);
}

/** Starts the bare window. */
export function startBare(desktop: Desktop): Running {
  return desktop.processes.start("bare", BARE, { env: desktop.env });
}

/** The app's processes of the session, with their web processes, whoever is whose parent by now. */
export function appProcesses(desktop: Desktop, program: string): number[] {
  const own = (pid: number): boolean => {
    const name = link(`/proc/${pid}/exe`);
    return name === program || /\/WebKit(Web|Network|GPU)Process$/.test(name);
  };
  return desktop.processes.members().filter(own);
}

/** Proportional size of all of them, in MiB. */
export function proportionalSize(pids: readonly number[]): number {
  const sizes = pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
  return sizes.reduce((sum, one) => sum + one, 0) / 1024;
}

/** Ends a program and waits until nothing of it is left. */
export async function end(desktop: Desktop, running: Running, program: string): Promise<void> {
  await running.stop();
  await until("nothing of it is left", () => appProcesses(desktop, program).length === 0);
}

export function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended while we looked.
    return "";
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
