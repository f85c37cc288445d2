/** Ends a process at a chosen moment, or makes its disk fail, from inside the program's own calls. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment, Processes } from "../session/processes.ts";
import type { CliResult, Home } from "./cli_home.ts";

/** A moment at which a process is killed. Kills with the same `point` are counted together. */
export interface Kill {
  readonly place: string;
  env(home: Home): Environment;
}

/** A fail point in the program's code: see crates/bursar-core/src/fail_point.rs. */
export function failPoint(place: string, nth = 1): Kill {
  return { place, env: () => ({ BURSAR_FAIL_POINT: `${place}:${nth}` }) };
}

export type DiskCall = "write" | "flush" | "cut" | "move" | "make" | "remove";

/** The settings of faulty_disk.c, which documents them. */
export interface DiskFault {
  readonly does: "kill" | "torn" | "full" | "gone" | "broken" | "locked" | "count";
  readonly at?: number;
  readonly name?: string;
  readonly call?: DiskCall;
  /** A file that gets one line for every call. */
  readonly count?: string;
}

/** The library between a program and its disk, compiled once. */
export class Disk {
  readonly #library: string;

  constructor(processes: Processes) {
    this.#library = join(processes.scratch, "disk.so");
    if (existsSync(this.#library)) return;
    const source = fileURLToPath(new URL("faulty_disk.c", import.meta.url));
    execFileSync("cc", ["-O2", "-shared", "-fPIC", "-o", this.#library, source, "-ldl"]);
  }

  env(home: Home, fault: DiskFault): Environment {
    return {
      LD_PRELOAD: this.#library,
      BURSAR_DISK_UNDER: home.folder,
      BURSAR_DISK_DO: fault.does,
      BURSAR_DISK_AT: String(fault.at ?? 0),
      ...(fault.name === undefined ? {} : { BURSAR_DISK_NAME: fault.name }),
      ...(fault.call === undefined ? {} : { BURSAR_DISK_CALL: fault.call }),
      ...(fault.count === undefined ? {} : { BURSAR_DISK_COUNT: fault.count }),
    };
  }

  /** A kill at a call on one of the home's files. */
  kill(place: string, fault: Omit<DiskFault, "does"> & { readonly does?: "kill" | "torn" }): Kill {
    return { place, env: (home) => this.env(home, { does: "kill", ...fault }) };
  }
}

/** Throws unless the process was killed at its point, rather than by a timeout. */
export function assertKilled(run: CliResult, kill: Kill): void {
  if (run.signal === "SIGKILL" && !run.late) return;
  const end = run.late ? "it timed out" : `it ended with ${run.code ?? run.signal}`;
  throw new Error(`not killed at ${kill.place}: ${end}; it said: ${run.stdout}${run.stderr}`);
}

/** The same sequence of numbers in every run, so that failures can be reproduced. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, but not including, `end`. */
  below(end: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * end);
  }

  pick<T>(from: readonly T[]): T {
    const one = from[this.below(from.length)];
    if (one === undefined) throw new Error("the list is empty");
    return one;
  }

  shuffled<T>(of: readonly T[]): T[] {
    const keyed = of.map((one) => ({ one, key: this.below(2 ** 31) }));
    return keyed.toSorted((a, b) => a.key - b.key).map(({ one }) => one);
  }
}
