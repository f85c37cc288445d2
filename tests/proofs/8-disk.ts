/**
 * Promise 8: a full, read-only or damaged disk loses no intent, starts no second top-up, and never blocks a start. The
 * faults occur inside the program's own system calls (faulty_disk.c), or in its files while it does not run.
 */
import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { normalizeAmount } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import { DATABASE_FILES, INTEGRITY_CHECK, type DatabaseFile } from "../session/database.ts";
import { ARTEFACTS } from "../session/artefacts.ts";
import { Processes } from "../session/processes.ts";
import { Sandbox, type User } from "../session/sandbox.ts";
import { damageOneFile } from "./disk_damage.ts";
import { assertKilled, failPoint, FaultyDisk, type DiskFault } from "./fault_injection.ts";
import { SeededRandom } from "./seeded_random.ts";
import { Semaphore } from "./semaphore.ts";
import { prove, times, type Tally } from "./proof.ts";
import { CliHome, type CliResult } from "./cli_home.ts";

const CONCURRENT_HOMES = 4;
/** The longest that a start may take, in seconds, whatever the state of the files. */
const START_TIMEOUT_S = 3;
/** How long a user waits for a top-up on a full disk, in milliseconds. */
const TOP_UP_TIMEOUT_MS = 4_000;

const random = new SeededRandom(8);
const sandbox = await Sandbox.start("proofs/disk");
const processes = new Processes(join(ARTEFACTS, "proofs", "disk"));
const disk = new FaultyDisk(processes);
const semaphore = new Semaphore(CONCURRENT_HOMES);
let homes = 0;
let slowest = 0;

try {
  await prove(
    {
      promise: 8,
      name: "Disk",
      what: "full, without space once, or broken, at each write of a first start and of a top-up",
    },
    failingDisk,
  );
  await prove(
    { promise: 8, name: "Disk", what: "killed at each write of the first start, migrations among them" },
    killedStart,
  );
  await prove(
    {
      promise: 8,
      name: "Disk",
      what: "files cut, flipped, zeroed, garbled, emptied or removed while a request is in flight",
    },
    damagedFiles,
  );
  await prove({ promise: 8, name: "Disk", what: "read-only home, newer files, both copies gone" }, otherStates);
} finally {
  await sandbox.end();
  await processes.end();
}

async function newHome(): Promise<CliHome> {
  const user = await sandbox.user();
  homes += 1;
  return new CliHome(processes, `h${homes}`, user);
}

async function connected(): Promise<CliHome> {
  const home = await newHome();
  const done = await home.connect();
  assert.equal(done.code, 0, done.stderr);
  return home;
}

