/**
 * Promise 2: a hostile network. A proxy between the app and its servers delays, cuts off, floods, redirects, or does
 * not answer. Every request is limited in time and size, known data stays, the window answers throughout, and the app
 * recovers soon after the fault.
 */
import assert from "node:assert/strict";
import { cli } from "../session/cli.ts";
import { staysTrue, until } from "../session/wait.ts";
import { withDesktop, type Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { PASS_THROUGH, type InterceptingProxy, type ExchangeHandler } from "./intercepting_proxy.ts";
import { isShort, prove, times, type Tally } from "./proof.ts";
import { ConnectionRecorder } from "./hostile_script.ts";
import {
  invokeCommand,
  networkFile,
  connectNewUser,
  startTopUp,
  startProxies,
  type ConnectedUser,
} from "./proof_session.ts";
import { endlessBody, networkFaults, type NetworkFault } from "./network_faults.ts";

const about = {
  promise: 2,
  name: "Hostile network",
  what: "faults of API and RPC, one after the other, each with a recovery",
};
/** The longest that a request may take, in milliseconds: the app's 20 s timeout plus time for a busy machine. */
const REQUEST_LIMIT_MS = 21_500;
const MIB = 1024 * 1024;
const SERVERS = ["API", "RPCs"] as const;
/** Whether the window can be asked, and whether a question is in flight: the app must not be killed during one. */
const windowState = { available: true, busy: false };

await prove(about, async (tally) => {
  const sandbox = await Sandbox.start("proofs/hostile-network");
  try {
    await withDesktop("hostile network", {}, (desktop) => tryFaults(tally, desktop, sandbox));
    await withDesktop("no way there", {}, (desktop) => tryUnreachable(tally, desktop, sandbox));
  } finally {
    await sandbox.end();
  }
});

async function tryFaults(tally: Tally, desktop: Desktop, sandbox: Sandbox): Promise<void> {
  const connected = await connectNewUser(desktop, sandbox, await startProxies(sandbox, 2));
  const servers = [connected.proxies.api, ...connected.proxies.rpcs];
  const durations = recordDurations(servers);
  const elsewhere = await ConnectionRecorder.start();
  const answering = watchWindow(connected);
  const all = networkFaults(elsewhere.address).filter(
    ({ slow, isVariant: alike }) => !isShort || (slow !== true && alike !== true),
  );
  const before = connected.app.memory();
  for (const [index, fault] of all.entries()) {
    for (const which of isShort ? ([SERVERS[index % 2] ?? "API"] as const) : SERVERS) {
      await tally.try(`${which}: ${fault.name}`, () => endure(connected, which, fault));
    }
  }
  await tally.try("memory grew by less than 32 MiB", () => {
    const grown = connected.app.memory() - before;
    tally.note(`memory grew by ${(grown / 1024).toFixed(1)} MiB`);
    assert.ok(grown < 32 * 1024, `${grown} KiB`);
  });
  await tally.try("no redirect was followed", () => assert.deepEqual(elsewhere.received, []));
  await tally.try("no answer was read beyond its limit", () => {
    // The kernel's buffers at both ends come on top of the 1 MiB.
    tally.note(`at most ${(endlessBody.maxBytes / MIB).toFixed(1)} MiB of an endless answer left the server`);
    assert.ok(endlessBody.maxBytes < 16 * MIB, `${endlessBody.maxBytes} bytes`);
  });
  await serversDown(tally, connected);
  if (!isShort) await serversSilent(tally, connected);
  for (const days of [1, -1]) {
    await tally.try(`the servers' clock off by ${days} day`, async () => {
      connected.proxies.api.handler = shiftClock(days);
      await startTopUp(connected.window, connected.account, "21");
      const topUp = await connected.user.openTopUp();
      const bound = await until("the app follows the top-up", async () => {
        const { top_ups } = (await overview(connected)) as { top_ups: { id: string; payment_id: string | null }[] };
        return top_ups.find((one) => one.payment_id === topUp.id);
      });
      await invokeCommand(connected.window, "cancel_top_up", { account: connected.account, topUp: bound.id });
      await until(
        "it has ended",
        async () => ((await overview(connected)) as { top_ups: unknown[] }).top_ups.length === 0,
      );
      assert.equal((await connected.user.serverState()).open_top_up, null);
      connected.proxies.api.handler = PASS_THROUGH;
      await waitForRecovery(connected, 5_000);
    });
  }
  await tally.try("every request ended in time", () => {
    const longest = Math.max(...durations);
    tally.note(`the longest of ${durations.length} requests took ${(longest / 1_000).toFixed(1)} s`);
    assert.ok(longest <= REQUEST_LIMIT_MS, `${longest} ms`);
  });
  const answered = await answering.end();
  await tally.try("the window answered throughout", () => {
    tally.note(`the window's slowest answer of ${answered.count} took ${Math.round(answered.slowest)} ms`);
    assert.equal(answered.refused, "");
    assert.ok(answered.slowest < 2_000, `${answered.slowest} ms`);
  });
  elsewhere.end();
}

/**
 * Keeps up the fault until the app reports an error (or has the answer, where it only comes late), then waits for
 * recovery.
 */
async function endure(connected: ConnectedUser, which: "API" | "RPCs", fault: NetworkFault): Promise<void> {
  const {
    window,
    account,
    proxies: { api, rpcs },
  } = connected;
  const servers = which === "API" ? [api] : rpcs;
  const before = await shownFigures(connected);
  const counts = servers.map((server) => server.requests.length);
  for (const server of servers) server.handler = fault.handler;
  await invokeCommand(window, "check_now", { account });
  await until("a request arrives", () => servers.some((server, at) => server.requests.length > (counts[at] ?? 0)));
  if (fault.answersLate !== true) {
    const options = { timeout: fault.slow === true ? 90_000 : 15_000, interval: 100 };
    await until("the app reports it", async () => (await errors(connected)).length > 0, options);
    assert.deepEqual(await shownFigures(connected), before, "known data changed");
  }
  for (const server of servers) server.handler = PASS_THROUGH;
  if (fault.backsOffForLong === true) await assertLeftAlone(connected, servers);
  await invokeCommand(window, "check_now", { account });
  await waitForRecovery(connected, fault.answersLate === true ? 15_000 : 5_000);
}

/**
 * A server that asked for a long Retry-After is not contacted, even if the user asks; a restarted app contacts it
 * again.
 */
async function assertLeftAlone(
  { window, account, app }: ConnectedUser,
  servers: readonly InterceptingProxy[],
): Promise<void> {
  const requestCount = (): number => servers.reduce((sum, server) => sum + server.requests.length, 0);
  const before = requestCount();
  await invokeCommand(window, "check_now", { account });
  await staysTrue("the server gets no request", () => requestCount() === before, 2_000);
  windowState.available = false;
  try {
    await until("no question to the window is in flight", () => !windowState.busy, { timeout: 30_000 });
    await app.kill();
    app.launch();
    await app.window();
    await until("the window answers again", () => invokeCommand(window, "settings").then(() => true));
  } finally {
    windowState.available = true;
  }
}

/** Servers that refuse connections for a while: the app recovers within 5 s of their return, without "Check all accounts". */
async function serversDown(tally: Tally, connected: ConnectedUser): Promise<void> {
  const servers = [connected.proxies.api, ...connected.proxies.rpcs];
  const span = times(300_000, 20_000);
  for (const server of servers) await server.shutDown();
  await invokeCommand(connected.window, "check_now", { account: connected.account });
  const start = performance.now();
  await until("the app reports it", async () => (await errors(connected)).length > 1, {
    timeout: 60_000,
    interval: 100,
  });
  await until("the outage has lasted long enough", () => performance.now() - start > span, {
    timeout: span + 10_000,
    interval: 250,
  });
  for (const server of servers) await server.listen();
  const back = performance.now();
  await tally.try(`back within 5 s after ${span / 1_000} s without servers`, async () => {
    await waitForRecovery(connected, 5_000);
    tally.note(`back after ${((performance.now() - back) / 1_000).toFixed(1)} s`);
  });
}

/** Seven minutes of servers that close every connection: after five, each gets at most two requests a minute. */
async function serversSilent(tally: Tally, connected: ConnectedUser): Promise<void> {
  const {
    window,
    account,
    proxies: { api, rpcs },
  } = connected;
  const servers = [api, ...rpcs];
  const close: ExchangeHandler = ({ response }) => (response.destroy(), true);
  for (const server of servers) server.handler = close;
  const start = performance.now();
  await until("seven minutes have passed", () => performance.now() - start > 420_000, {
    timeout: 430_000,
    interval: 1_000,
  });
  for (const [at, server] of servers.entries()) {
    await tally.try(`requests to ${at === 0 ? "the API" : `RPC ${at}`} after five minutes`, () => {
      const count = server.requests.filter((one) => one.at > start + 300_000 && one.at <= start + 420_000).length;
      tally.note(`${count} requests in two minutes`);
      assert.ok(count <= 4, `${count} in two minutes`);
    });
  }
  for (const server of servers) server.handler = PASS_THROUGH;
  await tally.try("back within 5 s of a manual check when servers had closed every connection", async () => {
    await invokeCommand(window, "check_now", { account });
    await waitForRecovery(connected, 5_000);
  });
}

/** Unreachable addresses: a name that does not exist, TLS to a server without it, a port where nobody listens. */
async function tryUnreachable(tally: Tally, desktop: Desktop, sandbox: Sandbox): Promise<void> {
  const { api, rpcs } = await startProxies(sandbox, 1);
  const user = await sandbox.user();
  const port = new URL(api.address).port;
  const unreachable: [string, string][] = [
    ["a name that does not exist", "https://nowhere.invalid"],
    ["TLS to a server without it", `https://127.0.0.1:${port}`],
    ["a port where nobody listens", "http://127.0.0.1:1"],
  ];
  for (const [number, [name, address]] of unreachable.entries()) {
    await tally.try(name, async () => {
      const file = networkFile(sandbox, desktop.processes.scratch, {
        api: address,
        rpcs: rpcs.map((rpc) => rpc.address),
      });
      const began = performance.now();
      const done = await cli(
        desktop,
        ["account", "add", "fluence", "--network", file, "--address", user.address, "--label", `Nowhere ${number}`],
        { input: `${user.key}\n`, timeout: 40_000 },
      );
      const took = performance.now() - began;
      assert.equal(done.code, 0, done.stderr);
      assert.match(done.stderr + done.stdout, /could not be reached|did not answer/);
      assert.ok(took < REQUEST_LIMIT_MS, `${took} ms`);
    });
  }
}

/** Shifts every time in an answer by so many days. */
function shiftClock(days: number): ExchangeHandler {
  return async ({ forward, answer }) => {
    const response = await forward();
    const body = String(response.body).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (text) =>
      new Date(Date.parse(text) + days * 86_400_000).toISOString(),
    );
    answer({ ...response, body });
    return true;
  };
}

