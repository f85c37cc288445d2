/**
 * Topping up at the hosting panel: on the payment systems' pages, with a saved method, and with a method saved on the
 * way.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { staysTrue, until } from "../session/wait.ts";
import { CardPage, TEST_CARDS, WalletPage } from "../session/panel_pages.ts";
import { assertPanelConsistent } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import {
  createPaymentRequests,
  waitForReturnToPayments,
  byCardPage,
  byWalletPage,
  chosenMethod,
  connectCustomer,
  waitForEndedTopUp,
  isDefault,
  isSaved,
  waitForListedPayment,
  findMethod,
  openTopUpPage,
  waitForQuote,
  fillTopUp,
  startOnCardPage,
} from "./panel_steps.ts";
import { noticeKinds, waitForPage } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_top_up");
});
after(() => sandbox.end());

test("a top-up on the card page returns to the payments and notifies once", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { desktop, user, window } = person;
  await fillTopUp(person, "25.50", await findMethod(user, byCardPage));
  await window.screenshot("wish");
  await window.id("continue").click();
  const card = await CardPage.waitFor(desktop, sandbox);
  assert.equal(await card.amount(), "25.50 USD");
  const payment = await user.payment();
  await waitForPage(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await card.pay(TEST_CARDS.succeeds, { save: false });
  await waitForReturnToPayments(person);
  await waitForListedPayment(window, payment, "completed");
  await window.screenshot("paid");
  assert.deepEqual(await noticeKinds(window, payment.id), ["completed"]);
  assert.equal(await user.balance(), "125.50");
  await assertPanelConsistent(person);
});

test("a provider's preset is paid on the PayPal page", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { desktop, user, window } = person;
  await openTopUpPage(person);
  await window.id("preset-100").click();
  await window.id(`method-${(await findMethod(user, byWalletPage)).id}`).click();
  await waitForQuote(window);
  await window.id("continue").click();
  const wallet = await WalletPage.waitFor(desktop, sandbox);
  await wallet.logIn();
  await wallet.approve({ save: false });
  await waitForReturnToPayments(person);
  await waitForListedPayment(window, await user.payment(), "completed");
  assert.equal(await user.balance(), "200.00");
  await assertPanelConsistent(person);
});

test("the default saved method pays without leaving the app, after one confirmation with the exact total", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { desktop, user, window } = person;
  const method = await findMethod(user, isDefault);
  await fillTopUp(person, "12.34");
  assert.equal(await chosenMethod(window), method.id, "the default method is selected");
  await window.id("continue").click();
  await window.id("confirm-payment").waitVisible();
  assert.equal(await window.id("confirm-payer").attribute("data-payer"), user.data.payers[0]?.id);
  assert.equal(await window.id("confirm-method").attribute("data-method"), method.id);
  assert.equal(await window.id("confirm-total").attribute("data-amount"), "12.34");
  await window.screenshot("confirm");
  await window.id("confirm-payment-no").click();
  await window.id("confirm-payment").waitHidden();
  assert.equal((await createPaymentRequests(sandbox)).length, 0, "nothing was sent");

  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await waitForPage(window, "overview");
  await waitForEndedTopUp(window, "completed");
  await window.screenshot("paid");
  const payment = await user.payment();
  await waitForListedPayment(window, payment, "completed");
  assert.deepEqual(await noticeKinds(window, payment.id), ["completed"]);
  assert.equal(await user.balance(), "112.34");
  assert.deepEqual(desktop.browser.openedUrls, [], "no browser was needed");
  await assertPanelConsistent(person);
});

test("a method saved for next time is pending, then confirmed, and can pay", async (t) => {
  const person = await connectCustomer(t, sandbox, { saved: false });
  const { desktop, user, window } = person;
  await user.setBehaviour({ hold_confirmations: true });
  await fillTopUp(person, "30", await findMethod(user, byCardPage));
  await window.id("save-method").click();
  await waitForQuote(window);
  await window.id("continue").click();
  const card = await CardPage.waitFor(desktop, sandbox);
  assert.equal(await card.savesMethod(), true, "the page has the checkbox ticked");
  await card.pay(TEST_CARDS.mastercard);
  await waitForReturnToPayments(person);
  await waitForListedPayment(window, await user.payment(), "completed");

  const saved = await findMethod(user, isSaved);
  await openTopUpPage(person);
  const option = window.id(`method-${saved.id}`);
  await until("the method is pending", async () => (await option.attribute("data-saved")) === "pending", {
    timeout: 90_000,
  });
  assert.equal(await option.isEnabled(), false, "it cannot be paid with yet");
  await window.screenshot("pending");
  await user.setBehaviour({ hold_confirmations: false });
  await until("the method is confirmed", async () => (await option.attribute("data-saved")) === "confirmed", {
    timeout: 90_000,
  });
  await window.id("amount").fill("5");
  await option.click();
  await waitForQuote(window);
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  // The overview still shows the previous payment's outcome.
  await until("the balance includes the payment", async () => (await user.balance()) === "135.00");
  await waitForListedPayment(window, await user.payment(), "completed");
  await assertPanelConsistent(person);
});

test("a card payment that the bank wants confirmed completes after the confirmation", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { user, window } = person;
  const card = await startOnCardPage(person, sandbox, "40");
  await card.pay(TEST_CARDS.confirms, { save: false });
  await card.waitForPhase("confirm");
  const payment = await user.payment();
  await waitForPage(window, "overview");
  await staysTrue(
    "the payment is not completed yet",
    async () => (await window.id("ended-top-up").count()) === 0,
    2_000,
  );
  await card.confirm(true);
  await waitForReturnToPayments(person);
  await waitForListedPayment(window, payment, "completed");
  await assertPanelConsistent(person);
});

test("a closed payment page can be reopened and paid", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { desktop, user, window } = person;
  const card = await startOnCardPage(person, sandbox, "15");
  const payment = await user.payment();
  await card.close();
  await waitForPage(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await window.screenshot("open");
  await window.id("return-to-payment").click();
  const again = await CardPage.waitFor(desktop, sandbox, payment.page ?? "");
  assert.deepEqual(desktop.browser.openedUrls, [payment.page_address, payment.page_address]);
  await again.pay(TEST_CARDS.succeeds, { save: false });
  await waitForReturnToPayments(person);
  await waitForListedPayment(window, payment, "completed");
  assert.equal((await user.serverState()).payment_count, 1);
  await assertPanelConsistent(person);
});