/** The disk calls that a run makes in the home, one line each. */
async function countCalls(
  home: CliHome,
  run: (env: Readonly<Record<string, string>>) => Promise<CliResult>,
): Promise<string[]> {
  const count = join(home.folder, "..", "calls");
  await run(disk.env(home, { effect: "count", count }));
  return readFileSync(count, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

/** Numbers of the calls to fail: all in the full run, otherwise a sample spread over them. */
function spread(calls: number, sample: number, max = Infinity): number[] {
  const wanted = Math.min(times(calls, sample), calls, max);
  return Array.from({ length: wanted }, (_, index) => 1 + Math.floor((index * calls) / wanted));
}

async function failingDisk(tally: Tally): Promise<void> {
  const first = await newHome();
  const connecting = (await countCalls(first, (env) => first.connect({ env }))).length;
  const topUp = (await countCalls(first, (env) => first.bursar(["top-up", "12.5"], { env }))).length;
  const effects = ["full", "gone", "broken"] as const;
  const all: Promise<unknown>[] = [];
  for (const effect of effects) {
    // A disk that stays full is tried from every call on; other faults at some of the calls.
    const max = effect === "full" ? Infinity : 60;
    for (const at of spread(Math.min(connecting, 400), 4, max))
      all.push(tryFault(tally, { effect, at }, failsToConnect));
    for (const at of spread(Math.min(topUp, 400), 5, max)) all.push(tryFault(tally, { effect, at }, failsToTopUp));
  }
  await Promise.all(all);
  tally.note(`${connecting} calls to the disk in a first start, ${topUp} in a top-up`);
}

async function tryFault(tally: Tally, fault: DiskFault, attempt: (fault: DiskFault) => Promise<void>): Promise<void> {
  await semaphore.run(() => tally.try(`${attempt.name}, ${fault.effect} at ${fault.at}`, () => attempt(fault)));
}

/** However the first start on a faulty disk ends, the next one on a sound disk works. */
async function failsToConnect(fault: DiskFault): Promise<void> {
  const home = await newHome();
  const faulted = await home.connect({ env: disk.env(home, fault) });
  assertReportsCause(faulted);
  const accounts = await home
    .queryDatabase<{ label: string }>("bursar.db", "SELECT label FROM account")
    .catch(() => []);
  if (faulted.code === 0) assert.equal(accounts.length, 1, "reported success without an account");
  const again = await home.connect();
  if (again.code !== 0) assert.match(again.stderr, /\[already_exists\]/);
  assert.equal((await home.pollProvider()).code, 1);
  await assertIntact(home);
  home.remove();
}

/** No request without a stored intent, no lost intent, and the top-up continues once there is space again. */
async function failsToTopUp(fault: DiskFault): Promise<void> {
  const home = await connected();
  const faulted = await home.bursar(["top-up", "12.5"], { env: disk.env(home, fault), timeout: TOP_UP_TIMEOUT_MS });
  assertReportsCause(faulted);
  const requests = await requestCount(home.user);
  const intents = await home.topUps();
  assert.ok(requests <= 1, `${requests} requests`);
  assert.ok(intents.length >= requests, "a request without a durable intent");
  if (requests === 0) {
    // No request was sent, so a stored intent comes to nothing.
    assert.equal((await home.user.serverState()).top_up_count, 0);
  } else {
    await assertBoundOnce(home);
  }
  await assertIntact(home);
  home.remove();
}

async function killedStart(tally: Tally): Promise<void> {
  const first = await newHome();
  const calls = (await countCalls(first, (env) => first.connect({ env }))).length;
  await Promise.all(
    spread(calls - 12, 12).map((at) =>
      semaphore.run(() =>
        tally.try(`killed at call ${at}`, async () => {
          const home = await newHome();
          const kill = disk.kill("start", { at, effect: at % 2 === 0 ? "torn" : "kill" });
          const run = await home.connect({ env: kill.env(home) });
          // Only writes can be torn; other calls succeed then.
          if (at % 2 === 1) assertKilled(run, kill);
          const again = await home.connect();
          if (again.code !== 0) assert.match(again.stderr, /\[already_exists\]/);
          await assertStartsInTime(() => home.bursar(["account", "remove", "Nobody"]));
          await assertIntact(home);
          home.remove();
        }),
      ),
    ),
  );
}

/**
 * Damages copies of a home that was killed while its request was in flight, once with all data in the write-ahead log
 * and once with all data in the database. Each copy must find that top-up and request no other.
 */
async function damagedFiles(tally: Tally): Promise<void> {
  const origins = [await homeWithPendingRequest(false), await homeWithPendingRequest(true)];
  const found = { aside: 0, restored: 0 };
  await Promise.all(
    Array.from({ length: times(500, 40) }, (_, number) =>
      semaphore.run(async () => {
        const origin = origins[number % 2];
        if (origin === undefined) return;
        homes += 1;
        const home = new CliHome(processes, `h${homes}`, origin.user);
        cpSync(origin.folder, home.folder, { recursive: true });
        const { description } = damageOneFile(home.folder, random);
        await tally.try(description, async () => {
          const damaged = `${home.folder}.damaged`;
          cpSync(home.folder, damaged, { recursive: true });
          await assertStartsInTime(
            () => home.bursar(["account", "remove", "Nobody"]),
            () => {
              rmSync(home.folder, { recursive: true });
              cpSync(damaged, home.folder, { recursive: true });
            },
          );
          const aside = readdirSync(home.folder).filter((name) => name.includes(".damaged-"));
          if (aside.length > 0) found.aside += 1;
          for (const name of aside) assert.match(name, /\.damaged-\d{4}-\d\d-\d\dT\d{6}Z/);
          if (aside.some((name) => name.startsWith("bursar.db.damaged"))) found.restored += 1;
          await assertBoundOnce(home);
          await assertIntact(home);
        });
        home.remove();
      }),
    ),
  );
  for (const { user } of origins)
    assert.equal((await user.serverState()).top_up_count, 1, "a second top-up was started");
  tally.note(
    `set aside ${found.aside} times, ${found.restored} of them restored from the copy; slowest start ${slowest.toFixed(1)} s`,
  );
}

async function homeWithPendingRequest(checkpointed: boolean): Promise<CliHome> {
  const home = await connected();
  const kill = failPoint("answer.received");
  assertKilled(await home.bursar(["top-up", "12.5"], { env: kill.env(home) }), kill);
  await home.user.openTopUp();
  if (checkpointed) {
    await home.write("bursar.db", "PRAGMA wal_checkpoint(TRUNCATE)");
    await home.write("history.db", "PRAGMA wal_checkpoint(TRUNCATE)");
  }
  return home;
}

async function otherStates(tally: Tally): Promise<void> {
  await tally.try("a read-only home is reported and can be read", readOnlyHome);
  for (const file of DATABASE_FILES) await tally.try(`a newer ${file}`, () => newerDatabase(file));
  for (let count = 0; count < times(20, 2); count += 1) await tally.try("both copies gone", bothCopiesGone);
}

async function readOnlyHome(): Promise<void> {
  const home = await connected();
  // Reads the history first: an empty one would make `history` exit with an error.
  const read = await home.bursar(["sync"]);
  assert.equal(read.code, 0, read.stderr);
  const env = disk.env(home, { effect: "locked" });
  const refused = await assertStartsInTime(() => home.bursar(["top-up", "12.5"], { env }));
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /\[storage_failed\]/);
  assert.equal(await requestCount(home.user), 0);
  const history = await home.bursar(["history", "--json"], { env });
  assert.equal(history.code, 0, history.stderr);
  const status = await home.bursar(["status", "--json"], { env });
  assert.equal(status.code, 0, status.stderr);
}

async function newerDatabase(file: DatabaseFile): Promise<void> {
  const home = await connected();
  await home.write(file, "PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)");
  const before = readFileSync(join(home.folder, file));
  const refused = await assertStartsInTime(() => home.bursar(["top-up", "12.5"]));
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /\[storage_newer\]/);
  assert.deepEqual(readFileSync(join(home.folder, file)), before, "the file was changed");
  assert.equal(await requestCount(home.user), 0);
}

