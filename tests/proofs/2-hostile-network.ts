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
import { call, networkFile, person, startTopUp, way, type Person } from "./proof_session.ts";
import { sent, networkFaults, type NetworkFault } from "./network_faults.ts";

const about = {
  promise: 2,
  name: "Hostile network",
  what: "troubles of API and RPC, one after the other, each with a recovery",
};
/** The longest that a request may take, in milliseconds: the app's 20 s timeout plus time for a busy machine. */
const WHOLE = 21_500;
const MIB = 1024 * 1024;
const SERVERS = ["API", "RPCs"] as const;
/** Whether the window can be asked, and whether a question is in flight: the app must not be killed during one. */
const window_ = { there: true, asked: false };

await prove(about, async (tally) => {
  const sandbox = await Sandbox.start("proofs/hostile-network");
  try {
    await withDesktop("hostile network", {}, (desktop) => everything(tally, desktop, sandbox));
    await withDesktop("no way there", {}, (desktop) => noWay(tally, desktop, sandbox));
  } finally {
    await sandbox.end();
  }
});

async function everything(tally: Tally, desktop: Desktop, sandbox: Sandbox): Promise<void> {
  const someone = await person(desktop, sandbox, await way(sandbox, 2));
  const servers = [someone.way.api, ...someone.way.rpcs];
  const durations = measured(servers);
  const elsewhere = await ConnectionRecorder.start();
  const answering = windowAnswers(someone);
  const all = networkFaults(elsewhere.address).filter(
    ({ slow, alike }) => !isShort || (slow !== true && alike !== true),
  );
  const before = someone.app.memory();
  for (const [at, trouble] of all.entries()) {
    for (const which of isShort ? ([SERVERS[at % 2] ?? "API"] as const) : SERVERS) {
      await tally.try(`${which}: ${trouble.name}`, () => suffer(someone, which, trouble));
    }
  }
  await tally.try("memory grew by less than 32 MiB", () => {
    const grown = someone.app.memory() - before;
    tally.note(`memory grew by ${(grown / 1024).toFixed(1)} MiB`);
    assert.ok(grown < 32 * 1024, `${grown} KiB`);
  });
  await tally.try("no redirect was followed", () => assert.deepEqual(elsewhere.heard, []));
  await tally.try("no answer was read beyond its limit", () => {
    // The kernel's buffers at both ends come on top of the 1 MiB.
    tally.note(`at most ${(sent.most / MIB).toFixed(1)} MiB of an endless answer left the server`);
    assert.ok(sent.most < 16 * MIB, `${sent.most} bytes`);
  });
  await gone(tally, someone);
  if (!isShort) await mute(tally, someone);
  for (const days of [1, -1]) {
    await tally.try(`the servers' clock off by ${days} day`, async () => {
      someone.way.api.treat = shifted(days);
      await startTopUp(someone.window, someone.account, "21");
      const topUp = await someone.user.openTopUp();
      const bound = await until("the app follows the top-up", async () => {
        const { top_ups } = (await overview(someone)) as { top_ups: { id: string; payment_id: string | null }[] };
        return top_ups.find((one) => one.payment_id === topUp.id);
      });
      await call(someone.window, "cancel_top_up", { account: someone.account, topUp: bound.id });
      await until(
        "it has ended",
        async () => ((await overview(someone)) as { top_ups: unknown[] }).top_ups.length === 0,
      );
      assert.equal((await someone.user.serverState()).open_top_up, null);
      someone.way.api.treat = PASS_THROUGH;
      await recovered(someone, 5_000);
    });
  }
  await tally.try("every request ended in time", () => {
    const longest = Math.max(...durations);
    tally.note(`the longest of ${durations.length} requests took ${(longest / 1_000).toFixed(1)} s`);
    assert.ok(longest <= WHOLE, `${longest} ms`);
  });
  const slowest = await answering.end();
  await tally.try("the window answered throughout", () => {
    tally.note(`the window's slowest answer of ${slowest.asked} took ${Math.round(slowest.most)} ms`);
    assert.equal(slowest.refused, "");
    assert.ok(slowest.most < 2_000, `${slowest.most} ms`);
  });
  elsewhere.end();
}

/**
 * Keeps up the fault until the app reports an error (or has the answer, where it only comes late), then waits for
 * recovery.
 */
async function suffer(someone: Person, which: "API" | "RPCs", trouble: NetworkFault): Promise<void> {
  const {
    window,
    account,
    way: { api, rpcs },
  } = someone;
  const servers = which === "API" ? [api] : rpcs;
  const known = await figures(someone);
  const began = servers.map((server) => server.asked.length);
  for (const server of servers) server.treat = trouble.treat;
  await call(window, "check_now", { account });
  await until("a request arrives", () => servers.some((server, at) => server.asked.length > (began[at] ?? 0)));
  if (trouble.passes !== true) {
    const options = { timeout: trouble.slow === true ? 90_000 : 15_000, interval: 100 };
    await until("the app reports it", async () => (await errors(someone)).length > 0, options);
    assert.deepEqual(await figures(someone), known, "known data changed");
  }
  for (const server of servers) server.treat = PASS_THROUGH;
  if (trouble.long === true) await leavesAlone(someone, servers);
  await call(window, "check_now", { account });
  await recovered(someone, trouble.passes === true ? 15_000 : 5_000);
}

/**
 * A server that asked for a long Retry-After is not contacted, even if the user asks; a restarted app contacts it
 * again.
 */
