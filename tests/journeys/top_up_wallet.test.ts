/** A complete top-up by wallet: amount, browser, payment, return by link, completed and verified, notified once. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { normalizeAmount } from "../session/cli.ts";
import { staysTrue, until } from "../session/wait.ts";
import { Sandbox } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import { startTopUp, connectApp, waitForPage, waitForPayment } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("top_up_wallet");
});
after(() => sandbox.end());

test("a top-up by wallet is paid in the browser and shown as completed and verified", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, user, app, window } = person;
  const start = (await user.serverState()).chain.free;

  const { topUp, checkout } = await startTopUp(person, sandbox, "25.50");
  assert.equal(normalizeAmount(topUp.amount), "25.5");
  assert.deepEqual(desktop.browser.openedUrls, [topUp.session_url]);
  await waitForPage(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  assert.match(await window.id("countdown").text(), /^\d{1,2}:\d{2}$/);
  await window.screenshot("open");
  await desktop.screenshot("checkout");

  await checkout.payByWallet(137);
  await checkout.waitForPhase("paid");
  // The page returns to the app by itself, which brings the window to the front.
  await until("the app is in front again", () => app.focused(), { timeout: 30_000 });

  await waitForPayment(window, topUp.id, "completed", true);
  await window.id("nav-overview").click();
  await until("the balance includes the payment", async () => {
    const shown = await window.id("balance").attribute("data-amount");
    return (
      shown !== null &&
      normalizeAmount(shown) === normalizeAmount((await user.serverState()).chain.free) &&
      shown !== start
    );
  });
  await window.waitForPaint();
  await desktop.screenshot("completed");

  await window.id("nav-inbox").click();
  await window.css(`[data-testid="notice"][data-payment="${topUp.id}"]`).waitVisible();
  assert.equal(await window.css(`[data-testid="notice"][data-payment="${topUp.id}"]`).count(), 1);
  await assertConsistent({ desktop, user, window });
  const popUps = desktop.notifications.all.length;
  assert.ok(popUps <= 1, "at most one pop-up");
  await staysTrue("nothing notifies twice", () => desktop.notifications.all.length === popUps, 2_000);
});
