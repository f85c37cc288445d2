/** What the app uses in the tray with nothing open: processor time, wake-ups, requests and bytes. */
import { NameFlag } from "@jellybrick/dbus-next";
import { readdirSync } from "node:fs";
import { App, BINARIES, processesOf } from "../session/app.ts";
import { connectAccount } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import type { Environment } from "../session/processes.ts";
import type { Sandbox, User } from "../session/sandbox.ts";
import type { CountingProxy } from "./counting_proxy.ts";
import { atMost, series, type Figure } from "./figures.ts";
import { stop, readOrEmpty, startHidden, waitForFullHistory, type Effort, waitUntilQuiet } from "./setup.ts";
import { startCountingNetwork, type CountingNetwork } from "./counting_network.ts";
import { setTimeout as pause } from "node:timers/promises";
import { text } from "../session/texts.ts";

/** Wake-ups closer together than this count as one burst. */
const BURST_MS = 100;
/** Clock ticks a second, the unit of processor time in /proc. */
const TICKS_PER_SECOND = 100;
/** The most requests in an hour: the chain every 10 minutes, and the balance and the history in turn. */
const CHAIN_READS_PER_HOUR = 6;
const BALANCES_PER_HOUR = 3;
const HISTORIES_PER_HOUR = 3;
const BALANCE_PATH = "/v2/users/balances";
const HISTORY_PATH = "/v2/top-ups";

/** Bytes of each kind of request when nothing has changed. */
export interface RequestBytes {
  readonly look: number;
  readonly balance: number;
  readonly history: number;
}

export interface IdleResult {
  readonly figures: Figure[];
  readonly bytes: RequestBytes;
}

export async function measureIdle(desktop: Desktop, sandbox: Sandbox, user: User, effort: Effort): Promise<IdleResult> {
  const network = await startCountingNetwork(desktop, sandbox);
  await connectAccount(desktop, user, { network: network.networkFile });
  const app = new App(desktop);
  const running = await startHidden(desktop, app, await systemBus(desktop));
  await waitForFullHistory(desktop);
  await pause(effort.rest);
  const figures = await measureIdleUse(desktop, network, effort);
  const rounds = await measureRequests(desktop, network);
  await stop(desktop, running, BINARIES.app);
  network.close();
  const median = (of: (one: RequestBytes) => number): number => series(rounds.map(of)).value;
  return {
    figures: [...figures, bytesPerHour(rounds)],
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

async function measureIdleUse(desktop: Desktop, network: CountingNetwork, effort: Effort): Promise<Figure[]> {
  network.reset();
  const start = performance.now();
  const pids = processesOf(desktop, BINARIES.app);
  const before = processorUse(pids);
  let switches = before.switches;
  let bursts = 0;
  let quiet = true;
  while (performance.now() - start < effort.idle) {
    await pause(BURST_MS);
    const now = processorUse(pids).switches;
    if (now !== switches && quiet) bursts += 1;
    quiet = now === switches;
    switches = now;
  }
  const after = processorUse(pids);
  if (processesOf(desktop, BINARIES.app).join() !== pids.join()) throw new Error("the app's processes have changed");
  const minutes = (performance.now() - start) / 60_000;
  const seconds = (after.ticks - before.ticks) / TICKS_PER_SECOND;
  const duration = `${minutes.toFixed(0)} minutes`;
  return [
    atMost(0.1, {
      name: `processor time in the tray over ${duration}`,
      unit: "% of one core",
      bursar: series([(100 * seconds) / (minutes * 60)]),
    }),
    atMost(4, {
      name: `wake-ups a minute in the tray over ${duration}, every thread's counted`,
      unit: "",
      bursar: series([(after.switches - before.switches) / minutes]),
      note: `How often the kernel switched to any thread of the app's processes. The wake-ups came in ${bursts} bursts, ${(bursts / minutes).toFixed(2)} a minute, each after at least 100 ms without any.`,
    }),
    atMost(2, {
      name: `requests in the tray over ${duration}, nothing open`,
      unit: "",
      bursar: series([network.api.requests + network.rpc.reduce((sum, one) => sum + one.requests, 0)]),
      note: "An hour may have twelve requests; this is ten minutes of one. The share herd simulates whole hours.",
    }),
    atMost(1, {
      name: `bytes of the WebSocket in the tray over ${duration}`,
      unit: "kB",
      bursar: series([network.ws.bytes / 1_000]),
      note: "A sixth of the 6 kB that an hour may have. The subscription is open throughout.",
    }),
  ];
}

/** Measures each kind of request several times while nothing changes. */
async function measureRequests(desktop: Desktop, network: CountingNetwork): Promise<RequestBytes[]> {
  const icon = await desktop.tray.icon();
  const rounds: RequestBytes[] = [];
  for (let round = 0; round < 3; round += 1) {
    network.reset();
    await icon.click(text("tray-check-now"));
    await until("every server has a request", () => network.api.paths.size >= 2 && requestCount(network.rpc) >= 1, {
      timeout: 30_000,
    });
    // Waits for the last answer, and for a request that should not come.
    await waitUntilQuiet(() => network.bytes, 1_000);
    const paths = [...network.api.paths.keys()].toSorted().join(" ");
    if (paths !== `${HISTORY_PATH} ${BALANCE_PATH}` || requestCount(network.rpc) !== 1)
      throw new Error(`not one request of each kind: ${paths}, ${requestCount(network.rpc)} to the chain`);
    rounds.push({
      look: network.rpc.reduce((sum, one) => sum + one.bytes, 0),
      balance: bytesPerRequest(network.api, BALANCE_PATH),
      history: bytesPerRequest(network.api, HISTORY_PATH),
    });
  }
  return rounds;
}

function bytesPerRequest(server: CountingProxy, path: string): number {
  const { requests, bytes } = server.paths.get(path) ?? { requests: 0, bytes: NaN };
  return bytes / requests;
}

function bytesPerHour(rounds: readonly RequestBytes[]): Figure {
  const parts = rounds.map(({ look, balance, history }) => `${look}, ${balance} and ${history}`).join("; ");
  return atMost(6, {
    name: "bytes an hour in the tray, nothing changed",
    unit: "kB",
    bursar: series(
      rounds.map(
        ({ look, balance, history }) =>
          (look * CHAIN_READS_PER_HOUR + balance * BALANCES_PER_HOUR + history * HISTORIES_PER_HOUR) / 1_000,
      ),
    ),
    note: `"Check all accounts" in the tray reads the chain, the balance and the history, which took ${parts} bytes of HTTP in both directions. An hour has at most ${CHAIN_READS_PER_HOUR}, ${BALANCES_PER_HOUR} and ${HISTORIES_PER_HOUR} of them. TLS, TCP and the WebSocket are not included.`,
  });
}

function requestCount(servers: readonly CountingProxy[]): number {
  return servers.reduce((sum, one) => sum + one.requests, 0);
}

/** Processor time and voluntary context switches so far, for all threads of these processes. */
function processorUse(pids: readonly number[]): { ticks: number; switches: number } {
  const sum = (of: (pid: number) => number): number => pids.map(of).reduce((all, one) => all + one, 0);
  return { ticks: sum(ticks), switches: sum(voluntarySwitches) };
}

function ticks(pid: number): number {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function voluntarySwitches(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) =>
      Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readOrEmpty(`/proc/${pid}/task/${task}/status`))?.[1] ?? 0),
    )
    .reduce((sum, one) => sum + one, 0);
}