async function leavesAlone({ window, account, app }: Person, servers: readonly InterceptingProxy[]): Promise<void> {
  const asked = (): number => servers.reduce((sum, server) => sum + server.asked.length, 0);
  const before = asked();
  await call(window, "check_now", { account });
  await staysTrue("the server gets no request", () => asked() === before, 2_000);
  window_.there = false;
  try {
    await until("no question to the window is in flight", () => !window_.asked, { timeout: 30_000 });
    await app.kill();
    app.launch();
    await app.window();
    await until("the window answers again", () => call(window, "settings").then(() => true));
  } finally {
    window_.there = true;
  }
}

/** Servers that refuse connections for a while: the app recovers within 5 s of their return, without "Check now". */
async function gone(tally: Tally, someone: Person): Promise<void> {
  const servers = [someone.way.api, ...someone.way.rpcs];
  const span = times(300_000, 20_000);
  for (const server of servers) await server.down();
  await call(someone.window, "check_now", { account: someone.account });
  const died = performance.now();
  await until("the app reports it", async () => (await errors(someone)).length > 1, { timeout: 60_000, interval: 100 });
  await until("the outage has lasted long enough", () => performance.now() - died > span, {
    timeout: span + 10_000,
    interval: 250,
  });
  for (const server of servers) await server.up();
  const back = performance.now();
  await tally.try(`back within 5 s after ${span / 1_000} s without servers`, async () => {
    await recovered(someone, 5_000);
    tally.note(`back after ${((performance.now() - back) / 1_000).toFixed(1)} s`);
  });
}

/** Seven minutes of servers that close every connection: after five, each gets at most two requests a minute. */
async function mute(tally: Tally, someone: Person): Promise<void> {
  const {
    window,
    account,
    way: { api, rpcs },
  } = someone;
  const servers = [api, ...rpcs];
  const closes: ExchangeHandler = ({ response }) => (response.destroy(), true);
  for (const server of servers) server.treat = closes;
  const died = performance.now();
  await until("seven minutes have passed", () => performance.now() - died > 420_000, {
    timeout: 430_000,
    interval: 1_000,
  });
  for (const [at, server] of servers.entries()) {
    await tally.try(`requests to ${at === 0 ? "the API" : `RPC ${at}`} after five minutes`, () => {
      const count = server.asked.filter((one) => one.at > died + 300_000 && one.at <= died + 420_000).length;
      tally.note(`${count} requests in two minutes`);
      assert.ok(count <= 4, `${count} in two minutes`);
    });
  }
  for (const server of servers) server.treat = PASS_THROUGH;
  await tally.try("back within 5 s of a manual check when servers had closed every connection", async () => {
    await call(window, "check_now", { account });
    await recovered(someone, 5_000);
  });
}

/** Unreachable addresses: a name that does not exist, TLS to a server without it, a port where nobody listens. */
async function noWay(tally: Tally, desktop: Desktop, sandbox: Sandbox): Promise<void> {
  const { api, rpcs } = await way(sandbox, 1);
  const user = await sandbox.user();
  const port = new URL(api.address).port;
  const places: [string, string][] = [
    ["a name that does not exist", "https://nowhere.invalid"],
    ["TLS to a server without it", `https://127.0.0.1:${port}`],
    ["a port where nobody listens", "http://127.0.0.1:1"],
  ];
  for (const [number, [name, address]] of places.entries()) {
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
      assert.ok(took < WHOLE, `${took} ms`);
    });
  }
}

/** Shifts every time in an answer by so many days. */
function shifted(days: number): ExchangeHandler {
  return async ({ forward, answer }) => {
    const truth = await forward();
    const body = String(truth.body).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (text) =>
      new Date(Date.parse(text) + days * 86_400_000).toISOString(),
    );
    answer({ ...truth, body });
    return true;
  };
}

/** Records how long each request takes until its response is closed. */
function measured(servers: readonly InterceptingProxy[]): number[] {
  const durations: number[] = [];
  for (const server of servers) {
    server.hear = (response) => {
      const began = performance.now();
      response.once("close", () => durations.push(performance.now() - began));
    };
  }
  return durations;
}

/** Asks the window a small question again and again. */
function windowAnswers({ window }: Person): { end: () => Promise<{ most: number; asked: number; refused: string }> } {
  const state = { going: true };
  let refused = "";
  let most = 0;
  let asked = 0;
  const task = (async () => {
    while (state.going) {
      await until("the window is there", () => window_.there, { timeout: 120_000 });
      window_.asked = true;
      const began = performance.now();
      const answered = await call(window, "settings").catch((error: unknown) => error);
      if (answered instanceof Error) refused ||= String(answered);
      most = Math.max(most, performance.now() - began);
      asked += 1;
      window_.asked = false;
      const pause = performance.now() + 250;
      await until("250 ms have passed", () => performance.now() >= pause);
    }
  })();
  return {
    end: async () => {
      state.going = false;
      await task;
      return { most, asked, refused };
    },
  };
}

async function recovered(someone: Person, timeout: number): Promise<void> {
  let last: unknown[] = [];
  await until(
    "no error is left",
    async () => {
      last = await errors(someone);
      return last.length === 0;
    },
    { timeout, interval: 100 },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
  });
}

async function errors(someone: Person): Promise<unknown[]> {
  return ((await overview(someone)) as { errors: unknown[] }).errors;
}

async function overview({ window, account }: Person): Promise<unknown> {
  return call(window, "overview", { account });
}

/** What the overview shows, without times. */
async function figures(someone: Person): Promise<unknown> {
  const { balance, days_left } = (await overview(someone)) as {
    balance: { amount: { amount: string } } | null;
    days_left: unknown;
  };
  return { balance: Number(balance?.amount.amount), days_left };
}
