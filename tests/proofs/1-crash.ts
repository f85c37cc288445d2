/**
 * Promise 1: a crash at any point starts no second top-up and loses none. Real processes are killed at every durable
 * step of a top-up and during recovery. Then the user continues, and must end with the same state as a twin who was
 * never killed.
 */
import { join } from "node:path";
import { ARTEFACTS } from "../session/artefacts.ts";
import { withDesktop } from "../session/desktop.ts";
import { Processes } from "../session/processes.ts";
import { Sandbox } from "../session/sandbox.ts";
import { APP_KILLS, killApp } from "./crash_app.ts";
import { CrashRounds, type KillPlan, type Outcome } from "./crash_rounds.ts";
import { failPoint, FaultyDisk, type Kill } from "./fault_injection.ts";
import { SeededRandom } from "./seeded_random.ts";
import { Semaphore } from "./semaphore.ts";
import { isShort, prove, times, type Tally } from "./proof.ts";
import { CliHome } from "./cli_home.ts";

/** Top-ups of one user that are killed, before a last one without a kill. Each may wait for a minute. */
const ROUNDS_PER_USER = times(5, 2);
/** Programs that run at the same time. */
const CONCURRENT_CLIS = 4;
const CONCURRENT_APPS = 3;
const repetitions = times(24, 1);

const random = new SeededRandom(1);

await prove(
  {
    promise: 1,
    name: "Crash",
    what: "kill -9 of the CLI; each user ends like a twin that was never killed",
  },
  async (tally) => {
    const sandbox = await Sandbox.start("proofs/crash");
    const processes = new Processes(join(ARTEFACTS, "proofs", "crash"));
    try {
      // Delays the answer to a start, so that a kill can hit while the request is in flight.
      await sandbox.fault({ target: "console", method: "POST", path: "/v2/top-ups", kind: "delay", ms: 300 });
      await killAll(tally, sandbox, processes);
    } finally {
      await sandbox.end();
      await processes.end();
    }
  },
);

await prove(
  { promise: 1, name: "Crash", what: "kill -9 of the desktop app around pop-up and browser; at most one pop-up" },
  async (tally) => {
    const sandbox = await Sandbox.start("proofs/crash");
    try {
      await withDesktop("crash", {}, async (desktop) => {
        // Hundreds of real browsers would take hours.
        desktop.browser.recordUrlsOnly();
        const semaphore = new Semaphore(CONCURRENT_APPS);
        const kills = Array.from({ length: repetitions }, () => APP_KILLS).flat();
        const tried = kills.map((kill, number) =>
          tally.try(kill.point, () => semaphore.run(() => killApp(desktop, sandbox, kill, number))),
        );
        await Promise.all(tried);
        tally.note(`${repetitions} at each of ${APP_KILLS.length} places`);
      });
    } finally {
      await sandbox.end();
    }
  },
);

async function killAll(tally: Tally, sandbox: Sandbox, processes: Processes): Promise<void> {
  const disk = new FaultyDisk(processes);
  const shuffled = random.shuffled(allKillPlans(disk));
  // Deals out the plans that wait a minute first, so that no user gets more of them than others.
  const ordered = [...shuffled.filter(takesTwoPolls), ...shuffled.filter((plan) => !takesTwoPolls(plan))];
  const connects = random.shuffled(migrationKills());
  const semaphore = new Semaphore(CONCURRENT_CLIS);
  const users = Math.max(Math.ceil(ordered.length / ROUNDS_PER_USER), connects.length);
  const twin = await runUser(sandbox, processes, semaphore, "twin", {
    plans: Array.from({ length: ROUNDS_PER_USER }, () => ({})),
  });
  const kills = new Map<string, number>();
  let killed = 0;
  await Promise.all(
    Array.from({ length: users }, async (_, number) => {
      const plans: KillPlan[] = ordered.filter((_plan, index) => index % users === number);
      while (plans.length < ROUNDS_PER_USER) plans.push({});
      const connect = connects[number];
      const points = [connect, ...plans.flatMap((plan) => [plan.starting, plan.recovering, plan.completing])]
        .filter((kill) => kill !== undefined)
        .map((kill) => kill.point);
      const name = `user ${number} (${points.join(", ")})`;
      await tally.try(name, async () => {
        const done = await runUser(sandbox, processes, semaphore, `u${number}`, {
          plans,
          connect,
          expected: twin.outcome,
        });
        killed += done.kills;
        for (const point of points) kills.set(point, (kills.get(point) ?? 0) + 1);
      });
    }),
  );
  if (!isShort) {
    const rare = [...kills].filter(([, count]) => count < 20);
    if (killed < 900 || rare.length > 0) tally.fail("too few kills", JSON.stringify({ killed, few: rare }));
  }
  // Counts kills, not users: a failed user's kills are not known to have been survived.
  tally.add(killed - tally.tried + tally.failed, 0);
  const fewest = [...kills].toSorted(([, few], [, more]) => few - more)[0];
  const recovery = [...kills]
    .filter(([point]) => point.startsWith("recovery"))
    .reduce((sum, [, count]) => sum + count, 0);
  tally.note(
    `${users} users, ${killed} kills at ${kills.size} places, ${recovery} in recovery, fewest ${fewest?.[1] ?? 0} (${fewest?.[0] ?? "none"})`,
  );
  for (const [point, count] of kills) process.stderr.write(`${point}: ${count}\n`);
}

