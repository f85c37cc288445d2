/** Top-ups that do not simply complete: cancelled, expired, paid late, under review. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { normalizeAmount } from "../session/cli.ts";
import { queryDatabase } from "../session/database.ts";
import { staysTrue, until } from "../session/wait.ts";
import { Sandbox } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import {
  waitForReturnToApp,
  startTopUp,
  connectApp,
  paymentRow,
  noticeKinds,
  openTopUpStatus,
  waitForPage,
  waitForPayment,
} from "./steps.ts";
import { text } from "../session/texts.ts";

const REGISTERED = "256";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("top_up_outcomes");
});
after(() => sandbox.end());

test("the checkout's back arrow cancels, and no money moves", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, user, window } = person;
  const { topUp, checkout } = await startTopUp(person, sandbox, "30");
  await checkout.clickBack();
  await waitForReturnToApp(person);
  const ended = await until("the provider has ended the top-up", async () => {
    const now = await sandbox.topUp(topUp.id);
    return (await user.serverState()).open_top_up === null && now;
  });
  assert.equal(ended.session?.status, "canceled");
  await window.id("ended-top-up").waitVisible();
  await window.id("go-top-up").waitVisible();
  await window.screenshot("ended");
  // The provider uses one status for an abandoned page and one that expired.
  await waitForPayment(window, topUp.id, ended.status === "canceled" ? "cancelled" : "expired", false);
  assert.equal(await window.css(`[data-testid="payment"][data-payment="${topUp.id}"]`).count(), 1);
  await staysTrue("the user's own cancellation does not pop up", () => desktop.notifications.all.length === 0, 1_000);
  assert.equal(normalizeAmount((await user.serverState()).chain.free), REGISTERED);
  await assertConsistent(person);
});

test("cancelling in the app only asks the provider, which then cancels", async (t) => {
  const person = await connectApp(t, sandbox, { user: { ids: "intent_differs" } });
  const { desktop, user, window } = person;
  const { topUp } = await startTopUp(person, sandbox, "30");
  assert.notEqual(topUp.intent_id, topUp.id);
  await window.id("cancel").click();
  await window.id("cancel-confirm").waitVisible();
  await window.screenshot("confirm");
  await window.id("cancel-confirm-no").click();
  await window.id("cancel-confirm").waitHidden();
  assert.equal(await openTopUpStatus(window), "open");

  await sandbox.fault({ target: "console", method: "DELETE", path: "/v2/top-ups*", kind: "delay", ms: 3_000 });
  await window.id("cancel").click();
  await window.id("cancel-confirm-yes").click();
  await window.id("cancel-requested").waitVisible();
  await window.screenshot("requested");
  assert.equal(await openTopUpStatus(window), "open");
  await waitForPayment(window, topUp.id, "cancelled", false);
  assert.equal(await window.css(`[data-testid="payment"][data-payment="${topUp.id}"]`).count(), 1);
  assert.deepEqual(await noticeKinds(window, topUp.id), ["cancelled"]);
  await staysTrue("the user's own cancellation does not pop up", () => desktop.notifications.all.length === 0, 1_000);
  assert.equal(normalizeAmount((await user.serverState()).chain.free), REGISTERED);
  await assertConsistent(person);
});

test("a countdown at zero changes nothing, the provider's expiry notifies once, and late money still completes the top-up", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, user, window } = person;
  const { topUp, checkout } = await startTopUp(person, sandbox, "22.22");
  const [minutes = 0, seconds = 0] = (await window.id("countdown").text()).split(":").map(Number);
  await sandbox.age(topUp.id, minutes * 60 + seconds - 10);
  await window.id("check-now").click();
  await window.id("countdown").waitForText(/^0?0:/);
  await sandbox.fault({ target: "console", kind: "status", status: 503, body: { error: "later" } });
  await window.id("countdown-over").waitVisible();
  await staysTrue("the top-up stays open at zero", async () => (await openTopUpStatus(window)) === "open", 1_000);
  assert.deepEqual(await queryDatabase(desktop, "bursar.db", "SELECT phase FROM top_up"), [{ phase: "open" }]);
  assert.equal(desktop.notifications.all.length, 0);
  await window.screenshot("zero");

  await sandbox.clearFaults();
  await window.id("check-now").click();
  await window.css('[data-testid="ended-top-up"][data-status="expired"]').waitVisible();
  await window.screenshot("expired");
  const popup = await desktop.notifications.find(text("notice-expired", { kind: "top_up" }));
  assert.match(popup.body, /22\.22/);
  await waitForPayment(window, topUp.id, "expired", false);
  await checkout.waitForPhase("ended");
  await desktop.screenshot("checkout-expired");
  await assertConsistent(person);
  assert.equal(desktop.notifications.all.length, 1);

  const paid = await sandbox.pay(topUp.id, { chain: 137 });
  assert.equal(normalizeAmount(paid.amount), "22.4422");
  await waitForPayment(window, topUp.id, "completed", true);
  await desktop.notifications.find(text("notice-completed", { kind: "top_up" }));
  assert.deepEqual(await noticeKinds(window, topUp.id), ["completed", "expired"]);
  await window.screenshot("told");
  assert.equal((await sandbox.topUp(topUp.id)).session?.late, true);
  assert.notEqual(normalizeAmount((await user.serverState()).chain.free), REGISTERED);
  await assertConsistent(person);
  await staysTrue("each outcome notifies once", () => desktop.notifications.all.length === 2, 1_000);
});

test("a payment under review notifies, opens by a click with the window closed, and completes", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, app } = person;
  const { topUp, checkout } = await startTopUp(person, sandbox, "100");
  await app.closeWindow();
  await sandbox.setRelayer({ hold: true });
  await checkout.close();
  await sandbox.pay(topUp.id, { chain: 1 });
  await until("the provider has seen the payment", async () => (await sandbox.topUp(topUp.id)).status === "pending");
  await sandbox.setStatus(topUp.id, "needs_review");
  await (await desktop.tray.icon()).click(text("tray-check-now"));
  const popup = await desktop.notifications.find(text("notice-under_review", { kind: "top_up" }), { timeout: 30_000 });
  assert.ok("default" in popup.actions);

  desktop.notifications.invokeAction(popup);
  const window = await app.window();
  await window.id("payment-details").waitVisible();
  assert.equal(await window.id("payment-id").text(), topUp.id);
  assert.equal(await window.id("payment-status").attribute("data-status"), "under_review");
  await window.waitForPaint();
  await desktop.screenshot("under-review");
  await window.id("payment-done").click();
  await waitForPage(window, "payments");
  await paymentRow(window, topUp.id, "under_review", false).waitVisible();

  await sandbox.setRelayer({ hold: false });
  await sandbox.control("POST", `/top-ups/${topUp.id}/credit`);
  await waitForPayment(window, topUp.id, "completed", true);
  assert.deepEqual(await noticeKinds(window, topUp.id), ["completed", "under_review"]);
  await assertConsistent({ ...person, window });
});
