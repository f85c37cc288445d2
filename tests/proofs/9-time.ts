/**
 * Promise 9: over any time and with any clock, nothing is lost and nothing grows. A Rust test runs the real engine and
 * databases for a simulated day (crates/bursar-core/tests/simulated_day); here the desktop app opens and closes its window many
 * times.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { App } from "../session/app.ts";
import { until } from "../session/wait.ts";
import { connectAccount } from "../session/cli.ts";
import { withDesktop, type Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { cargoTest, prove, times } from "./proof.ts";
import { text } from "../session/texts.ts";

/** Cycles before the measurement, so that one-time allocations do not count. */
const WARM_UP = 2;
const cycles = times(60, 3);

await prove(
  { promise: 9, name: "Time", what: "24 h of the engine with a fault a minute, 8 h of sleep, clock moved a day" },
  (tally) => cargoTest(tally, { name: "simulated_day" }),
);

await prove(
  {
    promise: 9,
    name: "Time",
    what: "the app's window opened and closed: threads, file handles, memory, web processes",
  },
  async (tally) => {
    const sandbox = await Sandbox.start("proofs/time");
    try {
      await withDesktop("time", { automation: false }, async (desktop) => {
        const user = await sandbox.user();
        await connectAccount(desktop, user);
        const app = new App(desktop);
        app.launch({ args: ["--hidden"] });
        for (let cycle = 0; cycle < WARM_UP; cycle += 1) await openAndClose(desktop, app);
        const before = await usageInTray(app);
        let after = before;
        for (let cycle = 0; cycle < cycles; cycle += 1) {
          await tally.try(`cycle ${cycle}`, async () => {
            await openAndClose(desktop, app);
            after = await usageInTray(app);
            assert.ok(after.files <= before.files + 2, `${after.files} files, first ${before.files}`);
            assert.ok(after.threads <= before.threads + 3, `${after.threads} threads, first ${before.threads}`);
            assert.ok(after.memory <= before.memory + 8 * 1024, `${after.memory} KiB, first ${before.memory} KiB`);
          });
        }
        tally.note(`first ${formatUsage(before)}, last ${formatUsage(after)}`);
      });
    } finally {
      await sandbox.end();
    }
  },
);

async function openAndClose(desktop: Desktop, app: App): Promise<void> {
  const icon = await desktop.tray.icon();
  await icon.click(text("tray-open"));
  await app.waitForWindow();
  await until("the page's process runs", () => app.webProcesses().length > 0);
  await app.closeWindow();
}

interface Usage {
  readonly files: number;
  readonly threads: number;
  /** KiB. */
  readonly memory: number;
}

/** The only process's use of resources in the tray, once WebKit's processes have ended and it is idle. */
async function usageInTray(app: App): Promise<Usage> {
  await until(
    "one process is left, and none of WebKit's",
    () => app.pids().length === 1 && app.webProcesses().length === 0,
    {
      timeout: 30_000,
    },
  );
  let last = "";
  return until(
    "it is at rest",
    () => {
      const [pid] = app.pids();
      const count = (of: string): number => readdirSync(`/proc/${pid}/${of}`).length;
      const size = { files: count("fd"), threads: count("task"), memory: ownMemory(pid) };
      const now = `${size.files} ${size.threads} ${readFileSync(`/proc/${pid}/cmdline`, "utf8")}`;
      const unchanged = now === last;
      last = now;
      return unchanged && size;
    },
    { timeout: 30_000, interval: 500 },
  );
}

/** Anonymous memory in KiB. Unlike PSS, it does not depend on other processes that share pages. */
function ownMemory(pid: number | undefined): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Anonymous:\s+(\d+)/m.exec(rollup)?.[1]);
}

function formatUsage(usage: Usage): string {
  return `${usage.files} files, ${usage.threads} threads, ${Math.round(usage.memory / 1024)} MiB`;
}
