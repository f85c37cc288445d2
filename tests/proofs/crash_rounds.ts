/**
 * One user's top-ups, each killed on its way. In the end the user must have the same state as one whose top-ups were
 * never killed.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, copyFileSync, openSync, writeSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { normalizeAmount } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import { INTEGRITY_CHECK } from "../session/database.ts";
import type { SandboxTopUp } from "../session/sandbox.ts";
import { assertKilled, type Kill } from "./fault_injection.ts";
import type { Semaphore, Home } from "./cli_home.ts";

/** Where one top-up is killed; without any of these, it is not. */
export interface Fate {
  /** While it starts. */
  readonly starting?: Kill;
  /** During the recovery after that. */
  readonly recovering?: Kill;
  /** Damages `bursar.db` before the recovery, so that the copy replaces it. */
  readonly damaged?: boolean;
  /** After payment, while the app notices the completion. */
  readonly completing?: Kill;
  /** Makes the write-ahead log so long that the next commit checkpoints it. */
  readonly longLog?: "starting" | "completing";
}

/** The final state after all rounds, without ids and other values that differ each time. */
export interface Left {
  readonly provider: readonly string[];
  readonly kept: readonly string[];
  readonly notices: readonly string[];
  readonly told: readonly string[];
}

const LIVE = new Set(["open", "confirming"]);
/** Milliseconds for several polls, most of it spent queueing behind other users' processes. */
const IN_LINE = 150_000;

export class Rounds {
  readonly home: Home;
  readonly #gate: Semaphore;
  #round = 0;
  #kills = 0;

  constructor(home: Home, gate: Semaphore) {
    this.home = home;
    this.#gate = gate;
  }

  /** The number of kills so far. */
  get kills(): number {
    return this.#kills;
  }

  /** Connects the account; with `kill`, the first attempt is killed. */
  async connect(kill?: Kill): Promise<void> {
    if (kill !== undefined) {
      this.#killed(await this.#run(() => this.home.connect({ env: kill.env(this.home) })), kill);
    }
    const done = await this.#run(() => this.home.connect());
    assert.equal(done.code, 0, done.stderr);
  }

  /** Runs one top-up through its kills until it is completed. */
  async topUp(fate: Fate = {}): Promise<void> {
    this.#round += 1;
    const amount = `${10 + this.#round}.5`;
    if (fate.longLog === "starting") await makeLongLog(this.home);
    await this.#start(amount, fate.starting);
    if (fate.damaged === true) damage(this.home);
    if (fate.recovering !== undefined) await this.#look(fate.recovering);
    const open = await this.#open(amount);
    await this.home.user.sandbox.pay(open.id);
    await until("the top-up is credited", async () => (await this.#truth(amount))[0]?.status === "completed", {
      timeout: 60_000,
      interval: 100,
    });
    if (fate.longLog === "completing") await makeLongLog(this.home);
    if (fate.completing !== undefined) await this.#killedWhileLooking(fate.completing);
    await until(
      `${amount} is completed in the app`,
      async () => {
        await this.#look();
        const phases = (await this.#rows(amount)).map((row) => row.phase);
        if (phases.includes("completed")) return true;
        throw new Error(
          `it is ${phases.join(", ")} in the app, ${(await this.#truth(amount))[0]?.status} at the provider`,
        );
      },
      { timeout: IN_LINE },
    );
  }

  /**
   * Completes one more top-up without a kill, while the app finds all credits on the chain, and returns the final
   * state.
   */
  async end(like: Left | undefined): Promise<Left> {
    this.#round += 1;
    const amount = `${10 + this.#round}.5`;
    const waiting = this.#run(() => this.home.bursar(["top-up", amount, "--wait"]));
    const open = await until("the last top-up is open", async () => (await this.#truth(amount))[0], {
      timeout: 60_000,
    });
    await this.home.user.sandbox.pay(open.id);
    const done = await waiting;
    assert.equal(done.code, 0, `the last one: ${done.stdout}${done.stderr}`);
    let left = await this.#left();
    if (like !== undefined) {
      await until(
        "the state equals the twin's",
        async () => {
          await this.#look();
          left = await this.#left();
          assert.deepEqual(left, like);
          return true;
        },
        { timeout: IN_LINE, interval: 500 },
      );
    }
    await this.#onlyOnce();
    return left;
  }

  async #start(amount: string, kill: Kill | undefined): Promise<void> {
    const env = kill?.env(this.home) ?? {};
    const run = await this.#run(() => this.home.bursar(["top-up", amount], { env }));
    if (kill === undefined) assert.equal(run.code, 0, `${run.stdout}${run.stderr}`);
    else this.#killed(run, kill);
  }

