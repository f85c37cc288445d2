/** The app without its window: in the tray, started hidden, by a link or twice, and on desktops without a tray. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { App } from "../session/app.ts";
import { connectAccount } from "../session/cli.ts";
import { Desktop } from "../session/desktop.ts";
import { staysTrue, until } from "../session/wait.ts";
import { executable } from "../session/processes.ts";
import { Sandbox } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import { startTopUp, connectApp, waitForPage, waitForPayment, createTopUpElsewhere } from "./steps.ts";
import { text } from "../session/texts.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("tray");
});
after(() => sandbox.end());

/** The number of processes that hold pages. */
function webviewCount(app: App): number {
  return app.webProcesses().filter((pid) => executable(pid).endsWith("/WebKitWebProcess")).length;
}

test("the tray shows the balance, and each menu entry does what it says", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, user, app, window } = person;
  const icon = await desktop.tray.icon();
  await icon.find(text("tray-check-now"));
  assert.match((await icon.labels())[0] ?? "", /Test.*256\.00 USDC/);
  assert.match((await icon.properties()).tooltip, /256\.00 USDC/);

  await app.closeWindow();
  await desktop.notifications.find(text("closed-to-tray-title"));
  const [pid] = app.pids();
  assert.ok(pid !== undefined, "the app is still there");

  await icon.click(text("tray-top-up"));
  await app.window();
  await waitForPage(window, "top_up");
  await until("the window is in front", () => app.focused());

  await icon.click(text("tray-hide-amounts"));
  await window.id("nav-overview").click();
  await window.css('[data-testid="balance"][data-state="hidden"]').waitVisible();
  await until("the tray shows no amount", async () => {
    const { tooltip } = await icon.properties();
    return !/\d\.\d/.test([tooltip, ...(await icon.labels())].join("\n"));
  });
  assert.doesNotMatch(await window.text(), /256/);
  await window.screenshot("hidden");
  assert.equal((await icon.find(text("tray-hide-amounts"))).checked, true);
  await icon.click(text("tray-hide-amounts"));
  await window.css('[data-testid="balance"][data-state="known"]').waitVisible();

  await app.closeWindow();
  const topUp = await createTopUpElsewhere(user, "15.00");
  await sandbox.control("DELETE", "/requests");
  await icon.click(text("tray-check-now"));
  await until("the app polls the provider at once", async () =>
    (await sandbox.requests({ target: "console" })).some((one) => one.path.endsWith("/pending")),
  );
  await icon.click(text("tray-return"));
  await until("the browser gets the checkout", () => desktop.browser.openedUrls.at(-1) === topUp.session_url);
  assert.equal(desktop.notifications.all.filter((one) => one.summary === text("closed-to-tray-title")).length, 1);

  await icon.click(text("tray-open"));
  await app.window();
  await waitForPage(window, "overview");
  assert.equal(
    await window.css("#app").attribute("data-initial-data"),
    "embedded",
    "the page contained its first data",
  );
  await window.id("open-top-up").waitVisible();
  assert.deepEqual(app.pids(), [pid]);
  await assertConsistent(person);

  await icon.click(text("tray-quit"));
  await app.waitForExit();
  await desktop.tray.waitForEmpty();
});

test("closing to the tray ends WebKit's processes", async (t) => {
  await sandbox.reset();
  // WebDriver would keep the webview alive, so this test runs without it.
  const desktop = await Desktop.for(t, { automation: false });
  await connectAccount(desktop, await sandbox.user());
  const app = new App(desktop);
  app.launch();
  await app.waitForWindow();
  await until("a web process runs", () => webviewCount(app) > 0);
  await (await desktop.tray.icon()).find(text("tray-check-now"));
  await app.closeWindow();
  await until("no web process is left", () => webviewCount(app) === 0);
  assert.equal(app.pids().length, 1);
  assert.match((await (await desktop.tray.icon()).labels())[0] ?? "", /256\.00 USDC/);
});

