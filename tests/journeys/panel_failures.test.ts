/** Payments that fail at the hosting panel: the app reports the reason, pays nothing twice and loses nothing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { staysTrue, until } from "../session/wait.ts";
import { TEST_CARDS } from "../session/panel_pages.ts";
import { assertPanelConsistent } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import {
  createPaymentRequests,
  waitForReturnToPayments,
  byWalletPage,
  chosenMethod,
  choosePayer,
  connectCustomer,
  waitForEndedTopUp,
  isDefault,
  waitForListedPayment,
  findMethod,
  PAYMENTS,
  openTopUpPage,
  waitForQuote,
  fillTopUp,
  startOnCardPage,
} from "./panel_steps.ts";
import { noticeKinds, waitForPage } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_failures");
});
after(() => sandbox.end());

test("a declined card shows the reason and what to do, and nothing is charged", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { user, window } = person;
  const card = await startOnCardPage(person, sandbox, "20");
  await card.pay(TEST_CARDS.declined, { save: false });
  await waitForReturnToPayments(person);
  const payment = await user.payment();
  await waitForListedPayment(window, payment, "cancelled");
  assert.deepEqual(await noticeKinds(window, payment.id), ["cancelled"]);
  await window.screenshot("notice");
  await window.css(`[data-testid="notice"][data-payment="${payment.id}"]`).click();
  await window.id("payment-details").waitVisible();
  assert.equal(await window.id("payment-reason").attribute("data-why"), "declined");
  await window.screenshot("details");
  await window.id("payment-done").click();
  assert.equal(await user.balance(), "100.00");
  await assertPanelConsistent(person);
});

test("a failed debit of a saved method notifies with the reason and what to do", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { user, window } = person;
  const method = await findMethod(user, isDefault);
  await user.changeMethod(method.id, { debit: "insufficient_funds" });
  await fillTopUp(person, "60");
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await waitForEndedTopUp(window, "cancelled");
  assert.equal(await window.id("ended-top-up").attribute("data-why"), "insufficient_funds");
  await window.screenshot("failed");
  const payment = await user.payment();
  assert.deepEqual(await noticeKinds(window, payment.id), ["cancelled"]);
  await window.screenshot("inbox");
  await window.css(`[data-testid="notice"][data-payment="${payment.id}"]`).click();
  await window.id("payment-details").waitVisible();
  assert.equal(await window.id("payment-reason").attribute("data-why"), "insufficient_funds");
  await window.id("payment-done").click();
  assert.equal(await user.balance(), "100.00");
  await assertPanelConsistent(person);
});

test("choosing another payer narrows the methods at once and visibly deselects a method that is not theirs", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { user, window } = person;
  const [first, second] = user.data.payers;
  assert.ok(first && second);
  const own = await findMethod(user, isDefault);
  const theirs = await findMethod(user, byWalletPage, second.id);
  await fillTopUp(person, "45");
  assert.equal(await chosenMethod(window), own.id);
  await choosePayer(window, second.id);
  assert.equal(await window.id("method-let-go").attribute("data-method"), own.id);
  assert.equal(await window.id("method-let-go").attribute("data-why"), "payer");
  assert.equal(await window.id(`method-${own.id}`).count(), 0, "it is not offered to this payer");
  await window.screenshot("let-go");
  await window.id(`method-${theirs.id}`).click();
  await waitForQuote(window);
  await window.id("method-let-go").waitHidden();
  await choosePayer(window, first.id);
  assert.equal(await chosenMethod(window), own.id, "the payer's default is selected again");
  await choosePayer(window, second.id);
  await window.id(`method-${theirs.id}`).click();
  await waitForQuote(window);
  await window.id("continue").click();
  const payment = await user.payment();
  assert.deepEqual([payment.payer.id, payment.method.id], [second.id, theirs.id]);
  await waitForPage(window, "overview");
  await window.id("cancel").click();
  await window.id("cancel-confirm-yes").click();
  await waitForListedPayment(window, payment, "cancelled");
  await assertPanelConsistent(person);
});

test("a preset over the limit shows the limit and cannot be sent", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { user, window } = person;
  await user.setBehaviour({ presets: ["50.00", "100.00"], max: "150.00" });
  await openTopUpPage(person);
  await window.id("preset-1000").waitVisible();
  await window.id("amount").fill("15000.01");
  await window.css('[data-testid="amount-error"][data-code="amount_too_large"]').waitVisible();
  await window.id("amount").fill("0.49");
  await window.css('[data-testid="amount-error"][data-code="amount_too_small"]').waitVisible();
  assert.equal(await window.id("continue").isEnabled(), false);
  // The form was loaded before the limit fell, so the provider refuses, and the app shows its message.
  await window.id("preset-200").click();
  await until("the form can be sent, or shows the new limit", async () => {
    if ((await window.id("quote").attribute("data-ready")) === "true") return true;
    return (await window.css('[data-testid="amount-error"][data-code="amount_too_large"]').count()) > 0;
  });
  await window.screenshot("limit");
  if (await window.id("continue").isEnabled()) {
    await window.id("continue").click();
    await window.id("confirm-payment-yes").click();
    await waitForEndedTopUp(window, "not_started");
    await window.id("ended-refusal").waitVisible();
    await window.screenshot("refused");
  }
  assert.equal((await user.serverState()).payment_count, 0);
  await assertPanelConsistent(person);
});

test("a double click on Pay makes one payment", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { user, window } = person;
  await sandbox.fault({ target: "panel", method: "POST", path: PAYMENTS, kind: "delay", ms: 1_500, times: 2 });
  await fillTopUp(person, "11");
  await window.id("continue").click();
  await window.id("confirm-payment-yes").waitVisible();
  await window.driver.script(
    `const pay = document.querySelector('[data-testid="confirm-payment-yes"]'); pay.click(); pay.click(); pay.click();`,
  );
  await waitForEndedTopUp(window, "completed");
  await staysTrue("there is one payment", async () => (await user.serverState()).payment_count === 1, 2_000);
  assert.equal((await createPaymentRequests(sandbox)).length, 1);
  assert.equal(await user.balance(), "111.00");
  await assertPanelConsistent(person);
});

for (const kind of ["hang", "lose"] as const) {
  const when = kind === "lose" ? "after the answer was lost" : "before the panel answers";
  test(`after a kill between Pay and the answer, ${when}, the same key is sent again and there is one payment`, async (t) => {
    const person = await connectCustomer(t, sandbox);
    const { user, app, window } = person;
    const fault = await sandbox.fault({ target: "panel", method: "POST", path: PAYMENTS, kind, times: 1 });
    await fillTopUp(person, "33");
    await window.id("continue").click();
    await window.id("confirm-payment-yes").click();
    await until("the request has arrived", async () => (await createPaymentRequests(sandbox)).length > 0);
    await app.kill();
    if (kind === "hang") await sandbox.control("DELETE", `/faults/${fault}`).catch(() => undefined);

    app.launch();
    await app.window();
    const payment = await user.payment();
    await waitForListedPayment(window, payment, "completed");
    await window.screenshot("goes-on");
    const sent = await createPaymentRequests(sandbox);
    assert.ok(sent.length >= 2, "the request was not sent again");
    // The panel answers a known key with 200 and a new one with 201.
    const made = sent.filter((one) => one.status === 201 || (one.fault === "lose" && one.status === null));
    assert.ok(made.length <= 1, JSON.stringify(sent));
    if (kind === "lose") assert.equal(sent.at(-1)?.status, 200, "the panel did not know the key");
    assert.equal((await user.serverState()).payment_count, 1);
    assert.equal(await user.balance(), "133.00");
    assert.deepEqual(await noticeKinds(window, payment.id), ["completed"]);
    await assertPanelConsistent(person);
  });
}

test("paying with a method that was removed elsewhere is refused with a message, costs nothing, and the method disappears", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { user, window } = person;
  const method = await findMethod(user, isDefault);
  await fillTopUp(person, "21");
  assert.equal(await chosenMethod(window), method.id);
  await user.removeMethod(method.id);
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await until("the app reports it", async () => {
    const refused = (await window.id("start-error").count()) + (await window.id("ended-refusal").count());
    return refused > 0;
  });
  await window.screenshot("refused");
  assert.equal((await user.serverState()).payment_count, 0, "nothing was paid");
  await openTopUpPage(person);
  await until("the method is no longer offered", async () => (await window.id(`method-${method.id}`).count()) === 0, {
    timeout: 90_000,
  });
  await window.screenshot("gone");
  await assertPanelConsistent(person);
});
