/** The statuses of a payment at the hosting panel besides new and paid, in the window, the inbox and the history. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../session/wait.ts";
import { panelAgrees } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import { plainAmount } from "../session/consistency.ts";
import type { AppWindow } from "../session/window.ts";
import {
  byInvoice,
  checkNow,
  customer,
  ended,
  isDefault,
  listed,
  methodOf,
  PAYMENTS,
  payIn,
  ready,
  wish,
} from "./panel_steps.ts";
import { noticesOf, page } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_payment_states");
});
after(() => sandbox.end());

test("trusted, refunded and fraudulent payments show their status", async (t) => {
  const person = await customer(t, sandbox);
  const { user, window } = person;
  const payments = sandbox.panelPayments;
  const trusted = await user.paidElsewhere("20.00", "trusted");
  await checkNow(person);
  await window.css('[data-testid="open-top-up"][data-status="confirming"]').waitVisible({ within: 30_000 });
  assert.equal(await window.id("steps").attribute("data-passed"), "2");
  // The panel has credited a trusted payment already: its balance counts, but no notice reports the money yet.
  await shows(window, "balance", "120");
  await window.picture("trusted");
  await window.id("nav-inbox").click();
  await window.id("inbox-empty").waitVisible();
  await window.id("nav-overview").click();
  await payments.turn(trusted.id, "paid");
  await checkNow(person);
  await ended(window, "completed");
  assert.deepEqual(await noticesOf(window, trusted.id), ["completed"]);

  await payments.turn(trusted.id, "waiting_refund");
  await checkNow(person);
  await listed(window, trusted, "refunding");
  await payments.turn(trusted.id, "refunded");
  await checkNow(person);
  await listed(window, trusted, "refunded");
  await window.picture("refunded");
  assert.deepEqual(await noticesOf(window, trusted.id), ["refunded", "completed"]);
  await window.picture("inbox");
  await shows(window, "header-balance", "100");

  const suspected = await user.paidElsewhere("30.00", "processing");
  await checkNow(person);
  await window.id("nav-overview").click();
  await window.css('[data-testid="open-top-up"][data-status="confirming"]').waitVisible({ within: 30_000 });
  await payments.turn(suspected.id, "fraudulent");
  await checkNow(person);
  await window.id("reviewed-top-up").waitVisible({ within: 30_000 });
  assert.equal(await window.id("reviewed-top-up").attribute("data-payment"), suspected.id);
  await window.id("go-top-up").waitVisible();
  await window.picture("fraudulent");
  assert.deepEqual(await noticesOf(window, suspected.id), ["under_review"]);
  await listed(window, suspected, "under_review");
  await panelAgrees(person);
});

test("an open invoice keeps its last known state, and other payments within the limits can be made meanwhile", async (t) => {
  const person = await customer(t, sandbox, {}, { presets: ["50.00", "200.00"], max: "150.00" });
  const { desktop, user, window } = person;
  await payIn(person);
  await window.id("preset-200").click();
  await window.css('[data-testid="amount-error"][data-code="amount_too_large"]').waitVisible();
  assert.equal(await window.id("continue").enabled(), false);
  await window.picture("preset-above-the-limit");
  await window.id("preset-50").click();
  await window.id(`method-${(await methodOf(user, byInvoice)).id}`).click();
  await ready(window);
  await window.id("continue").waitForText("Ask for the invoice");
  await window.id("continue").click();
  const payment = await user.payment();
  assert.deepEqual([payment.method.kind, payment.amount.amount], ["invoice", "50.00"]);
  await page(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  assert.equal(await window.id("return-to-payment").count(), 0, "there is no page to pay on");
  assert.deepEqual(desktop.browser.opened, []);
  await window.picture("invoice");
  await window.id("open-details").click();
  await window.id("payment-details").waitVisible();
  await window.id("open-invoice").waitVisible();
  await window.id("payment-done").click();
  await window.id("nav-overview").click();

  // The app does not know this status: the last known one stays, with its time.
  await sandbox.fault({ target: "panel", method: "GET", path: `${PAYMENTS}*`, kind: "edit", set: ODD });
  await window.id("overview-failure").waitVisible({ within: 30_000 });
  assert.equal(await window.id("overview-failure").attribute("data-code"), "line_unreadable");
  await window.id("overview-failure").waitForText(payment.number);
  const told = await window.id("open-top-up-as-of").attribute("data-at");
  const asked = (await sandbox.requests({ target: "panel", method: "GET", path: `${PAYMENTS}*` })).length;
  await checkNow(person);
  await until("the panel is polled again", async () => {
    return (await sandbox.requests({ target: "panel", method: "GET", path: `${PAYMENTS}*` })).length > asked + 1;
  });
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  assert.equal(
    await window.id("open-top-up-as-of").attribute("data-at"),
    told,
    "an answer that says nothing is not news",
  );
  await window.picture("unknown-status");
  await sandbox.noFaults();
  await checkNow(person);
  await window.id("overview-failure").waitGone({ within: 30_000 });
  await until("the time of the last check advances", async () => (await window.id("open-top-up-as-of").attribute("data-at")) !== told);

  // The header's balance opens the top-up form from any page.
  await window.id("go-top-up").click();
  await page(window, "top_up");
  await window.id("paying-renewals").click();
  await window.id("nav-payments").click();
  await page(window, "payments");
  await window.id("balance-button").click();
  await page(window, "top_up");
  assert.equal(await window.id("paying-top_up").attribute("data-state"), "on");
  const method = await methodOf(user, isDefault);
  await user.changeMethod(method.id, { debit: "declined" });
  await wish(person, "21", method);
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await ended(window, "cancelled");
  assert.equal(await window.id("open-top-up").count(), 1, "the invoice is still there beside it");
  const declined = await user.payment((one) => one.amount.amount === "21.00");
  assert.deepEqual(await noticesOf(window, declined.id), ["cancelled"]);
  const notice = window.css(`[data-testid="notice"][data-payment="${declined.id}"]`);
  assert.equal(await notice.attribute("data-why"), "declined");

  await sandbox.panelPayments.turn(payment.id, "paid");
  await checkNow(person);
  await listed(window, payment, "completed");
  await panelAgrees(person);
});

const ODD = { "/status": "on_the_moon", "/items/0/status": "on_the_moon" };

async function shows(window: AppWindow, testid: string, amount: string): Promise<void> {
  await until(
    `${testid} is ${amount}`,
    async () => {
      const shown = await window.id(testid).attribute("data-amount");
      return shown !== null && plainAmount(shown) === amount;
    },
    { within: 30_000 },
  );
}
