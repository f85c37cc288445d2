/**
 * Promise 4: no link, page or other program can claim that money has arrived. Thousands of forged links reach the
 * running app in every way open to a program: calls on the session bus, second starts, the desktop's own opener. They
 * must change nothing and cause no extra requests. Then the bus itself is hostile: a squatted name, in two variants, or
 * no bus.
 */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { NameFlag, type MessageBus, Variant } from "@jellybrick/dbus-next";
import { App, BINARIES } from "../session/app.ts";
import { FakeDBusObject } from "../session/bus.ts";
import { staysTrue, until } from "../session/wait.ts";
import { withDesktop, type Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { prove, times, type Tally } from "./proof.ts";
import { forgedLinks } from "./forged_links.ts";
import { invokeCommand, connectNewUser, type ConnectedUser, startTopUp, startProxies } from "./proof_session.ts";

const about = {
  promise: 4,
  name: "Forged returns",
  what: "forged links by bus, second start and opener; a squatted bus name, no bus",
};
const PATH = "/org/bursar/desktop";
const INTERFACE = "org.freedesktop.Application";

await prove(about, async (tally) => {
  const sandbox = await Sandbox.start("proofs/forged-returns");
  try {
    await withDesktop("forged links", {}, (desktop) => links(tally, desktop, sandbox));
    await withDesktop("a squatted name", {}, (desktop) => squattedName(tally, desktop));
    await withDesktop("no bus", {}, (desktop) => withoutBus(tally, desktop));
  } finally {
    await sandbox.end();
  }
});

async function links(tally: Tally, desktop: Desktop, sandbox: Sandbox): Promise<void> {
  desktop.browser.recordUrlsOnly();
  const connected = await connectNewUser(desktop, sandbox, await startProxies(sandbox, 1));
  const { app, window, account, user } = connected;
  await startTopUp(window, account, "12");
  const topUp = await user.openTopUp();
  const ownState = new URL(topUp.return_url ?? "").searchParams.get("state") ?? "";
  assert.match(ownState, /^[0-9a-f]{64}$/);
  await until("the browser gets the payment page", () => desktop.browser.openedUrls.length > 0);
  await invokeCommand(window, "begin_sign_in", { network: sandbox.networkName, address: null, label: null });
  const page = await until("the sign-in page was opened", () =>
    desktop.browser.openedUrls.find((one) => one.includes("/oauth/")),
  );
  const signInState = new URL(page).searchParams.get("state") ?? "";
  // Another user's top-up at the same provider, with its own state.
  const otherState = randomBytes(32).toString("hex");
  const stranger = await sandbox.user();
  const returnUrl = `org.bursar.desktop://top-up/return?state=${otherState}`;
  await stranger.createTopUp(1_100, { methodCode: "usdc", returnUrl });

  const name = busName(desktop);
  const open = (link: string): Promise<unknown> =>
    desktop.bus.call(name, PATH, INTERFACE, "Open", "asa{sv}", [[link], {}]);
  const before = await visibleState(connected);
  const began = performance.now();
  let tried = 0;
  for (const link of forgedLinks({ own: ownState, signIn: signInState, other: otherState }, times(10_000, 1_500))) {
    tried += 1;
    await open(link);
  }
  tally.add(tried, 0);
  const took = (performance.now() - began) / 1000;
  for (const link of forgedLinks({ own: ownState, signIn: signInState, other: otherState }, times(60, 9))) {
    await tally.try("a second start with a forged link", async () => {
      // An argument is limited to 128 KiB and ends at the first zero byte.
      const done = await desktop.run(BINARIES.app, [link.replaceAll("\0", "").slice(0, 100_000)], { timeout: 20_000 });
      assert.ok(done.code === 0 || done.code === 2, `exit status ${done.code} ${done.stderr}`);
    });
  }
  await tally.try("the desktop's own opener", () =>
    desktop.openLink(`org.bursar.desktop://top-up/return?state=${otherState}`),
  );
  await tally.try("other calls on the bus", async () => {
    for (let number = 0; number < times(1_000, 200); number += 1) {
      await desktop.bus.call(name, PATH, INTERFACE, "Activate", "a{sv}", [{}]);
      await desktop.bus.call(name, PATH, INTERFACE, "ActivateAction", "sava{sv}", [
        "top-up",
        [new Variant("s", ownState)],
        {},
      ]);
      await desktop.bus.call(name, PATH, INTERFACE, "Open", "asa{sv}", [[], {}]);
    }
  });
  await tally.try("nothing changed", async () => {
    assert.deepEqual(await visibleState(connected), before);
    assert.equal((await user.serverState()).top_up_count, 1);
    assert.deepEqual(app.pids(), [app.process.pid]);
  });
  await tally.try("at most one poll a second", () => {
    const polls = connected.proxies.api.requests.filter((one) => one.path === "/v2/top-ups/pending" && one.at >= began);
    const close = polls.filter((one, index) => index > 0 && one.at - (polls[index - 1]?.at ?? 0) < 1_000);
    assert.deepEqual(
      close.map((one) => one.at - began),
      [],
      "polls less than a second after another",
    );
    assert.equal(connected.proxies.api.requests.filter((one) => one.path.startsWith("/oauth/token")).length, 0);
    tally.note(`${polls.length} polls in ${Math.round((performance.now() - began) / 1000)} s`);
  });
  await tally.try("the genuine link works once", async () => {
    const polls = (): number =>
      connected.proxies.api.requests.filter((one) => one.path === "/v2/top-ups/pending").length;
    const link = `org.bursar.desktop://top-up/return?state=${ownState}`;
    await desktop.display.close(await app.waitForWindow());
    await app.waitForNoWindow();
    const first = polls();
    await open(link);
    await until("the link triggers a poll", () => polls() > first, { timeout: 2_000 });
    await app.waitForWindow();
    await app.closeWindow();
    for (let again = 0; again < 50; again += 1) await open(link);
    await staysTrue("a replayed link shows nothing", async () => (await app.topWindows()).length === 0, 1_500);
  });
  tally.note(`${tried} links in ${Math.round(took)} s`);
}

/** What no link may change. */
async function visibleState({ window, account }: ConnectedUser): Promise<unknown> {
  const overview = (await invokeCommand(window, "overview", { account })) as { top_ups: Record<string, unknown>[] };
  const { payments } = (await invokeCommand(window, "payments", {
    query: { account, search: null, statuses: [], from: null, to: null },
    after: null,
    limit: 50,
  })) as { payments: unknown[] };
  const { accounts, unread } = (await invokeCommand(window, "app")) as { accounts: { id: string }[]; unread: number };
  return {
    topUps: overview.top_ups.map((one) => Object.entries(one).filter(([name]) => name !== "checked_at")),
    payments,
    accounts: accounts.map(({ id }) => id),
    unread,
  };
}

/** Another program takes the app's bus name first: one that answers nothing, and one that accepts every call. */
async function squattedName(tally: Tally, desktop: Desktop): Promise<void> {
  for (const repliesToAll of [false, true]) {
    await tally.try(
      `the name squatted by a program that ${repliesToAll ? "takes every call" : "answers nothing"}`,
      async () => {
        const connection = await desktop.bus.connect();
        const calls: string[] = [];
        if (repliesToAll) acceptCalls(connection, calls);
        await connection.requestName(busName(desktop), NameFlag.DO_NOT_QUEUE);
        const app = new App(desktop);
        try {
          const began = performance.now();
          app.launch({ args: [`org.bursar.desktop://sign-in?code=canary&state=${"a".repeat(64)}`] });
          const window = await app.window({ timeout: 20_000 });
          await window.id("frame").waitVisible();
          await window.id("health-links").waitVisible();
          tally.note(`window despite a squatter after ${((performance.now() - began) / 1000).toFixed(1)} s`);
          assert.deepEqual(calls, [], "the squatter received a call");
          // A second start cannot hand over either. It must not start a second engine, and reports that Bursar runs
          // already.
          const second = desktop.processes.start("second", BINARIES.app, { env: desktop.env });
          await until("the second start reports that Bursar runs already", async () =>
            (await desktop.display.windows()).some((one) => one.pid === second.pid),
          );
          const failure = await invokeCommand(window, "app");
          assert.ok(failure, "the first app still answers");
          second.child.kill("SIGKILL");
          await second.waitForExit();
        } finally {
          // A failure with one squatter must not affect the next.
          await app.kill();
          connection.disconnect();
        }
      },
    );
  }
}

function acceptCalls(connection: MessageBus, calls: string[]): void {
  const take = (what: string) => ({ signature: "", handle: (): unknown[] => (calls.push(what), []) });
  void new FakeDBusObject(connection, PATH, INTERFACE, {
    Open: take("Open"),
    Activate: take("Activate"),
    ActivateAction: take("action"),
  });
}

async function withoutBus(tally: Tally, desktop: Desktop): Promise<void> {
  const nowhere = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${desktop.processes.scratch}/nobody` };
  await tally.try("no session bus at all", async () => {
    const app = new App(desktop);
    app.launch({ env: nowhere });
    const window = await app.window({ timeout: 20_000 });
    await window.id("health").waitVisible();
    const { health } = (await invokeCommand(window, "app")) as { health: Record<string, unknown> };
    for (const part of ["tray", "notifications", "links"]) assert.equal(health[part], false, part);
    const second = desktop.processes.start("second", BINARIES.app, { env: { ...desktop.env, ...nowhere } });
    await until("the second start reports that Bursar runs already", async () =>
      (await desktop.display.windows()).some((one) => one.pid === second.pid),
    );
    await assert.doesNotReject(invokeCommand(window, "settings"));
    second.child.kill("SIGKILL");
    await second.waitForExit();
    await app.kill();
  });
}

/** The bus name for the session's home, computed as the app does. */
function busName(desktop: Desktop): string {
  const home = realpathSync(desktop.env["BURSAR_HOME"] ?? "");
  return `org.bursar.desktop.Home_${createHash("sha256").update(home).digest("hex").slice(0, 16)}`;
}
