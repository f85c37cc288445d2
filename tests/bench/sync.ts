/**
 * The first sync of a long history, compared with downloading the same pages; and the next sync with ten new payments.
 */
import { rmSync } from "node:fs";
import { App, BINARIES } from "../session/app.ts";
import { connectAccount } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import type { Sandbox, User } from "../session/sandbox.ts";
import { startCountingNetwork } from "./counting_network.ts";
import { series, type Figure } from "./figures.ts";
import {
  stop,
  homeOf,
  queryHistory,
  measureCore,
  coreRuns,
  startHidden,
  waitForFullHistory,
  type Effort,
  waitUntilQuiet,
} from "./setup.ts";
import { text } from "../session/texts.ts";

/** New payments for the next sync. */
const NEW_PAYMENTS = 10;

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
    const raw = await measureCore(["pages", sandbox.ready.fluence.api, user.key]);
    runs.raw.push(...coreRuns(raw, "download, parse, insert"));
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${homeOf(desktop)}/history.db${suffix}`, { force: true });
    const start = performance.now();
    const running = app.launch({ args: ["--hidden"] });
    await waitForFullHistory(desktop);
    runs.app.push(performance.now() - start);
    const stored = Number(await queryHistory(desktop, "SELECT count(*) FROM payment"));
    if (stored < effort.payments) throw new Error(`only ${stored} of ${effort.payments} payments were stored`);
    await stop(desktop, running, BINARIES.app);
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
  inSession: <T>(name: string, work: (desktop: Desktop) => Promise<T>) => Promise<T>,
  sandbox: Sandbox,
  users: { readonly short: User; readonly long: User },
  effort: Effort,
): Promise<Figure[]> {
  const short = await inSession("next sync, short", (desktop) => nextSyncs(desktop, sandbox, users.short, effort));
  const long = await inSession("next sync, long", (desktop) => nextSyncs(desktop, sandbox, users.long, effort));
  const name = `next sync with ${NEW_PAYMENTS} new payments behind ${effort.payments.toLocaleString("en")}`;
  const note = `Baseline: the same with ${effort.payments / 100} earlier payments.`;
  return [
    {
      name: `${name}, until they are kept`,
      unit: "ms",
      beside: series(short.times),
      bursar: series(long.times),
      goal: { of: "ratio", most: 1.25 },
      note: `From "Check all accounts" in the tray, including the sandbox's own time. ${note}`,
    },
    {
      name: `${name}, bytes`,
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
  const network = await startCountingNetwork(desktop, sandbox);
  await connectAccount(desktop, user, { network: network.networkFile });
  const app = new App(desktop);
  const running = await startHidden(desktop, app);
  await waitForFullHistory(desktop);
  const icon = await desktop.tray.icon();
  // Counts only the newest payments: counting a long history would take longer than the sync.
  const countSince = async (moment: number): Promise<number> =>
    Number(await queryHistory(desktop, `SELECT count(*) FROM payment WHERE line >= ${moment} * (1 << 20)`));
  const [times, bytes] = [[] as number[], [] as number[]];
  for (let run = 0; run < effort.runs; run += 1) {
    const moment = Date.now();
    await createFailedPayments(user);
    await waitUntilQuiet(() => network.api.bytes, 500);
    network.reset();
    const start = performance.now();
    await icon.click(text("tray-check-now"));
    await until("the new payments are stored", async () => (await countSince(moment)) === NEW_PAYMENTS, {
      timeout: 30_000,
      interval: 5,
    });
    times.push(performance.now() - start);
    await waitUntilQuiet(() => network.api.bytes, 500);
    bytes.push(network.api.bytes / 1_000);
  }
  await stop(desktop, running, BINARIES.app);
  network.close();
  return { times, bytes };
}

/** Creates payments that fail at once, so that nothing stays open. */
async function createFailedPayments(user: User): Promise<void> {
  for (let count = 0; count < NEW_PAYMENTS; count += 1) {
    const { id } = await user.createTopUp(1_000);
    await user.sandbox.setStatus(id, "failed");
  }
}
