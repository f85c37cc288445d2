/** Top-ups that do not simply complete: cancelled, expired, paid late, under review. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { staysTrue, until } from "../session/wait.ts";
import { Sandbox } from "../session/sandbox.ts";
import { allAgree, plainAmount, rows } from "../session/consistency.ts";
import { backInTheApp, beginTopUp, connected, lineOf, noticesOf, openTopUp, page, paymentShows } from "./steps.ts";

const REGISTERED = "256";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("top_up_outcomes");
});
after(() => sandbox.end());

test("the checkout's back arrow cancels, and no money moves", async (t) => {
  const person = await connected(t, sandbox);
  const { desktop, user, window } = person;
  const { topUp, checkout } = await beginTopUp(person, sandbox, "30");
  await checkout.back();
  await backInTheApp(person);
  const ended = await until("the provider has ended the top-up", async () => {
    const now = await sandbox.topUp(topUp.id);
    return (await user.truth()).open_top_up === null && now;
  });
  assert.equal(ended.session?.status, "canceled");
  await window.id("ended-top-up").waitVisible();
  await window.id("go-top-up").waitVisible();
  await window.picture("ended");
  // The provider uses one status for an abandoned page and one that expired.
  await paymentShows(window, topUp.id, ended.status === "canceled" ? "cancelled" : "expired", false);
  assert.equal(await window.css(`[data-testid="payment"][data-payment="${topUp.id}"]`).count(), 1);
  await staysTrue("the user's own cancellation does not pop up", () => desktop.notifications.all.length === 0, 1_000);
  assert.equal(plainAmount((await user.truth()).chain.free), REGISTERED);
  await allAgree(person);
});

test("cancelling in the app only asks the provider, which then cancels", async (t) => {
  const person = await connected(t, sandbox, { user: { ids: "intent_differs" } });
  const { desktop, user, window } = person;
  const { topUp } = await beginTopUp(person, sandbox, "30");
  assert.notEqual(topUp.intent_id, topUp.id);
  await window.id("cancel").click();
  await window.id("cancel-confirm").waitVisible();
  await window.picture("confirm");
  await window.id("cancel-confirm-no").click();
  await window.id("cancel-confirm").waitGone();
  assert.equal(await openTopUp(window), "open");

  await sandbox.fault({ target: "console", method: "DELETE", path: "/v2/top-ups*", kind: "delay", ms: 3_000 });
  await window.id("cancel").click();
  await window.id("cancel-confirm-yes").click();
  await window.id("cancel-requested").waitVisible();
  await window.picture("requested");
  assert.equal(await openTopUp(window), "open");
  await paymentShows(window, topUp.id, "cancelled", false);
  assert.equal(await window.css(`[data-testid="payment"][data-payment="${topUp.id}"]`).count(), 1);
  assert.deepEqual(await noticesOf(window, topUp.id), ["cancelled"]);
  await staysTrue("the user's own cancellation does not pop up", () => desktop.notifications.all.length === 0, 1_000);
  assert.equal(plainAmount((await user.truth()).chain.free), REGISTERED);
  await allAgree(person);
});

test("a countdown at zero changes nothing, the provider's expiry notifies once, and late money still completes the top-up", async (t) => {
  const person = await connected(t, sandbox);
  const { desktop, user, window } = person;
  const { topUp, checkout } = await beginTopUp(person, sandbox, "22.22");
  const [minutes = 0, seconds = 0] = (await window.id("countdown").text()).split(":").map(Number);
  await sandbox.age(topUp.id, minutes * 60 + seconds - 10);
  await window.id("check-now").click();
  await window.id("countdown").waitForText(/^0?0:/);
  await sandbox.fault({ target: "console", kind: "status", status: 503, body: { error: "later" } });
  await window.id("countdown-over").waitVisible();
  await staysTrue("the top-up stays open at zero", async () => (await openTopUp(window)) === "open", 1_000);
  assert.deepEqual(await rows(desktop, "bursar.db", "SELECT phase FROM top_up"), [{ phase: "open" }]);
  assert.equal(desktop.notifications.all.length, 0);
  await window.picture("zero");

  await sandbox.noFaults();
  await window.id("check-now").click();
  await window.css('[data-testid="ended-top-up"][data-status="expired"]').waitVisible();
  await window.picture("expired");
  const popup = await desktop.notifications.find("expired");
  assert.match(popup.body, /22\.22/);
  await paymentShows(window, topUp.id, "expired", false);
  await checkout.waitForPhase("ended");
  await desktop.picture("checkout-expired");
  await allAgree(person);
  assert.equal(desktop.notifications.all.length, 1);

  const paid = await sandbox.pay(topUp.id, { chain: 137 });
  assert.equal(plainAmount(paid.amount), "22.4422");
  await paymentShows(window, topUp.id, "completed", true);
  await desktop.notifications.find("completed");
  assert.deepEqual(await noticesOf(window, topUp.id), ["completed", "expired"]);
  await window.picture("told");
  assert.equal((await sandbox.topUp(topUp.id)).session?.late, true);
  assert.notEqual(plainAmount((await user.truth()).chain.free), REGISTERED);
  await allAgree(person);
  await staysTrue("each outcome notifies once", () => desktop.notifications.all.length === 2, 1_000);
});

test("a payment under review notifies, opens by a click with the window closed, and completes", async (t) => {
  const person = await connected(t, sandbox);
  const { desktop, app } = person;
  const { topUp, checkout } = await beginTopUp(person, sandbox, "100");
  await app.closeWindow();
  await sandbox.relayer({ hold: true });
  await checkout.close();
  await sandbox.pay(topUp.id, { chain: 1 });
  await until("the provider has seen the payment", async () => (await sandbox.topUp(topUp.id)).status === "pending");
  await sandbox.setStatus(topUp.id, "needs_review");
  await (await desktop.tray.icon()).click("Check now");
  const popup = await desktop.notifications.find("under review", { within: 30_000 });
  assert.equal(popup.summary, "Top-up under review");
  assert.ok("default" in popup.actions);

  desktop.notifications.choose(popup);
  const window = await app.window();
  await window.id("payment-details").waitVisible();
  assert.equal(await window.id("payment-id").text(), topUp.id);
  assert.equal(await window.id("payment-status").attribute("data-status"), "under_review");
  await window.painted();
  await desktop.picture("under-review");
  await window.id("payment-done").click();
  await page(window, "payments");
  await lineOf(window, topUp.id, "under_review", false).waitVisible();

  await sandbox.relayer({ hold: false });
  await sandbox.control("POST", `/top-ups/${topUp.id}/credit`);
  await paymentShows(window, topUp.id, "completed", true);
  assert.deepEqual(await noticesOf(window, topUp.id), ["completed", "under_review"]);
  await allAgree({ ...person, window });
});
