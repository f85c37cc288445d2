/**
 * The first sync of a long history, compared with downloading the same pages; and the next sync with ten new payments.
 */
import { rmSync } from "node:fs";
import { App, BINARIES } from "../session/app.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import type { Sandbox, User } from "../session/sandbox.ts";
import { countedNetwork } from "./counting_network.ts";
import { series, type Figure } from "./figures.ts";
import { connect, end, home, inHistory, measured, runsOf, startHidden, wholeHistory, type Effort } from "./setup.ts";

/** New payments for the next sync. */
const NEW = 10;

/**
 * Syncs the whole history into an empty cache, again and again, in turn with the raw download. The cache stays filled.
 */
export async function measureFirstSync(
  desktop: Desktop,
  sandbox: Sandbox,
  user: User,
  effort: Effort,
): Promise<Figure[]> {
  const app = new App(desktop);
  const runs = { raw: [] as number[], app: [] as number[] };
  for (let run = 0; run < effort.runs; run += 1) {
    const raw = await measured(["pages", sandbox.ready.fluence.api, user.key]);
    runs.raw.push(...runsOf(raw, "download, parse, insert"));
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${home(desktop)}/history.db${suffix}`, { force: true });
    const begun = performance.now();
    const running = app.launch({ args: ["--hidden"] });
    await wholeHistory(desktop);
    runs.app.push(performance.now() - begun);
    const kept = Number(await inHistory(desktop, "SELECT count(*) FROM payment"));
    if (kept < effort.payments) throw new Error(`only ${kept} of ${effort.payments} payments were stored`);
    await end(desktop, running, BINARIES.app);
  }
  return [
    {
      name: `first sync of ${effort.payments.toLocaleString("en")} payments`,
      unit: "ms",
      beside: series(runs.raw),
      bursar: series(runs.app),
      goal: { of: "ratio", most: 2 },
      note: "From the start of the process. Baseline: the same pages of both calls, fetched one after the other, parsed, and inserted in one transaction. At most twice as long means at least half as fast.",
    },
  ];
}

/** Measures the next sync, with a short and with a long history. */
export async function measureNextSync(
  inTheirSession: <T>(name: string, work: (desktop: Desktop) => Promise<T>) => Promise<T>,
  sandbox: Sandbox,
  users: { readonly short: User; readonly long: User },
  effort: Effort,
): Promise<Figure[]> {
  const short = await inTheirSession("next sync, short", (desktop) => nextSyncs(desktop, sandbox, users.short, effort));
  const long = await inTheirSession("next sync, long", (desktop) => nextSyncs(desktop, sandbox, users.long, effort));
  const told = `next sync with ${NEW} new payments behind ${effort.payments.toLocaleString("en")}`;
  const note = `Baseline: the same with ${effort.payments / 100} earlier payments.`;
  return [
    {
      name: `${told}, until they are kept`,
      unit: "ms",
      beside: series(short.times),
      bursar: series(long.times),
      goal: { of: "ratio", most: 1.25 },
      note: `From "Check now" in the tray, including the sandbox's own time. ${note}`,
    },
    {
      name: `${told}, bytes`,
      unit: "kB",
      beside: series(short.bytes),
      bursar: series(long.bytes),
      goal: { of: "ratio", most: 1.05 },
      note: `HTTP in both directions, including the balance that is read at the same time. ${note}`,
    },
  ];
}

async function nextSyncs(
  desktop: Desktop,
  sandbox: Sandbox,
  user: User,
  effort: Effort,
): Promise<{ times: number[]; bytes: number[] }> {
  const counted = await countedNetwork(desktop, sandbox);
  await connect(desktop, user, counted.network);
  const app = new App(desktop);
  const running = await startHidden(desktop, app);
  await wholeHistory(desktop);
  const icon = await desktop.tray.icon();
  // Counts only the newest payments: counting a long history would take longer than the sync.
  const countSince = async (moment: number): Promise<number> =>
    Number(await inHistory(desktop, `SELECT count(*) FROM payment WHERE line >= ${moment} * (1 << 20)`));
  const [times, bytes] = [[] as number[], [] as number[]];
  for (let run = 0; run < effort.runs; run += 1) {
    const moment = Date.now();
    await newPayments(user);
    await calm(() => counted.api.bytes);
    counted.forget();
    const begun = performance.now();
    await icon.click("Check now");
    await until("the new payments are stored", async () => (await countSince(moment)) === NEW, { within: 30_000, every: 5 });
    times.push(performance.now() - begun);
    await calm(() => counted.api.bytes);
    bytes.push(counted.api.bytes / 1_000);
  }
  await end(desktop, running, BINARIES.app);
  counted.end();
  return { times, bytes };
}

/** Creates payments that fail at once, so that nothing stays open. */
async function newPayments(user: User): Promise<void> {
  for (let one = 0; one < NEW; one += 1) {
    const address = `${user.sandbox.ready.fluence.api}/v2/top-ups`;
    const answer = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": user.key },
      body: JSON.stringify({ amountCents: 1_000, methodCode: "usdc" }),
    });
    if (!answer.ok) throw new Error(`a new top-up: ${answer.status} ${await answer.text()}`);
    await user.sandbox.setStatus((await user.openTopUp()).id, "failed");
  }
}

/** Waits until no more bytes arrive. */
async function calm(bytes: () => number): Promise<void> {
  let seen = -1;
  await until(
    "no more bytes arrive",
    () => {
      const same = seen === bytes();
      seen = bytes();
      return same;
    },
    { within: 30_000, every: 500 },
  );
}
