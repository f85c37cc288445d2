/** Ends a process at a chosen moment, or makes its disk fail, from inside the program's own calls. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment, Processes } from "../session/processes.ts";
import type { CliResult, CliHome } from "./cli_home.ts";

/** A moment at which a process is killed. Kills with the same `point` are counted together. */
export interface Kill {
  readonly point: string;
  env(home: CliHome): Environment;
}

/** A fail point in the program's code: see crates/bursar-store/src/fail_point.rs. */
export function failPoint(point: string, nth = 1): Kill {
  return { point, env: () => ({ BURSAR_FAIL_POINT: `${point}:${nth}` }) };
}

export type DiskCall = "write" | "flush" | "cut" | "move" | "make" | "remove";

/** The settings of faulty_disk.c, which documents them. */
export interface DiskFault {
  readonly effect: "kill" | "torn" | "full" | "gone" | "broken" | "locked" | "count";
  readonly at?: number;
  readonly name?: string;
  readonly call?: DiskCall;
  /** A file that gets one line for every call. */
  readonly count?: string;
}

/** The library between a program and its disk, compiled once. */
export class FaultyDisk {
  readonly #library: string;

  constructor(processes: Processes) {
    this.#library = join(processes.scratch, "disk.so");
    if (existsSync(this.#library)) return;
    const source = fileURLToPath(new URL("faulty_disk.c", import.meta.url));
    execFileSync("cc", ["-O2", "-shared", "-fPIC", "-o", this.#library, source, "-ldl"]);
  }

  env(home: CliHome, fault: DiskFault): Environment {
    return {
      LD_PRELOAD: this.#library,
      BURSAR_DISK_UNDER: home.folder,
      BURSAR_DISK_DO: fault.effect,
      BURSAR_DISK_AT: String(fault.at ?? 0),
      ...(fault.name === undefined ? {} : { BURSAR_DISK_NAME: fault.name }),
      ...(fault.call === undefined ? {} : { BURSAR_DISK_CALL: fault.call }),
      ...(fault.count === undefined ? {} : { BURSAR_DISK_COUNT: fault.count }),
    };
  }

  /** A kill at a call on one of the home's files. */
  kill(point: string, fault: Omit<DiskFault, "effect"> & { readonly effect?: "kill" | "torn" }): Kill {
    return { point, env: (home) => this.env(home, { effect: "kill", ...fault }) };
  }
}

/** Throws unless the process was killed at its point, rather than by a timeout. */
export function assertKilled(run: CliResult, kill: Kill): void {
  if (run.signal === "SIGKILL" && !run.timedOut) return;
  const end = run.timedOut ? "it timed out" : `it ended with ${run.code ?? run.signal}`;
  throw new Error(`not killed at ${kill.point}: ${end}; it said: ${run.stdout}${run.stderr}`);
}
