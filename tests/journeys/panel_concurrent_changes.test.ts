/** Changes at the hosting panel while a user is about to pay: the app only ever pays what the user confirmed. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../session/wait.ts";
import { assertPanelConsistent } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import {
  createPaymentRequests,
  byCardPage,
  chosenMethod,
  choosePayer,
  connectCustomer,
  waitForEndedTopUp,
  isDefault,
  isSaved,
  waitForListedPayment,
  findMethod,
  PAYMENTS,
  refreshEverything,
  waitForQuote,
  fillTopUp,
} from "./panel_steps.ts";
import { waitForPage } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_concurrent_changes");
});
after(() => sandbox.end());

test("a confirmation closes without paying when its method, payer or price changes elsewhere", async (t) => {
  const person = await connectCustomer(t, sandbox, { services: 1 });
  const { user, window } = person;
  const [first, second] = user.data.payers;
  const [service] = (await user.serverState()).services;
  assert.ok(first && second && service);
  const card = await findMethod(user, isDefault);
  const wallet = await findMethod(user, (one) => isSaved(one) && !isDefault(one));
  const company = await user.addMethod({ payer: second.id, is_default: true });

  await fillTopUp(person, "54");
  await window.id("continue").click();
  assert.equal(await window.id("confirm-method").attribute("data-method"), card.id);
  await user.removeMethod(card.id);
  await refreshEverything(person, sandbox);
  await waitForWithdrawnConfirmation(window, "method");
  assert.equal(await window.id("method-let-go").attribute("data-method"), card.id);
  assert.equal(await window.id("method-let-go").attribute("data-why"), "gone");
  await window.screenshot("method-gone");

  await window.id(`method-${wallet.id}`).click();
  await waitForQuote(window);
  await window.id("continue").click();
  assert.equal(await window.id("confirm-payer").attribute("data-payer"), first.id);
  assert.equal(await window.id("start-changed").count(), 0, "the previous message is gone");
  await user.removePayer(first.id);
  await refreshEverything(person, sandbox);
  await waitForWithdrawnConfirmation(window, "payer");
  assert.equal(await window.id("payer-let-go").attribute("data-payer"), first.id);
  assert.equal(await chosenMethod(window), company.id, "the remaining payer's default method");
  await window.screenshot("payer-gone");

  await window.id("paying-renewals").click();
  await window.id(`service-${service.id}`).click();
  await waitForQuote(window);
  await window.id("continue").click();
  const agreed = await window.id("confirm-total").attribute("data-amount");
  await user.setServicePrice(service.id, "99.00");
  await refreshEverything(person, sandbox);
  await waitForWithdrawnConfirmation(window, "total");
  await window.screenshot("price-changed");
  assert.equal((await createPaymentRequests(sandbox)).length, 0, "no request was sent");

  await waitForQuote(window);
  await window.id("continue").click();
  assert.notEqual(await window.id("confirm-total").attribute("data-amount"), agreed);
  assert.equal(await window.id("confirm-total").attribute("data-amount"), "99.00");
  await window.id("confirm-payment-yes").click();
  await waitForEndedTopUp(window, "completed");
  const payment = await user.payment();
  assert.deepEqual([payment.payer.id, payment.method.id, payment.amount.amount], [second.id, company.id, "99.00"]);
  await waitForListedPayment(window, payment, "completed");
  await assertPanelConsistent(person);
});

test("while a payment is being created no other can start, and choosing another payer does not change it", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { user, window } = person;
  const [first, second] = user.data.payers;
  assert.ok(first && second);
  const cardSystem = await findMethod(user, byCardPage);
  await sandbox.fault({ target: "panel", method: "POST", path: PAYMENTS, kind: "delay", ms: 5_000, times: 1 });
  await fillTopUp(person, "31", cardSystem);
  await window.id("continue").click();
  await until("the request has arrived", async () => (await createPaymentRequests(sandbox)).length > 0);
  await waitForPage(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="starting"]').waitVisible();
  assert.equal(await window.id("go-top-up").count(), 0, "whether the payment exists is not known yet");
  await window.id("balance-button").click();
  await window.id("top-up-already-open").waitVisible();
  assert.equal(await window.id("continue").count(), 0);
  await window.screenshot("being-asked-for");

  await choosePayer(window, second.id);
  const payment = await user.payment();
  assert.deepEqual([payment.payer.id, payment.method.id], [first.id, cardSystem.id]);
  assert.equal((await user.serverState()).payment_count, 1);
  await window.id("nav-overview").click();
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await window.id("go-top-up").waitVisible();
  await window.id("cancel").click();
  await window.id("cancel-confirm-yes").click();
  await waitForListedPayment(window, payment, "cancelled");
  await assertPanelConsistent(person);
});

/** The confirmation closes by itself, and the page shows the reason. */
async function waitForWithdrawnConfirmation(window: AppWindow, reason: string): Promise<void> {
  await window.id("confirm-payment").waitHidden({ timeout: 30_000 });
  await window.css(`[data-testid="start-changed"][data-what="${reason}"]`).waitVisible();
  await until("the message has the focus", async () => (await window.focused()) === "start-changed");
}