test("in the tray the app restarts itself without losing a top-up, a link, a pop-up or a click", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins });
  await connectAccount(desktop, user);
  // The tray hint was already shown: without its pop-up, the restart is not delayed.
  writeFileSync(join(desktop.env["BURSAR_HOME"] ?? "", "settings.json"), '{"settings":{"told_about_tray":true}}');
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForPage(window, "overview");
  const person = { desktop, user, app, window };
  const { topUp: first, checkout } = await startTopUp(person, sandbox, "12");
  await checkout.close();
  const [pid] = app.pids();
  await app.closeWindow();
  await sandbox.pay(first.id);
  const completed = await desktop.notifications.find(text("notice-completed", { kind: "top_up" }), { timeout: 60_000 });
  const second = await createTopUpElsewhere(user, "13.00");
  const old = await desktop.tray.icon();
  await old.click(text("tray-check-now"));
  await old.find(text("tray-return"));
  assert.equal(app.hasHiddenProcess(), false);

  // Links with unknown states keep coming during the restart. None may start a second engine or show a window.
  const stray = "org.bursar.desktop://top-up/return?state=" + "a".repeat(64);
  await until(
    "the app has started afresh",
    async () => {
      await desktop.openLink(stray);
      return app.hasHiddenProcess();
    },
    { timeout: 90_000 },
  );
  await until("one process is left", () => app.pids().length === 1 && app.webProcesses().length === 0);
  t.diagnostic(`process ${pid} is now ${app.pids().join()}`);
  assert.equal((await app.topWindows()).length, 0);
  const icon = await desktop.tray.icon();
  await icon.find(text("tray-return"));

  await sandbox.pay(second.id);
  const completedPopUps = (): number =>
    desktop.notifications.all.filter((one) => one.summary === text("notice-completed", { kind: "top_up" })).length;
  await until("both completions notify", () => completedPopUps() === 2, { timeout: 60_000 });
  await staysTrue("nothing notifies twice", () => completedPopUps() === 2, 2_000);
  assert.equal((await app.topWindows()).length, 0);

  // The pop-up from before the restart still opens its payment.
  desktop.notifications.invokeAction(completed);
  await app.window();
  await window.id("payment-id").waitForText(first.id);
  await window.id("payment-done").click();
  await assertConsistent(person);
});

test("a hidden start stays hidden, a second start shows the window, and a link starts the app", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, app, window } = person;
  const { topUp, checkout } = await startTopUp(person, sandbox, "11");
  const link = topUp.return_url ?? "";
  assert.match(link, /^org\.bursar\.desktop:\/\/top-up\/return\?state=/);

  // The checkout is in front; a second start brings the first app's window back to the front.
  assert.equal(await app.focused(), false);
  const [pid] = app.pids();
  assert.equal(await app.launch().waitForExit(), 0, "the second start ends by itself");
  await until("the window is in front", () => app.focused());
  assert.deepEqual(app.pids(), [pid]);

  await (await desktop.tray.icon()).click(text("tray-quit"));
  await app.waitForExit();
  app.launch({ args: ["--hidden"] });
  const icon = await desktop.tray.icon();
  await icon.find(text("tray-return"));
  await staysTrue("there is no window", async () => (await app.topWindows()).length === 0, 1_000);
  assert.equal(app.webProcesses().length, 0);
  assert.match((await icon.properties()).tooltip, /\d/);
  await icon.click(text("tray-quit"));
  await app.waitForExit();

  await sandbox.pay(topUp.id);
  await checkout.close();
  await desktop.openLink(link);
  await app.window();
  await until("the window is in front", () => app.focused());
  await waitForPayment(window, topUp.id, "completed", true);
  await window.screenshot("by-link");
  await assertConsistent(person);
});

