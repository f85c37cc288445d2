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
import { DATABASE_FILES, INTEGRITY_CHECK } from "../session/database.ts";
import type { SandboxTopUp } from "../session/sandbox.ts";
import { assertKilled, type Kill } from "./fault_injection.ts";
import type { CliHome } from "./cli_home.ts";
import type { Semaphore } from "./semaphore.ts";

/** Where one top-up is killed; without any of these, it is not. */
export interface KillPlan {
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
export interface Outcome {
  readonly provider: readonly string[];
  readonly stored: readonly string[];
  readonly notices: readonly string[];
  readonly listed: readonly string[];
}

const OPEN_PHASES = new Set(["open", "confirming"]);
/** Milliseconds for several polls, most of it spent queueing behind other users' processes. */
const QUEUE_TIMEOUT_MS = 150_000;

export class CrashRounds {
  readonly home: CliHome;
  readonly #semaphore: Semaphore;
  #round = 0;
  #kills = 0;

  constructor(home: CliHome, semaphore: Semaphore) {
    this.home = home;
    this.#semaphore = semaphore;
  }

  /** The number of kills so far. */
  get kills(): number {
    return this.#kills;
  }

  /** Connects the account; with `kill`, the first attempt is killed. */
  async connect(kill?: Kill): Promise<void> {
    if (kill !== undefined) {
      this.#assertKilled(await this.#run(() => this.home.connect({ env: kill.env(this.home) })), kill);
    }
    const done = await this.#run(() => this.home.connect());
    assert.equal(done.code, 0, done.stderr);
  }

  /** Runs one top-up through its kills until it is completed. */
  async topUp(plan: KillPlan = {}): Promise<void> {
    this.#round += 1;
    const amount = `${10 + this.#round}.5`;
    if (plan.longLog === "starting") await growWriteAheadLog(this.home);
    await this.#start(amount, plan.starting);
    if (plan.damaged === true) damageDatabase(this.home);
    if (plan.recovering !== undefined) await this.#poll(plan.recovering);
    const open = await this.#waitForOpen(amount);
    await this.home.user.sandbox.pay(open.id);
    await until("the top-up is credited", async () => (await this.#providerTopUps(amount))[0]?.status === "completed", {
      timeout: 60_000,
      interval: 100,
    });
    if (plan.longLog === "completing") await growWriteAheadLog(this.home);
    if (plan.completing !== undefined) await this.#killWhilePolling(plan.completing);
    await until(
      `${amount} is completed in the app`,
      async () => {
        await this.#poll();
        const phases = (await this.#rows(amount)).map((row) => row.phase);
        if (phases.includes("completed")) return true;
        throw new Error(
          `it is ${phases.join(", ")} in the app, ${(await this.#providerTopUps(amount))[0]?.status} at the provider`,
        );
      },
      { timeout: QUEUE_TIMEOUT_MS },
    );
  }

  /**
   * Completes one more top-up without a kill, while the app finds all credits on the chain, and returns the final
   * state.
   */
  async end(expected: Outcome | undefined): Promise<Outcome> {
    this.#round += 1;
    const amount = `${10 + this.#round}.5`;
    const waiting = this.#run(() => this.home.bursar(["top-up", amount, "--wait"]));
    const open = await until("the last top-up is open", async () => (await this.#providerTopUps(amount))[0], {
      timeout: 60_000,
    });
    await this.home.user.sandbox.pay(open.id);
    const done = await waiting;
    assert.equal(done.code, 0, `the last one: ${done.stdout}${done.stderr}`);
    let outcome = await this.#outcome();
    if (expected !== undefined) {
      await until(
        "the state equals the twin's",
        async () => {
          await this.#poll();
          outcome = await this.#outcome();
          assert.deepEqual(outcome, expected);
          return true;
        },
        { timeout: QUEUE_TIMEOUT_MS, interval: 500 },
      );
    }
    await this.#assertNoDuplicates();
    return outcome;
  }

  async #start(amount: string, kill: Kill | undefined): Promise<void> {
    const env = kill?.env(this.home) ?? {};
    const run = await this.#run(() => this.home.bursar(["top-up", amount], { env }));
    if (kill === undefined) assert.equal(run.code, 0, `${run.stdout}${run.stderr}`);
    else this.#assertKilled(run, kill);
  }

  async #poll(kill?: Kill): Promise<void> {
    const run = await this.#run(() => this.home.pollProvider({ env: kill?.env(this.home) ?? {} }));
    if (kill !== undefined) this.#assertKilled(run, kill);
    else assert.match(run.stderr, /\[amount_too_small\]/);
  }