/** Records how long each request takes until its response is closed. */
function recordDurations(servers: readonly InterceptingProxy[]): number[] {
  const durations: number[] = [];
  for (const server of servers) {
    server.onResponse = (response) => {
      const began = performance.now();
      response.once("close", () => durations.push(performance.now() - began));
    };
  }
  return durations;
}

/** Asks the window a small question again and again. */
function watchWindow({ window }: ConnectedUser): {
  end: () => Promise<{ slowest: number; count: number; refused: string }>;
} {
  const state = { going: true };
  let refused = "";
  let slowest = 0;
  let count = 0;
  const task = (async () => {
    while (state.going) {
      await until("the window is there", () => windowState.available, { timeout: 120_000 });
      windowState.busy = true;
      const began = performance.now();
      const answered = await invokeCommand(window, "settings").catch((error: unknown) => error);
      if (answered instanceof Error) refused ||= String(answered);
      slowest = Math.max(slowest, performance.now() - began);
      count += 1;
      windowState.busy = false;
      const pause = performance.now() + 250;
      await until("250 ms have passed", () => performance.now() >= pause);
    }
  })();
  return {
    end: async () => {
      state.going = false;
      await task;
      return { slowest, count, refused };
    },
  };
}

async function waitForRecovery(connected: ConnectedUser, timeout: number): Promise<void> {
  let last: unknown[] = [];
  await until(
    "no error is left",
    async () => {
      last = await errors(connected);
      return last.length === 0;
    },
    { timeout, interval: 100 },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
  });
}

async function errors(connected: ConnectedUser): Promise<unknown[]> {
  return ((await overview(connected)) as { errors: unknown[] }).errors;
}

async function overview({ window, account }: ConnectedUser): Promise<unknown> {
  return invokeCommand(window, "overview", { account });
}

/** What the overview shows, without times. */
async function shownFigures(connected: ConnectedUser): Promise<unknown> {
  const { balance, days_left } = (await overview(connected)) as {
    balance: { amount: { amount: string } } | null;
    days_left: unknown;
  };
  return { balance: Number(balance?.amount.amount), days_left };
}
