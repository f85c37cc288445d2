/** What the app costs in the tray with nothing open: processor time, wake-ups, requests and their bytes. */
import { readdirSync } from "node:fs";
import { App, BINARIES } from "../session/app.ts";
import type { Desktop } from "../session/desktop.ts";
import type { Sandbox } from "../session/sandbox.ts";
import { series, type Figure } from "./figures.ts";
import { end, read, type Effort } from "./place.ts";
import { setTimeout as pause } from "node:timers/promises";

/** What happens within so many milliseconds of each other is one wake-up. */
const ONE_WAKE_UP = 100;
/** The kernel's clock ticks a second, as /proc tells processor time. */
const TICKS = 100;

export async function measureIdle(desktop: Desktop, sandbox: Sandbox, effort: Effort): Promise<Figure[]> {
  const app = new App(desktop);
  const running = app.launch({ args: ["--hidden"] });
  await (await desktop.tray.icon()).find("Check now");
  await pause(effort.rest);
  await sandbox.control("DELETE", "/requests");
  const begun = performance.now();
  const used = ticks(running.pid);
  let switches = voluntarySwitches(running.pid);
  const first = switches;
  let wakeUps = 0;
  let quiet = true;
  while (performance.now() - begun < effort.idle) {
    await pause(ONE_WAKE_UP);
    const now = voluntarySwitches(running.pid);
    if (now !== switches && quiet) wakeUps += 1;
    quiet = now === switches;
    switches = now;
  }
  const minutes = (performance.now() - begun) / 60_000;
  const seconds = (ticks(running.pid) - used) / TICKS;
  const asked = await sandbox.requests();
  const api = asked.filter((one) => one.target === "console").length;
  // The sandbox counts each call of a batch; each of our requests to an RPC asks for the chain's id once.
  const rpc = asked.filter((one) => one.path === "eth_chainId").length;
  await end(desktop, running, BINARIES.app);
  return [
    {
      name: `processor time in the tray over ${minutes.toFixed(0)} minutes`,
      unit: "% of one core",
      beside: undefined,
      bursar: series([(100 * seconds) / (minutes * 60)]),
      goal: { of: "value", most: 0.1 },
    },
    {
      name: "wake-ups a minute in the tray",
      unit: "",
      beside: undefined,
      bursar: series([wakeUps / minutes]),
      goal: { of: "value", most: 4 },
      note: `Counted are times at which any thread of the process ran after 100 ms of rest; the kernel switched to it ${((switches - first) / minutes).toFixed(1)} times a minute.`,
    },
    {
      name: "requests an hour in the tray, nothing open",
      unit: "",
      beside: undefined,
      bursar: series([((api + rpc) * 60) / minutes]),
      goal: { of: "value", most: 12 },
      note: `In ${minutes.toFixed(0)} minutes: ${api} to the API, ${rpc} to an RPC. A short time says little of an hour: a cycle takes 10 to 12 minutes.`,
    },
  ];
}

function ticks(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function voluntarySwitches(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) =>
      Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(read(`/proc/${pid}/task/${task}/status`))?.[1] ?? 0),
    )
    .reduce((sum, one) => sum + one, 0);
}
