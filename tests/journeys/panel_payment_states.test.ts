/** The statuses of a payment at the hosting panel besides new and paid, in the window, the inbox and the history. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../session/wait.ts";
import { assertPanelConsistent } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import {
  byInvoice,
  checkNow,
  connectCustomer,
  waitForEndedTopUp,
  isDefault,
  waitForListedPayment,
  findMethod,
  PAYMENTS,
  openTopUpPage,
  waitForQuote,
  fillTopUp,
} from "./panel_steps.ts";
import { noticeKinds, waitForPage, waitForAmount } from "./steps.ts";
import { text } from "../session/texts.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_payment_states");
});
after(() => sandbox.end());

test("trusted, refunded and fraudulent payments show their status", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { user, window } = person;
  const payments = sandbox.panelPayments;
  const trusted = await user.createPaymentElsewhere("20.00", "trusted");
  await checkNow(person);
  await window.css('[data-testid="open-top-up"][data-status="confirming"]').waitVisible({ timeout: 30_000 });
  assert.equal(await window.id("steps").attribute("data-passed"), "2");
  // The panel has credited a trusted payment already: its balance counts, but no notice reports the money yet.
  await waitForAmount(window.id("balance"), "120", { timeout: 30_000 });
  await window.screenshot("trusted");
  await window.id("nav-inbox").click();
  await window.id("inbox-empty").waitVisible();
  await window.id("nav-overview").click();
  await payments.setStatus(trusted.id, "paid");
  await checkNow(person);
  await waitForEndedTopUp(window, "completed");
  assert.deepEqual(await noticeKinds(window, trusted.id), ["completed"]);

  await payments.setStatus(trusted.id, "waiting_refund");
  await checkNow(person);
  await waitForListedPayment(window, trusted, "refunding");
  await payments.setStatus(trusted.id, "refunded");
  await checkNow(person);
  await waitForListedPayment(window, trusted, "refunded");
  await window.screenshot("refunded");
  assert.deepEqual(await noticeKinds(window, trusted.id), ["refunded", "completed"]);
  await window.screenshot("inbox");
  await waitForAmount(window.id("header-balance"), "100", { timeout: 30_000 });

  const suspected = await user.createPaymentElsewhere("30.00", "processing");
  await checkNow(person);
  await window.id("nav-overview").click();
  await window.css('[data-testid="open-top-up"][data-status="confirming"]').waitVisible({ timeout: 30_000 });
  await payments.setStatus(suspected.id, "fraudulent");
  await checkNow(person);
  await window.id("reviewed-top-up").waitVisible({ timeout: 30_000 });
  assert.equal(await window.id("reviewed-top-up").attribute("data-payment"), suspected.id);
  await window.id("go-top-up").waitVisible();
  await window.screenshot("fraudulent");
  assert.deepEqual(await noticeKinds(window, suspected.id), ["under_review"]);
  await waitForListedPayment(window, suspected, "under_review");
  await assertPanelConsistent(person);
});

test("an open invoice keeps its last known state, and other payments within the limits can be made meanwhile", async (t) => {
  const person = await connectCustomer(t, sandbox, {}, { presets: ["50.00", "200.00"], max: "150.00" });
  const { desktop, user, window } = person;
  await openTopUpPage(person);
  await window.id("preset-200").click();
  await window.css('[data-testid="amount-error"][data-code="amount_too_large"]').waitVisible();
  assert.equal(await window.id("continue").isEnabled(), false);
  await window.screenshot("preset-above-the-limit");
  await window.id("preset-50").click();
  await window.id(`method-${(await findMethod(user, byInvoice)).id}`).click();
  await waitForQuote(window);
  await window.id("continue").waitForText(text("pay-invoice"));
  await window.id("continue").click();
  const payment = await user.payment();
  assert.deepEqual([payment.method.kind, payment.amount.amount], ["invoice", "50.00"]);
  await waitForPage(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  assert.equal(await window.id("return-to-payment").count(), 0, "there is no page to pay on");
  assert.deepEqual(desktop.browser.openedUrls, []);
  await window.screenshot("invoice");
  await window.id("open-details").click();
  await window.id("payment-details").waitVisible();
  await window.id("open-invoice").waitVisible();
  await window.id("payment-done").click();
  await window.id("nav-overview").click();

  // The app does not know this status: the last known one stays, with its time.
  await sandbox.fault({ target: "panel", method: "GET", path: `${PAYMENTS}*`, kind: "edit", set: UNKNOWN_STATUS });
  await window.id("overview-failure").waitVisible({ timeout: 30_000 });
  assert.equal(await window.id("overview-failure").attribute("data-code"), "line_unreadable");
  await window.id("overview-failure").waitForText(payment.number);
  const asOf = await window.id("open-top-up-as-of").attribute("data-at");
  const requestCount = (await sandbox.requests({ target: "panel", method: "GET", path: `${PAYMENTS}*` })).length;
  await checkNow(person);
  await until("the panel is polled again", async () => {
    return (await sandbox.requests({ target: "panel", method: "GET", path: `${PAYMENTS}*` })).length > requestCount + 1;
  });
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  assert.equal(
    await window.id("open-top-up-as-of").attribute("data-at"),
    asOf,
    "an answer that says nothing is not news",
  );
  await window.screenshot("unknown-status");
  await sandbox.clearFaults();
  await checkNow(person);
  await window.id("overview-failure").waitHidden({ timeout: 30_000 });
  await until(
    "the time of the last check advances",
    async () => (await window.id("open-top-up-as-of").attribute("data-at")) !== asOf,
  );

  // The header's balance opens the top-up form from any page.
  await window.id("go-top-up").click();
  await waitForPage(window, "top_up");
  await window.id("paying-renewals").click();
  await window.id("nav-payments").click();
  await waitForPage(window, "payments");
  await window.id("balance-button").click();
  await waitForPage(window, "top_up");
  assert.equal(await window.id("paying-top_up").attribute("data-state"), "on");
  const method = await findMethod(user, isDefault);
  await user.changeMethod(method.id, { debit: "declined" });
  await fillTopUp(person, "21", method);
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await waitForEndedTopUp(window, "cancelled");
  assert.equal(await window.id("open-top-up").count(), 1, "the invoice is still there beside it");
  const declined = await user.payment((one) => one.amount.amount === "21.00");
  assert.deepEqual(await noticeKinds(window, declined.id), ["cancelled"]);
  const notice = window.css(`[data-testid="notice"][data-payment="${declined.id}"]`);
  assert.equal(await notice.attribute("data-why"), "declined");

  await sandbox.panelPayments.setStatus(payment.id, "paid");
  await checkNow(person);
  await waitForListedPayment(window, payment, "completed");
  await assertPanelConsistent(person);
});

const UNKNOWN_STATUS = { "/status": "on_the_moon", "/items/0/status": "on_the_moon" };
