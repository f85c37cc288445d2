/**
 * Measures the figures of docs/performance.md and writes them there, with the raw numbers in docs/performance.json.
 * `--quick` takes few short runs with little data, only prints the results, and shows that a measurement works.
 */
import { Sandbox } from "../session/sandbox.ts";
import { measureChain } from "./chain.ts";
import { TABLE_HEAD, tableRow, type Figure } from "./figures.ts";
import { measureHerd } from "./herd.ts";
import { measureHistory } from "./history.ts";
import { measureIdle, type IdleResult } from "./idle.ts";
import { saveResults, loadResults, SHARES, type Share } from "./results.ts";
import { measureList } from "./list.ts";
import { measureMemory } from "./memory.ts";
import { measureByPolling, measureBySocket } from "./notice.ts";
import { measurePackage } from "./package.ts";
import { stop, withBenchDesktop, QUICK, startHidden, FULL, waitForFullHistory } from "./setup.ts";
import { measureStarts } from "./start.ts";
import { measureFirstSync, measureNextSync } from "./sync.ts";
import { App, BINARIES } from "../session/app.ts";
import { connectAccount } from "../session/cli.ts";
import type { Desktop } from "../session/desktop.ts";

const args = process.argv.slice(2);
const effort = args.includes("--quick") ? QUICK : FULL;
const named = args.filter((one) => !one.startsWith("--"));
const unknown = named.find((one) => !SHARES.some((known) => known === one));
if (unknown !== undefined) throw new Error(`no such share: ${unknown}; there are ${SHARES.join(", ")}`);
const isSelected = (name: Share): boolean => named.length === 0 || named.includes(name);

const sandbox = await Sandbox.start("bench");
try {
  await onLongHistory();
  await share("next", async () => {
    const users = {
      short: await sandbox.user({ history: effort.payments / 100 }),
      long: await sandbox.user({ history: effort.payments }),
    };
    return measureNextSync((name, work) => withBenchDesktop(name, {}, work), sandbox, users, effort);
  });
  await share("list", () =>
    measureList((name, work) => withBenchDesktop(name, { automation: true }, work), sandbox, effort),
  );
  await share("notice", async () => [
    ...(await withBenchDesktop("notice", {}, (desktop) => measureBySocket(desktop, sandbox, effort))),
    ...(await withBenchDesktop("notice by polling", {}, (desktop) => measureByPolling(desktop, sandbox, effort))),
  ]);
  await besideAnIdleApp(async () => {
    await share("history", () => measureHistory(effort));
    await share("chain", () => measureChain(effort));
    await share("package", measurePackage);
  });
} finally {
  await sandbox.end();
}
await share("herd", () => measureHerd(loadResults().idle?.bytes));

/** Measures a share if it is selected. A failure does not stop the other shares. */
async function share(name: Share, work: () => Promise<Figure[] | IdleResult>): Promise<void> {
  if (!isSelected(name)) return;
  const start = performance.now();
  try {
    const found = await work();
    const { figures, bytes } = Array.isArray(found) ? { figures: found, bytes: undefined } : found;
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const table = [...TABLE_HEAD, ...figures.map(tableRow), ...figures.flatMap((one) => one.note ?? [])];
    process.stdout.write(`${name}, ${seconds} s\n${table.join("\n")}\n\n`);
    if (!effort.quick) saveResults(name, figures, bytes);
  } catch (error) {
    process.stderr.write(`${name} could not be measured: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** Shares that need a filled cache, in one session. The first sync fills the cache. */
async function onLongHistory(): Promise<void> {
  if (!isSelected("sync") && !isSelected("start") && !isSelected("memory")) return;
  await withBenchDesktop("long history", {}, async (desktop) => {
    const user = await sandbox.user({ history: effort.payments });
    await connectAccount(desktop, user);
    await share("sync", () => measureFirstSync(desktop, sandbox, user, effort));
    await fillCache(desktop);
    await share("start", () => measureStarts(desktop, effort));
    await share("memory", () => measureMemory(desktop, effort));
  });
}

async function fillCache(desktop: Desktop): Promise<void> {
  const running = await startHidden(desktop, new App(desktop));
  await waitForFullHistory(desktop);
  await stop(desktop, running, BINARIES.app);
}

/** Watches an idle app for several minutes and measures meanwhile what needs no desktop and does not disturb it. */
async function besideAnIdleApp(others: () => Promise<void>): Promise<void> {
  const idle = share("idle", async () => {
    // So few payments that none is under review: the app would poll such a payment in every cycle.
    const user = await sandbox.user({ history: 10 });
    let result: IdleResult | undefined;
    await withBenchDesktop("idle", {}, async (desktop) => {
      result = await measureIdle(desktop, sandbox, user, effort);
    });
    if (result === undefined) throw new Error("the idle app was not measured");
    return result;
  });
  await others();
  await idle;
}