/** Without both copies the app knows nothing, so it creates nothing before it has read the provider's open payments. */
async function bothCopiesGone(): Promise<void> {
  const home = await connected();
  const started = await home.bursar(["top-up", "12.5", "--no-open"]);
  assert.equal(started.code, 0, started.stderr);
  for (const file of ["bursar.db", "bursar.db-wal", "bursar.db.bak"]) {
    writeFileSync(join(home.folder, file), Buffer.alloc(9_000, random.below(256)));
  }
  await assertStartsInTime(() => home.bursar(["account", "remove", "Nobody"]));
  const fault = await sandbox.fault({
    target: "console",
    method: "GET",
    path: "/v2/top-ups*",
    kind: "status",
    status: 503,
  });
  try {
    assert.equal((await home.connect()).code, 0);
    const unread = await home.bursar(["top-up", "13.5", "--no-open"], { timeout: 30_000 });
    assert.equal(unread.code, 1);
    assert.match(unread.stderr, /\[top_up_state\]/);
  } finally {
    await sandbox.control("DELETE", `/faults/${fault}`);
  }
  await until("the app knows the open top-up again", async () => {
    const read = await home.bursar(["top-up", "13.5", "--no-open"], { timeout: 30_000 });
    assert.match(read.stderr, /\[top_up_open\]/);
    return true;
  });
  assert.equal(await requestCount(home.user), 1);
  assert.equal((await home.user.serverState()).top_up_count, 1);
}

/** The intent exists, is bound to the provider's top-up, and there is only one. */
async function assertBoundOnce(home: CliHome): Promise<void> {
  const [provided] = (await home.user.serverState()).top_ups;
  assert.ok(provided !== undefined);
  await until(
    "the top-up is found at the provider",
    async () => {
      const poll = await home.pollProvider();
      assert.match(poll.stderr, /\[amount_too_small\]/);
      const rows = await home.topUps();
      assert.equal(rows.length, 1, JSON.stringify(rows));
      const [stored] = rows;
      return (
        stored?.phase === "open" &&
        stored.remote === provided.id &&
        normalizeAmount(stored.amount) === normalizeAmount(provided.amount)
      );
    },
    { timeout: 20_000, interval: 200 },
  );
}

async function requestCount(user: User): Promise<number> {
  const requests = await sandbox.requests({ target: "console", method: "POST", path: "/v2/top-ups" });
  // The sandbox drops its oldest recorded requests, but its ledger keeps every top-up.
  return Math.max(
    requests.filter((one) => one.user_id === user.data.id).length,
    (await user.serverState()).top_up_count,
  );
}

/** On a failing disk a run succeeds or reports the cause; it never crashes. */
function assertReportsCause(run: CliResult): void {
  if (run.timedOut) return;
  assert.equal(run.signal, null, `it crashed: ${run.stderr}`);
  if (run.code !== 0) assert.match(run.stderr, /\[(storage_failed|top_up_state|internal)\]/, run.stderr);
}

/**
 * Runs a start and checks its time. A slow start may be the machine's fault, so `again` restores the state and the
 * quickest of three runs counts.
 */
async function assertStartsInTime(
  start: () => Promise<CliResult>,
  again: () => void = () => undefined,
): Promise<CliResult> {
  const first = await start();
  let quickest = first.seconds;
  for (let attempt = 2; attempt <= 3 && quickest > START_TIMEOUT_S; attempt += 1) {
    again();
    quickest = Math.min(quickest, (await start()).seconds);
  }
  slowest = Math.max(slowest, quickest);
  assert.ok(!first.timedOut && first.signal === null, `it crashed: ${first.stderr}`);
  assert.ok(quickest <= START_TIMEOUT_S, `it took ${quickest.toFixed(1)} s`);
  return first;
}

async function assertIntact(home: CliHome): Promise<void> {
  for (const file of DATABASE_FILES) {
    const [row] = await home.queryDatabase<{ integrity_check: string }>(file, INTEGRITY_CHECK);
    assert.equal(row?.integrity_check, "ok", file);
  }
}
