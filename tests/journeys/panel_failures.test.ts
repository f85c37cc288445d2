/** Payments that fail at the hosting panel: the app reports the reason, pays nothing twice and loses nothing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { staysTrue, until } from "../session/wait.ts";
import { CardPage, CARDS } from "../session/panel_pages.ts";
import { panelAgrees } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import {
  asks,
  backAmongPayments,
  byCardPage,
  byWalletPage,
  chosenMethod,
  choosePayer,
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
  sandbox = await Sandbox.start("panel_failures");
});
after(() => sandbox.end());

test("a declined card shows the reason and what to do, and nothing is charged", async (t) => {
  const person = await customer(t, sandbox);
  const { desktop, user, window } = person;
  await wish(person, "20", await methodOf(user, byCardPage));
  await window.id("continue").click();
  const card = await CardPage.opened(desktop, sandbox);
  await card.pay(CARDS.declined, { save: false });
  await backAmongPayments(person);
  const payment = await user.payment();
  await listed(window, payment, "cancelled");
  assert.deepEqual(await noticesOf(window, payment.id), ["cancelled"]);
  await window.picture("notice");
  await window.css(`[data-testid="notice"][data-payment="${payment.id}"]`).click();
  await window.id("payment-details").waitVisible();
  assert.equal(await window.id("payment-reason").attribute("data-why"), "declined");
  await window.picture("details");
  await window.id("payment-done").click();
  assert.equal(await user.balance(), "100.00");
  await panelAgrees(person);
});

test("a failed debit of a saved method notifies with the reason and what to do", async (t) => {
  const person = await customer(t, sandbox);
  const { user, window } = person;
  const method = await methodOf(user, isDefault);
  await user.changeMethod(method.id, { debit: "insufficient_funds" });
  await wish(person, "60");
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await ended(window, "cancelled");
  assert.equal(await window.id("ended-top-up").attribute("data-why"), "insufficient_funds");
  await window.picture("failed");
  const payment = await user.payment();
  assert.deepEqual(await noticesOf(window, payment.id), ["cancelled"]);
  await window.picture("inbox");
  await window.css(`[data-testid="notice"][data-payment="${payment.id}"]`).click();
  await window.id("payment-details").waitVisible();
  assert.equal(await window.id("payment-reason").attribute("data-why"), "insufficient_funds");
  await window.id("payment-done").click();
  assert.equal(await user.balance(), "100.00");
  await panelAgrees(person);
});

test("choosing another payer narrows the methods at once and visibly deselects a method that is not theirs", async (t) => {
  const person = await customer(t, sandbox);
  const { user, window } = person;
  const [first, second] = user.data.payers;
  assert.ok(first && second);
  const own = await methodOf(user, isDefault);
  const theirs = await methodOf(user, byWalletPage, second.id);
  await wish(person, "45");
  assert.equal(await chosenMethod(window), own.id);
  await choosePayer(window, second.id);
  assert.equal(await window.id("method-let-go").attribute("data-method"), own.id);
  assert.equal(await window.id("method-let-go").attribute("data-why"), "payer");
  assert.equal(await window.id(`method-${own.id}`).count(), 0, "it is not offered to this payer");
  await window.picture("let-go");
  await window.id(`method-${theirs.id}`).click();
  await ready(window);
  await window.id("method-let-go").waitGone();
  await choosePayer(window, first.id);
  assert.equal(await chosenMethod(window), own.id, "the payer's default is selected again");
  await choosePayer(window, second.id);
  await window.id(`method-${theirs.id}`).click();
  await ready(window);
  await window.id("continue").click();
  const payment = await user.payment();
  assert.deepEqual([payment.payer.id, payment.method.id], [second.id, theirs.id]);
  await page(window, "overview");
  await window.id("cancel").click();
  await window.id("cancel-confirm-yes").click();
  await listed(window, payment, "cancelled");
  await panelAgrees(person);
});

test("a preset over the limit shows the limit and cannot be sent", async (t) => {
  const person = await customer(t, sandbox);
  const { user, window } = person;
  await user.treat({ presets: ["50.00", "100.00"], max: "150.00" });
  await payIn(person);
  await window.id("preset-1000").waitVisible();
  await window.id("amount").fill("15000.01");
  await window.css('[data-testid="amount-error"][data-code="amount_too_large"]').waitVisible();
  await window.id("amount").fill("0.49");
  await window.css('[data-testid="amount-error"][data-code="amount_too_small"]').waitVisible();
  assert.equal(await window.id("continue").enabled(), false);
  // The form was loaded before the limit fell, so the provider refuses, and the app shows its message.
  await window.id("preset-200").click();
  await until("the form can be sent, or shows the new limit", async () => {
    if ((await window.id("quote").attribute("data-ready")) === "true") return true;
    return (await window.css('[data-testid="amount-error"][data-code="amount_too_large"]').count()) > 0;
  });
  await window.picture("limit");
  if (await window.id("continue").enabled()) {
    await window.id("continue").click();
    await window.id("confirm-payment-yes").click();
    await ended(window, "not_started");
    await window.id("ended-refusal").waitVisible();
    await window.picture("refused");
  }
  assert.equal((await user.truth()).payment_count, 0);
  await panelAgrees(person);
});

test("a double click on Pay makes one payment", async (t) => {
  const person = await customer(t, sandbox);
  const { user, window } = person;
  await sandbox.fault({ target: "panel", method: "POST", path: PAYMENTS, kind: "delay", ms: 1_500, times: 2 });
  await wish(person, "11");
  await window.id("continue").click();
  await window.id("confirm-payment-yes").waitVisible();
  await window.driver.script(
    `const pay = document.querySelector('[data-testid="confirm-payment-yes"]'); pay.click(); pay.click(); pay.click();`,
  );
  await ended(window, "completed");
  await staysTrue("there is one payment", async () => (await user.truth()).payment_count === 1, 2_000);
  assert.equal((await asks(sandbox)).length, 1);
  assert.equal(await user.balance(), "111.00");
  await panelAgrees(person);
});

for (const kind of ["hang", "lose"] as const) {
  const when = kind === "lose" ? "after the answer was lost" : "before the panel answers";
  test(`after a kill between Pay and the answer, ${when}, the same key is sent again and there is one payment`, async (t) => {
    const person = await customer(t, sandbox);
    const { user, app, window } = person;
    const fault = await sandbox.fault({ target: "panel", method: "POST", path: PAYMENTS, kind, times: 1 });
    await wish(person, "33");
    await window.id("continue").click();
    await window.id("confirm-payment-yes").click();
    await until("the request has arrived", async () => (await asks(sandbox)).length > 0);
    await app.kill();
    if (kind === "hang") await sandbox.control("DELETE", `/faults/${fault}`).catch(() => undefined);

    app.launch();
    await app.window();
    const payment = await user.payment();
    await listed(window, payment, "completed");
    await window.picture("goes-on");
    const sent = await asks(sandbox);
    assert.ok(sent.length >= 2, "the request was not sent again");
    // The panel answers a known key with 200 and a new one with 201.
    const made = sent.filter((one) => one.status === 201 || (one.fault === "lose" && one.status === null));
    assert.ok(made.length <= 1, JSON.stringify(sent));
    if (kind === "lose") assert.equal(sent.at(-1)?.status, 200, "the panel did not know the key");
    assert.equal((await user.truth()).payment_count, 1);
    assert.equal(await user.balance(), "133.00");
    assert.deepEqual(await noticesOf(window, payment.id), ["completed"]);
    await panelAgrees(person);
  });
}

test("paying with a method that was removed elsewhere is refused with a message, costs nothing, and the method disappears", async (t) => {
  const person = await customer(t, sandbox);
  const { user, window } = person;
  const method = await methodOf(user, isDefault);
  await wish(person, "21");
  assert.equal(await chosenMethod(window), method.id);
  await user.removeMethod(method.id);
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await until("the app reports it", async () => {
    const refused = (await window.id("start-error").count()) + (await window.id("ended-refusal").count());
    return refused > 0;
  });
  await window.picture("refused");
  assert.equal((await user.truth()).payment_count, 0, "nothing was paid");
  await payIn(person);
  await until("the method is no longer offered", async () => (await window.id(`method-${method.id}`).count()) === 0, {
    within: 90_000,
  });
  await window.picture("gone");
  await panelAgrees(person);
});
