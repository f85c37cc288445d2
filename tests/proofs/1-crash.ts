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
import { Rounds, type Fate, type Left } from "./crash_rounds.ts";
import { SeededRandom, Disk, failPoint, type Kill } from "./fault_injection.ts";
import { isShort, prove, times, type Tally } from "./proof.ts";
import { Semaphore, Home } from "./cli_home.ts";

/** Top-ups of one user that are killed, before a last one without a kill. Each may wait for a minute. */
const ROUNDS = times(5, 2);
/** Programs that run at the same time. */
const AT_ONCE = 4;
const APPS_AT_ONCE = 3;
const each = times(24, 1);

const dice = new SeededRandom(1);

await prove(
  {
    promise: 1,
    name: "Crash",
    what: "kill -9 of the terminal's process; each user ends like the twin that was never killed",
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
        const gate = new Semaphore(APPS_AT_ONCE);
        const kills = Array.from({ length: each }, () => APP_KILLS).flat();
        const tried = kills.map((kill, number) =>
          tally.try(kill.place, () => gate.through(() => killApp(desktop, sandbox, kill, number))),
        );
        await Promise.all(tried);
        tally.note(`${each} at each of ${APP_KILLS.length} places`);
      });
    } finally {
      await sandbox.end();
    }
  },
);

async function killAll(tally: Tally, sandbox: Sandbox, processes: Processes): Promise<void> {
  const disk = new Disk(processes);
  const shuffled = dice.shuffled(allFates(disk));
  // Deals out the plans that wait a minute first, so that no user gets more of them than others.
  const fates = [...shuffled.filter(isSlow), ...shuffled.filter((fate) => !isSlow(fate))];
  const connects = dice.shuffled(migrations());
  const gate = new Semaphore(AT_ONCE);
  const users = Math.max(Math.ceil(fates.length / ROUNDS), connects.length);
  const twin = await live(sandbox, processes, gate, "twin", { fates: Array.from({ length: ROUNDS }, () => ({})) });
  const kills = new Map<string, number>();
  let killed = 0;
  await Promise.all(
    Array.from({ length: users }, async (_, number) => {
      const own: Fate[] = fates.filter((_fate, place) => place % users === number);
      while (own.length < ROUNDS) own.push({});
      const connect = connects[number];
      const places = [connect, ...own.flatMap((fate) => [fate.starting, fate.recovering, fate.completing])]
        .filter((kill) => kill !== undefined)
        .map((kill) => kill.place);
      const name = `user ${number} (${places.join(", ")})`;
      await tally.try(name, async () => {
        const done = await live(sandbox, processes, gate, `u${number}`, { fates: own, connect, like: twin.left });
        killed += done.kills;
        for (const place of places) kills.set(place, (kills.get(place) ?? 0) + 1);
      });
    }),
  );
  if (!isShort) {
    const few = [...kills].filter(([, count]) => count < 20);
    if (killed < 900 || few.length > 0) tally.fail("too few kills", JSON.stringify({ killed, few }));
  }
  // Counts kills, not users: a failed user's kills are not known to have been survived.
  tally.add(killed - tally.tried + tally.failed, 0);
  const fewest = [...kills].toSorted(([, few], [, more]) => few - more)[0];
  const recovery = [...kills]
    .filter(([place]) => place.startsWith("recovery"))
    .reduce((sum, [, count]) => sum + count, 0);
  tally.note(
    `${users} users, ${killed} kills at ${kills.size} places, ${recovery} in recovery, fewest ${fewest?.[1] ?? 0} (${fewest?.[0] ?? "none"})`,
  );
  for (const [place, count] of kills) process.stderr.write(`${place}: ${count}\n`);
}

async function live(
  sandbox: Sandbox,
  processes: Processes,
  gate: Semaphore,
  name: string,
  fate: { readonly fates: readonly Fate[]; readonly connect?: Kill | undefined; readonly like?: Left },
): Promise<{ readonly left: Left; readonly kills: number }> {
  const user = await sandbox.user();
  const home = new Home(processes, name, user);
  const rounds = new Rounds(home, gate);
  await rounds.connect(fate.connect);
  for (const one of fate.fates) await rounds.topUp(one);
  const left = await rounds.end(fate.like);
  home.remove();
  return { left, kills: rounds.kills };
}

/** Whether the request never leaves, which takes two polls, a minute apart, to find out. */
function isSlow({ starting }: Fate): boolean {
  return starting !== undefined && /^(commit|copy|intent|log|request)/.test(starting.place);
}

function allFates(disk: Disk): Fate[] {
  const fates: Fate[] = [];
  const starting = [
    ...["intent", "request", "answer", "browser", "commit", "copy"].flatMap((step) => [
      `${step}.before`,
      `${step}.after`,
    ]),
    "answer.received",
  ];
  for (let count = 0; count < each; count += 1) {
    for (const place of starting) fates.push({ starting: failPoint(place) });
    const torn = { name: "bursar.db-wal", call: "write", does: "torn", at: 1 + dice.below(10) } as const;
    fates.push({ starting: disk.kill("log.torn", torn) });
    fates.push({ starting: disk.kill("copy.torn", { ...torn, name: "bursar.db.bak.tmp" }) });
    const move = { name: "bursar.db", call: "write", at: 1 + dice.below(10) } as const;
    fates.push({ longLog: "starting", starting: disk.kill("checkpoint.write", move) });
    fates.push({ longLog: "completing", completing: disk.kill("checkpoint.torn", { ...move, does: "torn" }) });
    fates.push({
      longLog: "starting",
      starting: disk.kill("checkpoint.flush", { name: "bursar.db", call: "flush", at: 1 }),
    });
    for (const place of [
      "look.before",
      "look.after",
      "notice.before",
      "notice.after",
      "commit.before",
      "commit.after",
    ]) {
      fates.push({ completing: failPoint(place) });
    }
    const before = failPoint(dice.pick(starting));
    for (const place of ["opened", "history", "account", "going"]) {
      fates.push({ starting: before, recovering: failPoint(`recovery.${place}`) });
    }
    const worst = failPoint(dice.pick(["request.after", "answer.received", "answer.before", "answer.after"]));
    fates.push({ starting: worst, damaged: true, recovering: failPoint("recovery.aside") });
    fates.push({ starting: worst, damaged: true, recovering: failPoint("recovery.restoring") });
    fates.push({ starting: worst, recovering: disk.kill("recovery.disk", { at: 1 + dice.below(25) }) });
  }
  return fates;
}

function migrations(): Kill[] {
  const kills: Kill[] = [];
  for (let count = 0; count < Math.max(1, Math.ceil(each / 2)); count += 1) {
    for (const place of ["before", "within", "after"]) {
      for (const nth of [1, 2]) kills.push(failPoint(`migration.${place}`, nth));
    }
  }
  return kills;
}
