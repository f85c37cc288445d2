/** What the app uses in the tray with nothing open: processor time, wake-ups, requests and bytes. */
import { NameFlag } from "@jellybrick/dbus-next";
import { readdirSync } from "node:fs";
import { App, BINARIES, processesOf } from "../session/app.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import type { Environment } from "../session/processes.ts";
import type { Sandbox, User } from "../session/sandbox.ts";
import type { Counting } from "./counting_proxy.ts";
import { atMost, series, type Figure } from "./figures.ts";
import { connect, end, read, startHidden, wholeHistory, type Effort } from "./setup.ts";
import { countedNetwork, type Counted } from "./counting_network.ts";
import { setTimeout as pause } from "node:timers/promises";

/** Wake-ups closer together than this count as one burst. */
const BURST = 100;
/** Clock ticks a second, the unit of processor time in /proc. */
const TICKS = 100;
/** The most requests in an hour: the chain every 10 minutes, and the balance and the history in turn. */
const LOOKS = 6;
const BALANCES = 3;
const HISTORIES = 3;
const BALANCE = "/v2/users/balances";
const HISTORY = "/v2/top-ups";

/** Bytes of each kind of request when nothing has changed. */
export interface Bytes {
  readonly look: number;
  readonly balance: number;
  readonly history: number;
}

export interface Idle {
  readonly figures: Figure[];
  readonly bytes: Bytes;
}

export async function measureIdle(desktop: Desktop, sandbox: Sandbox, user: User, effort: Effort): Promise<Idle> {
  const counted = await countedNetwork(desktop, sandbox);
  await connect(desktop, user, counted.network);
  const app = new App(desktop);
  const running = await startHidden(desktop, app, await systemBus(desktop));
  await wholeHistory(desktop);
  await pause(effort.rest);
  const watched = await watch(desktop, counted, effort);
  const rounds = await asked(desktop, counted);
  await end(desktop, running, BINARIES.app);
  counted.end();
  const median = (of: (one: Bytes) => number): number => series(rounds.map(of)).value;
  return {
    figures: [...watched, anHour(rounds)],
    bytes: {
      look: median((one) => one.look),
      balance: median((one) => one.balance),
      history: median((one) => one.history),
    },
  };
}

/** A system bus with a name that announces sleep, as every desktop has. The session's own bus serves as one. */
async function systemBus(desktop: Desktop): Promise<Environment> {
  const connection = await desktop.bus.connect();
  await connection.requestName("org.freedesktop.login1", NameFlag.DO_NOT_QUEUE);
  return { DBUS_SYSTEM_BUS_ADDRESS: desktop.bus.address };
}

async function watch(desktop: Desktop, counted: Counted, effort: Effort): Promise<Figure[]> {
  counted.forget();
  const begun = performance.now();
  const pids = processesOf(desktop, BINARIES.app);
  const before = spent(pids);
  let switches = before.switches;
  let bursts = 0;
  let quiet = true;
  while (performance.now() - begun < effort.idle) {
    await pause(BURST);
    const now = spent(pids).switches;
    if (now !== switches && quiet) bursts += 1;
    quiet = now === switches;
    switches = now;
  }
  const after = spent(pids);
  if (processesOf(desktop, BINARIES.app).join() !== pids.join())
    throw new Error("the app's processes have changed");
  const minutes = (performance.now() - begun) / 60_000;
  const seconds = (after.ticks - before.ticks) / TICKS;
  const told = `${minutes.toFixed(0)} minutes`;
  return [
    atMost(0.1, {
      name: `processor time in the tray over ${told}`,
      unit: "% of one core",
      bursar: series([(100 * seconds) / (minutes * 60)]),
    }),
    atMost(4, {
      name: `wake-ups a minute in the tray over ${told}, every thread's counted`,
      unit: "",
      bursar: series([(after.switches - before.switches) / minutes]),
      note: `How often the kernel switched to any thread of the app's processes. The wake-ups came in ${bursts} bursts, ${(bursts / minutes).toFixed(2)} a minute, each after at least 100 ms without any.`,
    }),
    atMost(2, {
      name: `requests in the tray over ${told}, nothing open`,
      unit: "",
      bursar: series([counted.api.requests + counted.rpc.reduce((sum, one) => sum + one.requests, 0)]),
      note: "An hour may have twelve requests; this is ten minutes of one. The share herd simulates whole hours.",
    }),
    atMost(1, {
      name: `bytes of the WebSocket in the tray over ${told}`,
      unit: "kB",
      bursar: series([counted.ws.bytes / 1_000]),
      note: "A sixth of the 6 kB that an hour may have. The subscription is open throughout.",
    }),
  ];
}

/** Measures each kind of request several times while nothing changes. */
async function asked(desktop: Desktop, counted: Counted): Promise<Bytes[]> {
  const icon = await desktop.tray.icon();
  const rounds: Bytes[] = [];
  for (let round = 0; round < 3; round += 1) {
    counted.forget();
    await icon.click("Check now");
    await until("every server has a request", () => counted.api.paths.size >= 2 && askedOf(counted.rpc) >= 1, {
      within: 30_000,
    });
    // Waits for the last answer, and for a request that should not come.
    let seen = -1;
    await until(
      "no more bytes arrive",
      () => {
        const same = seen === counted.bytes;
        seen = counted.bytes;
        return same;
      },
      { within: 30_000, every: 1_000 },
    );
    const paths = [...counted.api.paths.keys()].toSorted().join(" ");
    if (paths !== `${HISTORY} ${BALANCE}` || askedOf(counted.rpc) !== 1)
      throw new Error(`not one request of each kind: ${paths}, ${askedOf(counted.rpc)} to the chain`);
    rounds.push({
      look: counted.rpc.reduce((sum, one) => sum + one.bytes, 0),
      balance: each(counted.api, BALANCE),
      history: each(counted.api, HISTORY),
    });
  }
  return rounds;
}

function each(server: Counting, path: string): number {
  const { requests, bytes } = server.paths.get(path) ?? { requests: 0, bytes: NaN };
  return bytes / requests;
}

function anHour(rounds: readonly Bytes[]): Figure {
  const parts = rounds.map(({ look, balance, history }) => `${look}, ${balance} and ${history}`).join("; ");
  return atMost(6, {
    name: "bytes an hour in the tray, nothing changed",
    unit: "kB",
    bursar: series(
      rounds.map(({ look, balance, history }) => (look * LOOKS + balance * BALANCES + history * HISTORIES) / 1_000),
    ),
    note: `"Check now" in the tray reads the chain, the balance and the history, which took ${parts} bytes of HTTP in both directions. An hour has at most ${LOOKS}, ${BALANCES} and ${HISTORIES} of them. TLS, TCP and the WebSocket are not included.`,
  });
}

function askedOf(servers: readonly Counting[]): number {
  return servers.reduce((sum, one) => sum + one.requests, 0);
}

/** Processor time and voluntary context switches so far, for all threads of these processes. */
function spent(pids: readonly number[]): { ticks: number; switches: number } {
  const sum = (of: (pid: number) => number): number => pids.map(of).reduce((all, one) => all + one, 0);
  return { ticks: sum(ticks), switches: sum(voluntarySwitches) };
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