test("without a tray closing quits, but with a top-up open the app stays, says so once, and quits afterwards", async (t) => {
  const person = await connectApp(t, sandbox, { tray: false });
  const { desktop, user, app, window } = person;
  await window.id("health-tray").waitVisible();
  await window.screenshot("no-tray");
  await app.closeWindow();
  await app.waitForExit();

  app.launch();
  await app.window();
  await waitForPage(window, "overview");
  const { topUp, checkout } = await startTopUp(person, sandbox, "10");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await app.closeWindow();
  await desktop.notifications.find(text("lingering-title"));
  await staysTrue("the app stays", () => app.pids().length === 1, 1_000);
  await desktop.screenshot("unseen");

  // An open checkout page would return to the app, which would show its window.
  await checkout.close();
  await sandbox.pay(topUp.id);
  await desktop.notifications.find(text("notice-completed", { kind: "top_up" }), { timeout: 30_000 });
  await app.waitForExit();
  assert.equal(desktop.notifications.all.filter((one) => one.summary === text("lingering-title")).length, 1);
  assert.equal(
    desktop.notifications.all.filter((one) => one.summary === text("notice-completed", { kind: "top_up" })).length,
    1,
  );
  await assertConsistent({ desktop, user });
});

test("no window appears by itself while the tray is late, away for a moment, or gone", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t, { tray: false });
  await connectAccount(desktop, user);
  const app = new App(desktop);
  const runsWithoutWindow = async (): Promise<boolean> =>
    (await app.topWindows()).length === 0 && app.pids().length === 1;
  app.launch({ args: ["--hidden"] });
  await until("the app runs", () => app.pids().length === 1);
  await staysTrue("the app waits for a late tray", runsWithoutWindow, 2_000);
  await desktop.tray.appear();
  await desktop.tray.icon();

  desktop.tray.vanish();
  await staysTrue("the app waits while the tray is away", runsWithoutWindow, 8_000);
  for (let flap = 0; flap < 3; flap += 1) {
    await desktop.tray.appear();
    await desktop.tray.icon();
    desktop.tray.vanish();
  }
  await desktop.tray.appear();
  const icon = await desktop.tray.icon();
  await icon.find(text("tray-check-now"));
  assert.deepEqual(desktop.notifications.all, []);

  desktop.tray.vanish();
  const notification = await desktop.notifications.find(text("missing-tray-title"), { timeout: 30_000 });
  assert.ok(await runsWithoutWindow());
  await app.launch().waitForExit();
  const window = await app.window();
  await window.id("health-tray").waitVisible();
  desktop.notifications.invokeAction(notification);
  await desktop.tray.appear();
  await desktop.tray.icon();
  await window.id("health-tray").waitHidden();
  assert.equal(desktop.notifications.all.length, 1);
  await assertConsistent({ desktop, user, window });
});

test("the app registers its icon once a tray can show it, and its menu works", async (t) => {
  await sandbox.reset();
  const desktop = await Desktop.for(t, { tray: false });
  const app = new App(desktop);
  app.launch({ args: ["--hidden"] });
  await desktop.tray.appear({ hasHost: false });
  await staysTrue("no icon registers without a host", () => desktop.tray.items.length === 0, 1_000);
  desktop.tray.setHost(true);
  await desktop.tray.icon();
  desktop.tray.setHost(false);
  await desktop.tray.waitForEmpty();
  desktop.tray.setHost(true);
  await desktop.tray.icon();

  desktop.tray.vanish();
  await desktop.tray.appear({ rejections: 2 });
  await (await desktop.tray.icon()).click(text("tray-quit"));
  await app.waitForExit();
});

test("a hidden start without a session bus ends with an error, because nothing could open the app", async (t) => {
  const desktop = await Desktop.for(t);
  const app = new App(desktop);
  const nowhere = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${desktop.processes.scratch}/nobody` };
  const started = app.launch({ args: ["--hidden"], env: nowhere });
  assert.equal(await started.waitForExit(), 1);
  assert.equal((await desktop.display.windows()).length, 0);
});