  /** Kills the poll that notices the completion. The first poll may end before that, as soon as nothing is open. */
  async #killWhilePolling(kill: Kill): Promise<void> {
    let run = await this.#run(() => this.home.pollProvider({ env: kill.env(this.home) }));
    for (let more = 0; more < 5 && run.signal === null; more += 1) {
      assert.match(run.stderr, /\[amount_too_small\]/);
      run = await this.#run(() => this.home.pollProvider({ env: kill.env(this.home) }));
    }
    this.#assertKilled(run, kill);
  }

  /**
   * Waits until the fate of the request is known. If it was never sent, the provider must have nothing, and the user
   * tries again.
   */
  async #waitForOpen(amount: string): Promise<SandboxTopUp> {
    await until(
      `the fate of ${amount} is known`,
      async () => {
        await this.#poll();
        const rows = await this.#rows(amount);
        const last = rows.at(-1);
        if (last !== undefined && OPEN_PHASES.has(last.phase)) return true;
        if (last === undefined || last.phase === "not_started") {
          assert.deepEqual(await this.#providerTopUps(amount), [], "not started in the app, but the provider has one");
          await this.#start(amount, undefined);
          return true;
        }
        // The provider has no such top-up; the second poll counts only a minute after the first.
        const wait = last.absent_since === null ? 0 : last.absent_since + 60_100 - Date.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        return false;
      },
      { timeout: QUEUE_TIMEOUT_MS, interval: 250 },
    );
    const all = await this.#providerTopUps(amount);
    assert.equal(all.length, 1, `the provider has ${all.length} top-ups of ${amount}`);
    return all[0] as SandboxTopUp;
  }

  async #assertNoDuplicates(): Promise<void> {
    const server = await this.home.user.serverState();
    const { openedUrls } = this.home;
    assert.equal(new Set(openedUrls).size, openedUrls.length, "a payment page was opened twice");
    const known = new Set(server.top_ups.map((one) => one.session_url));
    for (const address of openedUrls) assert.ok(known.has(address), `the browser was sent to ${address}`);
    for (const file of DATABASE_FILES) {
      const [row] = await this.home.queryDatabase<{ integrity_check: string }>(file, INTEGRITY_CHECK);
      assert.equal(row?.integrity_check, "ok", file);
    }
  }

  async #outcome(): Promise<Outcome> {
    const server = await this.home.user.serverState();
    const ids = new Set(server.top_ups.map((one) => one.id));
    const stored = (await this.home.topUps()).filter((row) => row.phase !== "not_started");
    const notices = await this.home.notices();
    const listed = (await this.#run(() => this.home.history())).filter((line) => line.status !== "not_started");
    // The last run may end with the provider's status, before the chain has been read.
    const last = `${10 + this.#round}.5`;
    const verification = (amount: string, verified: boolean): string => (amount === last ? "" : String(verified));
    const owner = (id: string | null): string => (id !== null && ids.has(id) ? "its own" : `not its own: ${id}`);
    return {
      provider: server.top_ups.map((one) => `${normalizeAmount(one.amount)} ${one.status}`).toSorted(),
      stored: stored
        .map(
          (row) =>
            `${row.amount} ${row.phase} ${owner(row.remote)} ${verification(normalizeAmount(row.amount), row.verified !== null)}`,
        )
        .toSorted(),
      notices: notices.map((row) => `${row.kind} ${row.amount ?? ""} ${owner(row.subject)}`).toSorted(),
      listed: listed
        .map((line) => {
          const of = line.kind === "credit" ? "" : owner(line.id);
          const amount = normalizeAmount(line.amount.amount);
          return `${line.kind} ${amount} ${line.status} ${verification(amount, line.verified)} ${of}`;
        })
        .toSorted(),
    };
  }

  #rows(amount: string): Promise<readonly { phase: string; absent_since: number | null }[]> {
    return this.home.topUps().then((rows) => rows.filter((row) => normalizeAmount(row.amount) === amount));
  }

  async #providerTopUps(amount: string): Promise<readonly SandboxTopUp[]> {
    return (await this.home.user.serverState()).top_ups.filter((one) => normalizeAmount(one.amount) === amount);
  }

  #assertKilled(run: Awaited<ReturnType<CliHome["bursar"]>>, kill: Kill): void {
    assertKilled(run, kill);
    this.#kills += 1;
  }

  #run<T>(run: () => Promise<T>): Promise<T> {
    return this.#semaphore.run(run);
  }
}

/** Overwrites the start of `bursar.db` and of its log, like a disk that lost blocks. */
function damageDatabase(home: CliHome): void {
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
async function growWriteAheadLog(home: CliHome): Promise<void> {
  const database = join(home.folder, "bursar.db");
  const child = spawn("sqlite3", [database], { stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  // Rewrites indexes, at least eleven pages each time: only the app can write records, because it computes their
  // digests.
  child.stdin.write(
    `PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF;\n${"REINDEX;\n".repeat(100)}SELECT 'written';\n`,
  );
  await until("the write-ahead log is long", () => output.includes("written"), { interval: 10 });
  const copies = ["", "-wal"].map((side) => ({ from: database + side, to: `${database}${side}.long` }));
  for (const { from, to } of copies) copyFileSync(from, to);
  child.kill("SIGKILL");
  await once(child, "close");
  for (const { from, to } of copies) copyFileSync(to, from);
}
