/** Every way by which a link arrives: a cold start, an open window, the tray, and in the middle of a start. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { App } from "../session/app.ts";
import type { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { staysTrue, until } from "../session/wait.ts";
import { assertConsistent } from "../session/consistency.ts";
import { connectApp, startTopUp, waitForPage, waitForPayment, type ConnectedApp } from "./steps.ts";
import { text as message } from "../session/texts.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("links");
});
after(() => sandbox.end());

const BY_PLUGIN = "the plugin delivers a link";
const DIRECTLY = "a link goes to the core directly";
const USED = "a return link with an unknown or used state was ignored";

/** Starts a top-up, closes its payment page, and returns its id and its return link. */
async function topUpWithLink(person: ConnectedApp, amount: string): Promise<{ id: string; link: string }> {
  const { topUp, checkout } = await startTopUp(person, sandbox, amount);
  await checkout.close();
  assert.match(topUp.return_url ?? "", /^org\.bursar\.desktop:\/\/top-up\/return\?state=[0-9a-f]{64}$/);
  return { id: topUp.id, link: topUp.return_url ?? "" };
}

async function quit(desktop: Desktop, app: App): Promise<void> {
  await (await desktop.tray.icon()).click(message("tray-quit"));
  await app.waitForExit();
}

/** Waits until one more link has been logged like that. */
async function untilLogged({ processes }: Desktop, text: string, countBefore: number): Promise<void> {
  await until(`the log says: ${text}`, () => processes.countInLogs(text) === countBefore + 1);
}

for (const [what, options] of [
  ["as the only argument", []],
  ["after the option for the home", ["--home"]],
] as const) {
  test(`a link starts the app ${what}, and counts once`, async (t) => {
    const person = await connectApp(t, sandbox);
    const { desktop, app, window } = person;
    const { id, link } = await topUpWithLink(person, "11");
    await quit(desktop, app);
    await sandbox.pay(id);

    const home = desktop.env["BURSAR_HOME"] ?? "";
    app.launch({ args: [...options.flatMap((option) => [option, home]), link] });
    await app.window();
    await waitForPayment(window, id, "completed", true);
    await untilLogged(desktop, BY_PLUGIN, 0);
    assert.equal(desktop.processes.countInLogs(DIRECTLY), 0);
    assert.equal(desktop.processes.countInLogs(USED), 0);

    // The same link once more changes nothing and raises nothing.
    await app.closeWindow();
    await desktop.openLink(link);
    await untilLogged(desktop, USED, 0);
    await staysTrue("no window opens", async () => (await app.topWindows()).length === 0, 1_000);
    await assertConsistent({ desktop, user: person.user });
  });
}

test("a link in another spelling than the exact one starts the app, and does nothing more", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, app, window } = person;
  const { link } = await topUpWithLink(person, "12");
  await quit(desktop, app);
  // A URL parser would turn both into the exact form.
  for (const other of [link.replace("org.", "ORG."), link.replace("://", "://@")]) {
    app.launch({ args: [other] });
    await app.window();
    await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
    await quit(desktop, app);
  }
  for (const text of [BY_PLUGIN, DIRECTLY, USED]) assert.equal(desktop.processes.countInLogs(text), 0, text);
  // The state was not used up.
  app.launch({ args: [link] });
  await app.window();
  await untilLogged(desktop, BY_PLUGIN, 0);
  await app.launch({ args: [link] }).waitForExit();
  await untilLogged(desktop, USED, 0);
});

test("a link reaches the open window, and the tray where there is no window", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, app, window } = person;
  const first = await topUpWithLink(person, "13");
  await window.id("nav-settings").click();
  await waitForPage(window, "settings");
  await sandbox.pay(first.id);
  await desktop.openLink(first.link);
  await untilLogged(desktop, BY_PLUGIN, 0);
  await waitForPage(window, "overview");
  await waitForPayment(window, first.id, "completed", true);

  const second = await topUpWithLink(person, "14");
  await quit(desktop, app);
  app.launch({ args: ["--hidden"] });
  await (await desktop.tray.icon()).find(message("tray-return"));
  await sandbox.pay(second.id);
  assert.equal(app.webProcesses().length, 0, "Tauri does not run");
  await desktop.openLink(second.link);
  await app.window();
  await waitForPayment(window, second.id, "completed", true);
  assert.equal(desktop.processes.countInLogs(DIRECTLY), 1);
  assert.equal(desktop.processes.countInLogs(BY_PLUGIN), 1);
  assert.equal(app.pids().length, 1);
  await assertConsistent(person);
});

for (const args of [[], ["--hidden"]]) {
  test(`a link that arrives during ${args.length === 0 ? "a start" : "a hidden start"} is not lost`, async (t) => {
    const person = await connectApp(t, sandbox);
    const { desktop, app } = person;
    const { link } = await topUpWithLink(person, "15");
    const name = (await desktop.bus.names()).find((one) => one.startsWith("org.bursar.desktop")) ?? "";
    await quit(desktop, app);

    app.launch({ args });
    await until("the app owns its name", () => desktop.bus.owner(name));
    const windows = await app.topWindows();
    const calls = [[link], {}];
    await desktop.bus.call(name, "/org/bursar/desktop", "org.freedesktop.Application", "Open", "asa{sv}", calls);
    assert.equal(windows.length, 0, "the start had already come to its window");
    await app.window();
    const { processes } = desktop;
    await until("the link was opened", () => processes.countInLogs(BY_PLUGIN) + processes.countInLogs(DIRECTLY) === 1);
    // It has used up its state.
    await app.launch({ args: [link] }).waitForExit();
    await untilLogged(desktop, USED, 0);
    assert.equal(app.pids().length, 1);
  });
}

test("the app registers its own link handler and no other", async (t) => {
  const { desktop } = await connectApp(t, sandbox);
  const folder = join(desktop.env["XDG_DATA_HOME"] ?? "", "applications");
  const handler = "org.bursar.desktop.handler.desktop";
  await until("the handler is registered", () => readdirSync(folder).includes(handler));
  await desktop.openLink(`org.bursar.desktop://top-up/return?state=${"a".repeat(64)}`);
  await untilLogged(desktop, BY_PLUGIN, 0);
  const entries = readdirSync(folder).filter((name) => name.endsWith(".desktop"));
  assert.deepEqual(entries.toSorted(), ["bursar-test-browser.desktop", handler]);
  const { stdout } = await desktop.run("gio", ["mime", "x-scheme-handler/org.bursar.desktop"]);
  assert.deepEqual([...new Set(stdout.match(/[^\s/]+\.desktop$/gm))], [handler]);
});
