/** A complete top-up by wallet: amount, browser, payment, return by link, completed and verified, notified once. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { staysTrue, until } from "../session/wait.ts";
import { Sandbox } from "../session/sandbox.ts";
import { allAgree, plainAmount } from "../session/consistency.ts";
import { beginTopUp, connected, page, paymentShows } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("top_up_wallet");
});
after(() => sandbox.end());

test("a top-up by wallet is paid in the browser and shown as completed and verified", async (t) => {
  const person = await connected(t, sandbox);
  const { desktop, user, app, window } = person;
  const start = (await user.truth()).chain.free;

  const { topUp, checkout } = await beginTopUp(person, sandbox, "25.50");
  assert.equal(plainAmount(topUp.amount), "25.5");
  assert.deepEqual(desktop.browser.opened, [topUp.session_url]);
  await page(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  assert.match(await window.id("countdown").text(), /^\d{1,2}:\d{2}$/);
  await window.picture("open");
  await desktop.picture("checkout");

  await checkout.payByWallet(137);
  await checkout.waitForPhase("paid");
  // The page returns to the app by itself, which brings the window to the front.
  await until("the app is in front again", () => app.focused(), { within: 30_000 });

  await paymentShows(window, topUp.id, "completed", true);
  await window.id("nav-overview").click();
  await until("the balance includes the payment", async () => {
    const shown = await window.id("balance").attribute("data-amount");
    return shown !== null && plainAmount(shown) === plainAmount((await user.truth()).chain.free) && shown !== start;
  });
  await window.painted();
  await desktop.picture("completed");

  await window.id("nav-inbox").click();
  await window.css(`[data-testid="notice"][data-payment="${topUp.id}"]`).waitVisible();
  assert.equal(await window.css(`[data-testid="notice"][data-payment="${topUp.id}"]`).count(), 1);
  await allAgree({ desktop, user, window });
  const told = desktop.notifications.all.length;
  assert.ok(told <= 1, "at most one pop-up");
  await staysTrue("nothing notifies twice", () => desktop.notifications.all.length === told, 2_000);
});
