/**
 * What all proofs share: a proof tries one thing many times, counts the failures, and prints one line of JSON, from
 * which scripts/prove.sh makes its table. A proof that tried nothing fails. See README.md in this folder.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One row of the table. */
export interface ProofResult {
  /** The promise's number in the table, 1 to 11. */
  readonly promise: number;
  readonly name: string;
  /** What was tried, in a few words. */
  readonly what: string;
  readonly tried: number;
  readonly failed: number;
  readonly seconds: number;
  /** Further figures, e.g. "53 of them in recovery". */
  readonly notes: string;
}

/** Whether this is the short run (`scripts/prove.sh --short`): any run without `BURSAR_PROOFS=full`. */
export const isShort = process.env["BURSAR_PROOFS"] !== "full";

/** The number of repetitions: all that the promise asks for in the full run, a sample in the short one. */
export function times(full: number, short: number): number {
  return isShort ? short : full;
}

/** How many failures are printed in full on standard error. */
const MAX_PRINTED_FAILURES = 20;

export class Tally {
  #tried = 0;
  #failed = 0;
  readonly #notes: string[] = [];

  get tried(): number {
    return this.#tried;
  }

  get failed(): number {
    return this.#failed;
  }

  get notes(): string {
    return this.#notes.join("; ");
  }

  /** Counts one attempt, as a failure if it throws. Returns whether it succeeded. */
  async try(what: string, attempt: () => void | Promise<void>): Promise<boolean> {
    try {
      await attempt();
      this.#tried += 1;
      return true;
    } catch (error) {
      this.#tried += 1;
      this.fail(what, error);
      return false;
    }
  }

  /** Adds attempts that were counted elsewhere, e.g. by a Rust test. */
  add(tried: number, failed: number): void {
    this.#tried += tried;
    this.#failed += failed;
  }

  /** Adds a failure of an attempt that was counted already, or of the whole proof. */
  fail(what: string, error: unknown): void {
    this.#failed += 1;
    if (this.#failed > MAX_PRINTED_FAILURES) return;
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`FAILED ${what}: ${why}\n`);
  }

  note(text: string): void {
    this.#notes.push(text);
  }
}

/**
 * Runs one proof and prints its result. An error outside `tally.try`, such as a sandbox that does not start, fails the
 * whole proof. The exit status agrees with the result.
 */
export async function prove(
  about: { readonly promise: number; readonly name: string; readonly what: string },
  body: (tally: Tally) => Promise<void>,
): Promise<void> {
  const tally = new Tally();
  const began = performance.now();
  try {
    await body(tally);
  } catch (error) {
    tally.fail(`${about.name} as a whole`, error);
  }
  if (tally.tried === 0) tally.fail(about.name, "nothing was tried");
  const result: ProofResult = {
    ...about,
    tried: tally.tried,
    failed: tally.failed,
    seconds: Math.round((performance.now() - began) / 1000),
    notes: tally.notes,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (result.failed > 0) process.exitCode = 1;
}

/**
 * Runs the part of a proof that is a Rust test, which prints `proof: {"tried": 3, "failed": 0, "notes": "…"}` on its
 * own line. A test that fails without reporting a failure counts as one failure, and so does a test without such a
 * line.
 */
export async function cargoTest(
  tally: Tally,
  test: { readonly name: string; readonly filter?: string; readonly env?: NodeJS.ProcessEnv },
): Promise<void> {
  const { filter } = test;
  // Uses the whole workspace's features, so that cargo reuses what `cargo test --workspace` has compiled.
  const args = ["test", "--quiet", "--locked", "--workspace", "--test", test.name, "--", "--nocapture"];
  if (filter !== undefined) args.push("--exact", filter);
  const child = spawn("cargo", args, {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { ...process.env, ...test.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close") as Promise<[number | null]>;
  const before = tally.failed;
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    // libtest prints its dots before it.
    const json = /proof: (\{.*\})$/.exec(line)?.[1];
    if (json === undefined) {
      process.stderr.write(`${line}\n`);
      continue;
    }
    const { tried, failed, notes } = JSON.parse(json) as { tried: number; failed: number; notes?: string };
    lines += 1;
    tally.add(tried, failed);
    if (notes) tally.note(notes);
  }
  const [code] = await ended;
  if (lines === 0) tally.fail(test.name, `no line of a proof (exit status ${code})`);
  else if (code !== 0 && tally.failed === before) tally.fail(test.name, `exit status ${code}`);
}