  async #look(kill?: Kill): Promise<void> {
    const run = await this.#run(() => this.home.look({ env: kill?.env(this.home) ?? {} }));
    if (kill !== undefined) this.#killed(run, kill);
    else assert.match(run.stderr, /\[amount_too_small\]/);
  }

  /** Kills the poll that notices the completion. The first poll may end before that, as soon as nothing is open. */
  async #killedWhileLooking(kill: Kill): Promise<void> {
    let run = await this.#run(() => this.home.look({ env: kill.env(this.home) }));
    for (let more = 0; more < 5 && run.signal === null; more += 1) {
      assert.match(run.stderr, /\[amount_too_small\]/);
      run = await this.#run(() => this.home.look({ env: kill.env(this.home) }));
    }
    this.#killed(run, kill);
  }

  /**
   * Waits until the fate of the request is known. If it was never sent, the provider must have nothing, and the user
   * tries again.
   */
  async #open(amount: string): Promise<SandboxTopUp> {
    await until(
      `the fate of ${amount} is known`,
      async () => {
        await this.#look();
        const rows = await this.#rows(amount);
        const last = rows.at(-1);
        if (last !== undefined && LIVE.has(last.phase)) return true;
        if (last === undefined || last.phase === "not_started") {
          assert.deepEqual(await this.#truth(amount), [], "not started in the app, but the provider has one");
          await this.#start(amount, undefined);
          return true;
        }
        // The provider has no such top-up; the second poll counts only a minute after the first.
        const wait = last.absent_since === null ? 0 : last.absent_since + 60_100 - Date.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        return false;
      },
      { timeout: IN_LINE, interval: 250 },
    );
    const all = await this.#truth(amount);
    assert.equal(all.length, 1, `the provider has ${all.length} top-ups of ${amount}`);
    return all[0] as SandboxTopUp;
  }

  async #onlyOnce(): Promise<void> {
    const truth = await this.home.user.serverState();
    const { opened } = this.home;
    assert.equal(new Set(opened).size, opened.length, "a payment page was opened twice");
    const known = new Set(truth.top_ups.map((one) => one.session_url));
    for (const address of opened) assert.ok(known.has(address), `the browser was sent to ${address}`);
    for (const file of ["bursar.db", "history.db"] as const) {
      const [row] = await this.home.rows<{ integrity_check: string }>(file, INTEGRITY_CHECK);
      assert.equal(row?.integrity_check, "ok", file);
    }
  }

  async #left(): Promise<Left> {
    const truth = await this.home.user.serverState();
    const ids = new Set(truth.top_ups.map((one) => one.id));
    const kept = (await this.home.topUps()).filter((row) => row.phase !== "not_started");
    const notices = await this.home.notices();
    const told = (await this.#run(() => this.home.history())).filter((line) => line.status !== "not_started");
    // The last run may end with the provider's status, before the chain has been read.
    const last = `${10 + this.#round}.5`;
    const proof = (amount: string, verified: boolean): string => (amount === last ? "" : String(verified));
    const whose = (id: string | null): string => (id !== null && ids.has(id) ? "its own" : `not its own: ${id}`);
    return {
      provider: truth.top_ups.map((one) => `${normalizeAmount(one.amount)} ${one.status}`).toSorted(),
      kept: kept
        .map(
          (row) =>
            `${row.amount} ${row.phase} ${whose(row.remote)} ${proof(normalizeAmount(row.amount), row.verified !== null)}`,
        )
        .toSorted(),
      notices: notices.map((row) => `${row.kind} ${row.amount ?? ""} ${whose(row.subject)}`).toSorted(),
      told: told
        .map((line) => {
          const of = line.kind === "credit" ? "" : whose(line.id);
          const amount = normalizeAmount(line.amount.amount);
          return `${line.kind} ${amount} ${line.status} ${proof(amount, line.verified)} ${of}`;
        })
        .toSorted(),
    };
  }

  #rows(amount: string): Promise<readonly { phase: string; absent_since: number | null }[]> {
    return this.home.topUps().then((rows) => rows.filter((row) => normalizeAmount(row.amount) === amount));
  }

  async #truth(amount: string): Promise<readonly SandboxTopUp[]> {
    return (await this.home.user.serverState()).top_ups.filter((one) => normalizeAmount(one.amount) === amount);
  }

  #killed(run: Awaited<ReturnType<Home["bursar"]>>, kill: Kill): void {
    assertKilled(run, kill);
    this.#kills += 1;
  }

  #run<T>(run: () => Promise<T>): Promise<T> {
    return this.#gate.through(run);
  }
}

/** Overwrites the start of `bursar.db` and of its log, like a disk that lost blocks. */
function damage(home: Home): void {
  for (const name of ["bursar.db", "bursar.db-wal"]) {
    const file = openSync(join(home.folder, name), "r+");
    writeSync(file, Buffer.alloc(512, 0xa5), 0, 512, 0);
    closeSync(file);
  }
}

/**
 * Makes the log so long that SQLite checkpoints it at the next commit. The files are copied while sqlite3 still runs,
 * so that it cannot checkpoint them itself.
 */
async function makeLongLog(home: Home): Promise<void> {
  const database = join(home.folder, "bursar.db");
  const child = spawn("sqlite3", [database], { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  // Rewrites indexes, at least eleven pages each time: only the app can write records, because it computes their
  // digests.
  child.stdin.write(
    `PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF;\n${"REINDEX;\n".repeat(100)}SELECT 'written';\n`,
  );
  await until("the write-ahead log is long", () => said.includes("written"), { interval: 10 });
  const copies = ["", "-wal"].map((side) => ({ from: database + side, to: `${database}${side}.long` }));
  for (const { from, to } of copies) copyFileSync(from, to);
  child.kill("SIGKILL");
  await once(child, "close");
  for (const { from, to } of copies) copyFileSync(to, from);
}
