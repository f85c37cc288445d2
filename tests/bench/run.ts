/**
 * Measures the figures of docs/performance.md and writes them there, with the raw numbers in docs/performance.json.
 * `--quick` takes few short runs with little data, only prints the results, and shows that a measurement works.
 */
import { Sandbox } from "../session/sandbox.ts";
import { measureChain } from "./chain.ts";
import { HEAD, line, type Figure } from "./figures.ts";
import { measureHerd } from "./herd.ts";
import { measureHistory } from "./history.ts";
import { measureIdle, type Idle } from "./idle.ts";
import { keep, kept, SHARES, type Share } from "./results.ts";
import { measureList } from "./list.ts";
import { measureMemory } from "./memory.ts";
import { measureByPolling, measureBySocket } from "./notice.ts";
import { measurePackage } from "./package.ts";
import { connect, end, inSession, QUICK, startHidden, WHOLE, wholeHistory } from "./setup.ts";
import { measureStarts } from "./start.ts";
import { measureFirstSync, measureNextSync } from "./sync.ts";
import { App, BINARIES } from "../session/app.ts";
import type { Desktop } from "../session/desktop.ts";

const args = process.argv.slice(2);
const effort = args.includes("--quick") ? QUICK : WHOLE;
const named = args.filter((one) => !one.startsWith("--"));
const unknown = named.find((one) => !SHARES.some((known) => known === one));
if (unknown !== undefined) throw new Error(`no such share: ${unknown}; there are ${SHARES.join(", ")}`);
const wanted = (name: Share): boolean => named.length === 0 || named.includes(name);

const sandbox = await Sandbox.start("bench");
try {
  await onLongHistory();
  await share("next", async () => {
    const users = {
      short: await sandbox.user({ history: effort.payments / 100 }),
      long: await sandbox.user({ history: effort.payments }),
    };
    return measureNextSync((name, work) => inSession(name, {}, work), sandbox, users, effort);
  });
  await share("list", () => measureList((name, work) => inSession(name, { automation: true }, work), sandbox, effort));
  await share("notice", async () => [
    ...(await inSession("notice", {}, (desktop) => measureBySocket(desktop, sandbox, effort))),
    ...(await inSession("notice by polling", {}, (desktop) => measureByPolling(desktop, sandbox, effort))),
  ]);
  await besideAnIdleApp(async () => {
    await share("history", () => measureHistory(effort));
    await share("chain", () => measureChain(effort));
    await share("package", measurePackage);
  });
} finally {
  await sandbox.end();
}
await share("herd", () => measureHerd(kept().idle?.bytes));

/** Measures a share if it is selected. A failure does not stop the other shares. */
async function share(name: Share, work: () => Promise<Figure[] | Idle>): Promise<void> {
  if (!wanted(name)) return;
  const begun = performance.now();
  try {
    const found = await work();
    const { figures, bytes } = Array.isArray(found) ? { figures: found, bytes: undefined } : found;
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    const table = [...HEAD, ...figures.map(line), ...figures.flatMap((one) => one.note ?? [])];
    process.stdout.write(`${name}, ${seconds} s\n${table.join("\n")}\n\n`);
    if (!effort.quick) keep(name, figures, bytes);
  } catch (error) {
    process.stderr.write(`${name} could not be measured: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** Shares that need a filled cache, in one session. The first sync fills the cache. */
async function onLongHistory(): Promise<void> {
  if (!wanted("sync") && !wanted("start") && !wanted("memory")) return;
  await inSession("long history", {}, async (desktop) => {
    const user = await sandbox.user({ history: effort.payments });
    await connect(desktop, user, sandbox.networkFile);
    await share("sync", () => measureFirstSync(desktop, sandbox, user, effort));
    await filled(desktop);
    await share("start", () => measureStarts(desktop, effort));
    await share("memory", () => measureMemory(desktop, effort));
  });
}

async function filled(desktop: Desktop): Promise<void> {
  const running = await startHidden(desktop, new App(desktop));
  await wholeHistory(desktop);
  await end(desktop, running, BINARIES.app);
}

/** Watches an idle app for several minutes and measures meanwhile what needs no desktop and does not disturb it. */
async function besideAnIdleApp(others: () => Promise<void>): Promise<void> {
  const idle = share("idle", async () => {
    // So few payments that none is under review: the app would poll such a payment in every cycle.
    const user = await sandbox.user({ history: 10 });
    let watched: Idle | undefined;
    await inSession("idle", {}, async (desktop) => {
      watched = await measureIdle(desktop, sandbox, user, effort);
    });
    if (watched === undefined) throw new Error("the idle app was not measured");
    return watched;
  });
  await others();
  await idle;
}
