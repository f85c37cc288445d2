/** Changes at the hosting panel while a user is about to pay: the app only ever pays what the user confirmed. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../session/wait.ts";
import { panelAgrees } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import {
  asks,
  byCardPage,
  chosenMethod,
  choosePayer,
  customer,
  ended,
  isDefault,
  isSaved,
  listed,
  methodOf,
  PAYMENTS,
  readAnew,
  ready,
  wish,
} from "./panel_steps.ts";
import { page } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_concurrent_changes");
});
after(() => sandbox.end());

test("a confirmation closes without paying when its method, payer or price changes elsewhere", async (t) => {
  const person = await customer(t, sandbox, { services: 1 });
  const { user, window } = person;
  const [first, second] = user.data.payers;
  const [service] = (await user.truth()).services;
  assert.ok(first && second && service);
  const card = await methodOf(user, isDefault);
  const wallet = await methodOf(user, (one) => isSaved(one) && !isDefault(one));
  const company = await user.addMethod({ payer: second.id, is_default: true });

  await wish(person, "54");
  await window.id("continue").click();
  assert.equal(await window.id("confirm-method").attribute("data-method"), card.id);
  await user.removeMethod(card.id);
  await readAnew(person, sandbox);
  await takenBack(window, "method");
  assert.equal(await window.id("method-let-go").attribute("data-method"), card.id);
  assert.equal(await window.id("method-let-go").attribute("data-why"), "gone");
  await window.picture("method-gone");

  await window.id(`method-${wallet.id}`).click();
  await ready(window);
  await window.id("continue").click();
  assert.equal(await window.id("confirm-payer").attribute("data-payer"), first.id);
  assert.equal(await window.id("start-changed").count(), 0, "the previous message is gone");
  await user.removePayer(first.id);
  await readAnew(person, sandbox);
  await takenBack(window, "payer");
  assert.equal(await window.id("payer-let-go").attribute("data-payer"), first.id);
  assert.equal(await chosenMethod(window), company.id, "the remaining payer's default method");
  await window.picture("payer-gone");

  await window.id("paying-renewals").click();
  await window.id(`service-${service.id}`).click();
  await ready(window);
  await window.id("continue").click();
  const agreed = await window.id("confirm-total").attribute("data-amount");
  await user.reprice(service.id, "99.00");
  await readAnew(person, sandbox);
  await takenBack(window, "total");
  await window.picture("price-changed");
  assert.equal((await asks(sandbox)).length, 0, "no request was sent");

  await ready(window);
  await window.id("continue").click();
  assert.notEqual(await window.id("confirm-total").attribute("data-amount"), agreed);
  assert.equal(await window.id("confirm-total").attribute("data-amount"), "99.00");
  await window.id("confirm-payment-yes").click();
  await ended(window, "completed");
  const payment = await user.payment();
  assert.deepEqual([payment.payer.id, payment.method.id, payment.amount.amount], [second.id, company.id, "99.00"]);
  await listed(window, payment, "completed");
  await panelAgrees(person);
});

test("while a payment is being created no other can start, and choosing another payer does not change it", async (t) => {
  const person = await customer(t, sandbox);
  const { user, window } = person;
  const [first, second] = user.data.payers;
  assert.ok(first && second);
  const way = await methodOf(user, byCardPage);
  await sandbox.fault({ target: "panel", method: "POST", path: PAYMENTS, kind: "delay", ms: 5_000, times: 1 });
  await wish(person, "31", way);
  await window.id("continue").click();
  await until("the request has arrived", async () => (await asks(sandbox)).length > 0);
  await page(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="starting"]').waitVisible();
  assert.equal(await window.id("go-top-up").count(), 0, "whether the payment exists is not known yet");
  await window.id("balance-button").click();
  await window.id("top-up-already-open").waitVisible();
  assert.equal(await window.id("continue").count(), 0);
  await window.picture("being-asked-for");

  await choosePayer(window, second.id);
  const payment = await user.payment();
  assert.deepEqual([payment.payer.id, payment.method.id], [first.id, way.id]);
  assert.equal((await user.truth()).payment_count, 1);
  await window.id("nav-overview").click();
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await window.id("go-top-up").waitVisible();
  await window.id("cancel").click();
  await window.id("cancel-confirm-yes").click();
  await listed(window, payment, "cancelled");
  await panelAgrees(person);
});

/** The confirmation closes by itself, and the page shows the reason. */
async function takenBack(window: AppWindow, what: string): Promise<void> {
  await window.id("confirm-payment").waitGone({ within: 30_000 });
  await window.css(`[data-testid="start-changed"][data-what="${what}"]`).waitVisible();
  await until("the message has the focus", async () => (await window.focused()) === "start-changed");
}