async function runUser(
  sandbox: Sandbox,
  processes: Processes,
  semaphore: Semaphore,
  name: string,
  options: { readonly plans: readonly KillPlan[]; readonly connect?: Kill | undefined; readonly expected?: Outcome },
): Promise<{ readonly outcome: Outcome; readonly kills: number }> {
  const user = await sandbox.user();
  const home = new CliHome(processes, name, user);
  const rounds = new CrashRounds(home, semaphore);
  await rounds.connect(options.connect);
  for (const plan of options.plans) await rounds.topUp(plan);
  const outcome = await rounds.end(options.expected);
  home.remove();
  return { outcome, kills: rounds.kills };
}

/** Whether the request never leaves, which takes two polls, a minute apart, to find out. */
function takesTwoPolls({ starting }: KillPlan): boolean {
  return starting !== undefined && /^(commit|copy|intent|log|request)/.test(starting.point);
}

function allKillPlans(disk: FaultyDisk): KillPlan[] {
  const plans: KillPlan[] = [];
  const starting = [
    ...["intent", "request", "answer", "browser", "commit", "copy"].flatMap((step) => [
      `${step}.before`,
      `${step}.after`,
    ]),
    "answer.received",
  ];
  for (let count = 0; count < repetitions; count += 1) {
    for (const point of starting) plans.push({ starting: failPoint(point) });
    const torn = { name: "bursar.db-wal", call: "write", effect: "torn", at: 1 + random.below(10) } as const;
    plans.push({ starting: disk.kill("log.torn", torn) });
    plans.push({ starting: disk.kill("copy.torn", { ...torn, name: "bursar.db.bak.tmp" }) });
    const move = { name: "bursar.db", call: "write", at: 1 + random.below(10) } as const;
    plans.push({ longLog: "starting", starting: disk.kill("checkpoint.write", move) });
    plans.push({ longLog: "completing", completing: disk.kill("checkpoint.torn", { ...move, effect: "torn" }) });
    plans.push({
      longLog: "starting",
      starting: disk.kill("checkpoint.flush", { name: "bursar.db", call: "flush", at: 1 }),
    });
    for (const point of [
      "look.before",
      "look.after",
      "notice.before",
      "notice.after",
      "commit.before",
      "commit.after",
    ]) {
      plans.push({ completing: failPoint(point) });
    }
    const before = failPoint(random.pick(starting));
    for (const point of ["opened", "history", "account", "going"]) {
      plans.push({ starting: before, recovering: failPoint(`recovery.${point}`) });
    }
    const worst = failPoint(random.pick(["request.after", "answer.received", "answer.before", "answer.after"]));
    plans.push({ starting: worst, damaged: true, recovering: failPoint("recovery.aside") });
    plans.push({ starting: worst, damaged: true, recovering: failPoint("recovery.restoring") });
    plans.push({ starting: worst, recovering: disk.kill("recovery.disk", { at: 1 + random.below(25) }) });
  }
  return plans;
}

function migrationKills(): Kill[] {
  const kills: Kill[] = [];
  for (let count = 0; count < Math.max(1, Math.ceil(repetitions / 2)); count += 1) {
    for (const point of ["before", "within", "after"]) {
      for (const nth of [1, 2]) kills.push(failPoint(`migration.${point}`, nth));
    }
  }
  return kills;
}
