/**
 * Topping up at the hosting panel: on the payment systems' pages, with a saved method, and with a method saved on the
 * way.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { staysTrue, until } from "../session/wait.ts";
import { CardPage, CARDS, WalletPage } from "../session/panel_pages.ts";
import { panelAgrees } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import {
  asks,
  backAmongPayments,
  byCardPage,
  byWalletPage,
  chosenMethod,
  customer,
  ended,
  isDefault,
  isSaved,
  listed,
  methodOf,
  payIn,
  ready,
  wish,
} from "./panel_steps.ts";
import { noticesOf, page } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_top_up");
});
after(() => sandbox.end());

test("a top-up on the card page returns to the payments and notifies once", async (t) => {
  const person = await customer(t, sandbox);
  const { desktop, user, window } = person;
  await wish(person, "25.50", await methodOf(user, byCardPage));
  await window.picture("wish");
  await window.id("continue").click();
  const card = await CardPage.opened(desktop, sandbox);
  assert.equal(await card.amount(), "25.50 USD");
  const payment = await user.payment();
  await page(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await card.pay(CARDS.succeeds, { save: false });
  await backAmongPayments(person);
  await listed(window, payment, "completed");
  await window.picture("paid");
  assert.deepEqual(await noticesOf(window, payment.id), ["completed"]);
  assert.equal(await user.balance(), "125.50");
  await panelAgrees(person);
});

test("a provider's preset is paid on the PayPal page", async (t) => {
  const person = await customer(t, sandbox);
  const { desktop, user, window } = person;
  await payIn(person);
  await window.id("preset-100").click();
  await window.id(`method-${(await methodOf(user, byWalletPage)).id}`).click();
  await ready(window);
  await window.id("continue").click();
  const wallet = await WalletPage.opened(desktop, sandbox);
  await wallet.logIn();
  await wallet.approve({ save: false });
  await backAmongPayments(person);
  await listed(window, await user.payment(), "completed");
  assert.equal(await user.balance(), "200.00");
  await panelAgrees(person);
});

test("the default saved method pays without leaving the app, after one confirmation with the exact total", async (t) => {
  const person = await customer(t, sandbox);
  const { desktop, user, window } = person;
  const method = await methodOf(user, isDefault);
  await wish(person, "12.34");
  assert.equal(await chosenMethod(window), method.id, "the default method is selected");
  await window.id("continue").click();
  await window.id("confirm-payment").waitVisible();
  assert.equal(await window.id("confirm-payer").attribute("data-payer"), user.data.payers[0]?.id);
  assert.equal(await window.id("confirm-method").attribute("data-method"), method.id);
  assert.equal(await window.id("confirm-total").attribute("data-amount"), "12.34");
  await window.picture("confirm");
  await window.id("confirm-payment-no").click();
  await window.id("confirm-payment").waitGone();
  assert.equal((await asks(sandbox)).length, 0, "nothing was sent");

  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await page(window, "overview");
  await ended(window, "completed");
  await window.picture("paid");
  const payment = await user.payment();
  await listed(window, payment, "completed");
  assert.deepEqual(await noticesOf(window, payment.id), ["completed"]);
  assert.equal(await user.balance(), "112.34");
  assert.deepEqual(desktop.browser.opened, [], "no browser was needed");
  await panelAgrees(person);
});

test("a method saved for next time is pending, then confirmed, and can pay", async (t) => {
  const person = await customer(t, sandbox, { saved: false });
  const { desktop, user, window } = person;
  await user.treat({ hold_confirmations: true });
  await wish(person, "30", await methodOf(user, byCardPage));
  await window.id("save-method").click();
  await ready(window);
  await window.id("continue").click();
  const card = await CardPage.opened(desktop, sandbox);
  assert.equal(await card.saving(), true, "the page has the checkbox ticked");
  await card.pay(CARDS.mastercard);
  await backAmongPayments(person);
  await listed(window, await user.payment(), "completed");

  const saved = await methodOf(user, isSaved);
  await payIn(person);
  const offered = window.id(`method-${saved.id}`);
  await until("the method is pending", async () => (await offered.attribute("data-saved")) === "pending", { within: 90_000 });
  assert.equal(await offered.enabled(), false, "it cannot be paid with yet");
  await window.picture("pending");
  await user.treat({ hold_confirmations: false });
  await until("the method is confirmed", async () => (await offered.attribute("data-saved")) === "confirmed", {
    within: 90_000,
  });
  await window.id("amount").fill("5");
  await offered.click();
  await ready(window);
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  // The overview still shows the previous payment's outcome.
  await until("the balance includes the payment", async () => (await user.balance()) === "135.00");
  await listed(window, await user.payment(), "completed");
  await panelAgrees(person);
});

test("a card payment that the bank wants confirmed completes after the confirmation", async (t) => {
  const person = await customer(t, sandbox);
  const { desktop, user, window } = person;
  await wish(person, "40", await methodOf(user, byCardPage));
  await window.id("continue").click();
  const card = await CardPage.opened(desktop, sandbox);
  await card.pay(CARDS.confirms, { save: false });
  await card.waitForPhase("confirm");
  const payment = await user.payment();
  await page(window, "overview");
  await staysTrue("the payment is not completed yet", async () => (await window.id("ended-top-up").count()) === 0, 2_000);
  await card.confirm(true);
  await backAmongPayments(person);
  await listed(window, payment, "completed");
  await panelAgrees(person);
});

test("a closed payment page can be reopened and paid", async (t) => {
  const person = await customer(t, sandbox);
  const { desktop, user, window } = person;
  await wish(person, "15", await methodOf(user, byCardPage));
  await window.id("continue").click();
  const card = await CardPage.opened(desktop, sandbox);
  const payment = await user.payment();
  await card.close();
  await page(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await window.picture("open");
  await window.id("return-to-payment").click();
  const again = await CardPage.opened(desktop, sandbox, payment.page ?? "");
  assert.deepEqual(desktop.browser.opened, [payment.page_address, payment.page_address]);
  await again.pay(CARDS.succeeds, { save: false });
  await backAmongPayments(person);
  await listed(window, payment, "completed");
  assert.equal((await user.truth()).payment_count, 1);
  await panelAgrees(person);
});
