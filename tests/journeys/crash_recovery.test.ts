/** A power cut must not lose a top-up, start a second one, or notify twice. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { normalizeAmount } from "../session/cli.ts";
import { staysTrue, until } from "../session/wait.ts";
import { Sandbox, type User } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import type { AppWindow } from "../session/window.ts";
import {
  startTopUp,
  connectApp,
  createTopUpRequests,
  noticeKinds,
  waitForPage,
  waitForPayment,
  waitForAmount,
} from "./steps.ts";
import { text } from "../session/texts.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("crash_recovery");
});
after(() => sandbox.end());

async function waitForBalance(window: AppWindow, amount: string): Promise<void> {
  await window.id("nav-overview").click();
  await waitForAmount(window.id("balance"), amount);
}

test("after a kill with a top-up open, the same top-up goes on and notifies once", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, user, app } = person;
  const { topUp } = await startTopUp(person, sandbox, "25.50");
  await app.kill();
  // The payment arrives while the app is down.
  await sandbox.pay(topUp.id);
  await until("the top-up is credited", async () => (await sandbox.topUp(topUp.id)).transaction !== null);

  app.launch();
  const window = await app.window();
  await waitForPayment(window, topUp.id, "completed", true);
  assert.deepEqual(await noticeKinds(window, topUp.id), ["completed"]);
  await window.screenshot("told");
  assert.equal((await createTopUpRequests(sandbox, user)).length, 1);
  await assertConsistent({ ...person, window });

  await app.kill();
  app.launch();
  await app.window();
  await waitForBalance(window, "281.5");
  assert.deepEqual(await noticeKinds(window, topUp.id), ["completed"]);
  const popUps = (): number =>
    desktop.notifications.all.filter((one) => one.summary === text("notice-completed", { kind: "top_up" })).length;
  await staysTrue("there is at most one pop-up", () => popUps() <= 1, 1_500);
});

for (const lost of [false, true]) {
  const when = lost ? "after the answer was lost" : "before the answer";
  test(`after a kill right after Continue, ${when}, exactly one top-up was requested and goes on`, async (t) => {
    const person = await connectApp(t, sandbox);
    const { user, app, window } = person;
    if (lost) {
      await sandbox.fault({ target: "console", method: "POST", path: "/v2/top-ups", times: 1, kind: "lose" });
    }
    await window.id("nav-top_up").click();
    await window.id("amount").fill("20");
    await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
    await window.id("continue").click();
    await until("the request has arrived", async () => (await createTopUpRequests(sandbox, user)).length === 1);
    await app.kill();
    const open = await user.openTopUp();

    app.launch();
    await app.window();
    await window.id("nav-overview").click();
    await waitForPage(window, "overview");
    const card = window.css('[data-testid="open-top-up"][data-status="open"]');
    await card.waitVisible({ timeout: 20_000 });
    await window.screenshot("goes-on");
    assert.equal((await createTopUpRequests(sandbox, user)).length, 1, "a second request was sent");
    assert.equal((await user.serverState()).top_up_count, 1);
    await window.id("return-to-payment").click();
    await until("the browser shows its checkout", () => person.desktop.browser.openedUrls.at(-1) === open.session_url);

    await sandbox.pay(open.id);
    await waitForPayment(window, open.id, "completed", true);
    assert.deepEqual(await noticeKinds(window, open.id), ["completed"]);
    assert.equal((await createTopUpRequests(sandbox, user)).length, 1);
    await assertConsistent(person);
  });
}

test("a low balance notifies once per crossing, also across a restart", async (t) => {
  const person = await connectApp(t, sandbox, { user: { workload: { daily: "4.5", days: 35 } } });
  const { desktop, user, app, window } = person;
  const lowBalancePopUps = (): number =>
    desktop.notifications.all.filter((one) => one.summary === text("notice-low_balance")).length;
  const checkNow = async (): Promise<void> => (await desktop.tray.icon()).click(text("tray-check-now"));
  assert.equal(lowBalancePopUps(), 0);

  await drainTo(user, "9");
  await checkNow();
  await until("the notification arrives", () => lowBalancePopUps() === 1);
  await waitForBalance(window, "9");
  await window.screenshot("low");
  await window.id("nav-inbox").click();
  await window.css('[data-testid="notice"][data-kind="low_balance"]').waitVisible();
  await window.screenshot("inbox");

  await (await desktop.tray.icon()).click(text("tray-quit"));
  await app.waitForExit();
  app.launch();
  await app.window();
  await waitForBalance(window, "9");
  await checkNow();
  await staysTrue("there is no second notification", () => lowBalancePopUps() === 1, 2_000);

  await user.credit("200");
  await waitForBalance(window, "209");
  await checkNow();
  await until(
    "the balance lasts more than seven days",
    async () => Number(await window.id("days-left").attribute("data-days")) > 7,
  );
  await drainTo(user, "8");
  await checkNow();
  await until("the next crossing notifies", () => lowBalancePopUps() === 2);
  await window.id("nav-inbox").click();
  await until(
    "the inbox has both",
    async () => (await window.css('[data-testid="notice"][data-kind="low_balance"]').count()) === 2,
  );
  await assertConsistent(person);
});

async function drainTo(user: User, amount: string): Promise<void> {
  await user.drain(amount);
  await until("the balance is drained", async () => normalizeAmount((await user.serverState()).chain.free) === amount);
}
