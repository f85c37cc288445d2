/** Payments at Fluence as it is today: in USD, without a chain, on crypto and card pages, and by scripts. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { normalizeAmount } from "../session/cli.ts";
import { Sandbox, type SandboxTopUp } from "../session/sandbox.ts";
import { text } from "../session/texts.ts";
import { CardPage, CryptoPage } from "../session/today_pages.ts";
import { waitForAmount, waitForPayment } from "./steps.ts";
import { connectToday, enterTopUp, hasPaid, refreshAccount, startTopUp } from "./today_steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("fluence_today");
});
after(() => sandbox.end());

test("crypto is paid on its page and credited in USD, and nothing speaks of a chain", async (t) => {
  const person = await connectToday(t, sandbox);
  const { desktop, window } = person;
  assert.equal(await window.id("balance").attribute("data-currency"), "USD");
  const topUp = await startTopUp(person, "25", "crypto");
  const page = await CryptoPage.waitFor(desktop, sandbox);
  await page.choose();
  await page.send();
  await page.waitForPhase("paid");
  await hasPaid(person, topUp, "105");
  for (const hidden of ["reserved", "held", "frozen-state", "address-missing"])
    assert.equal(await window.id(hidden).count(), 0, hidden);
  await window.screenshot("today");
});

test("a declined card leaves the payment open, and another card pays it", async (t) => {
  const person = await connectToday(t, sandbox);
  const topUp = await startTopUp(person, "25", "card");
  const page = await CardPage.waitFor(person.desktop, sandbox);
  await page.pay("4000 0000 0000 0002");
  await page.waitForStatus("declined");
  await person.window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await page.pay("4242 4242 4242 4242");
  await page.waitForPhase("paid");
  await hasPaid(person, topUp, "105");
});

test("a part of the amount leaves the payment open, and the rest completes it", async (t) => {
  const person = await connectToday(t, sandbox);
  const { window } = person;
  const topUp = await startTopUp(person, "25", "crypto");
  const page = await CryptoPage.waitFor(person.desktop, sandbox);
  await page.choose();
  await page.send("10");
  await page.waitForStatus("partially_paid");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await page.send();
  await page.waitForPhase("paid");
  await hasPaid(person, topUp, "105");
});

test("a part of the amount is under review at the end, until the provider credits it", async (t) => {
  const person = await connectToday(t, sandbox);
  const { user, window } = person;
  const topUp = await startTopUp(person, "25", "crypto");
  const page = await CryptoPage.waitFor(person.desktop, sandbox);
  await page.choose();
  await page.send("10");
  await page.waitForStatus("partially_paid");
  await sandbox.expire(topUp.id);
  await waitForPayment(window, topUp.id, "under_review", false);
  await window.id("nav-overview").click();
  await window.css(`[data-testid="reviewed-top-up"][data-payment="${topUp.id}"]`).waitVisible();
  await window.screenshot("under-review");
  assert.equal(normalizeAmount((await user.serverState()).api.balance), "80");
  await sandbox.control("POST", `/top-ups/${topUp.id}/credit`);
  await refreshAccount(window);
  await hasPaid(person, topUp, "105");
});

test("money after the end is not credited, and the details say whom to ask", async (t) => {
  const person = await connectToday(t, sandbox);
  const { desktop, user, window } = person;
  const topUp = await startTopUp(person, "25", "crypto");
  const page = await CryptoPage.waitFor(desktop, sandbox);
  await page.choose();
  await sandbox.expire(topUp.id);
  await waitForPayment(window, topUp.id, "expired", false);
  await sandbox.control("POST", `/top-ups/${topUp.id}/pay`);
  await window.css(`[data-testid="payment"][data-payment="${topUp.id}"]`).click();
  await window.id("payment-details").waitVisible();
  assert.ok((await window.id("payment-details").text()).includes(text("meaning-expired-not-credited")));
  await window.id("copy-report").waitVisible();
  await window.screenshot("late");
  await window.id("payment-done").click();
  assert.equal(normalizeAmount((await user.serverState()).api.balance), "80");
});

test("a cancelled payment ends without money", async (t) => {
  const person = await connectToday(t, sandbox);
  const { window, user } = person;
  const topUp = await startTopUp(person, "25", "card");
  await window.id("cancel").click();
  await window.id("cancel-confirm-yes").click();
  await waitForPayment(window, topUp.id, "cancelled", false);
  assert.equal(normalizeAmount((await user.serverState()).api.balance), "80");
});

test("a payment page that was closed is returned to, and a second attempt offers the first", async (t) => {
  const person = await connectToday(t, sandbox);
  const { desktop, user, window } = person;
  const topUp = await startTopUp(person, "25", "crypto");
  const closed = await CryptoPage.waitFor(desktop, sandbox);
  await closed.choose();
  await closed.close();

  await window.id("nav-top_up").click();
  await window.id("top-up-already-open").waitVisible();
  assert.equal(await window.id("continue").count(), 0, "no second top-up can be started");
  await window.css(`[data-testid="open-top-up"][data-status="open"]`).waitVisible();
  await window.screenshot("second-attempt");
  await window.id("return-to-payment").click();
  const page = await CryptoPage.waitFor(desktop, sandbox, "#pay-address");
  assert.deepEqual(desktop.browser.openedUrls, [topUp.session_url, topUp.session_url]);
  await page.send();
  await page.waitForPhase("paid");
  await hasPaid(person, topUp, "105");
  assert.equal((await user.serverState()).top_up_count, 1);
});

test("a top-up that was started elsewhere in the meantime is offered in place of a second one", async (t) => {
  const person = await connectToday(t, sandbox);
  const { desktop, user, window } = person;
  await enterTopUp(window, "25", "card");
  const elsewhere = await user.createTopUp(4000, { methodCode: "crypto" });
  await window.id("continue").click();
  const shown = window.css('[data-testid="open-top-up"][data-status="open"]');
  await shown.waitVisible();
  await waitForAmount(window.id("open-top-up-amount"), "40");
  await window.screenshot("elsewhere");
  await window.id("return-to-payment").click();
  await CryptoPage.waitFor(desktop, sandbox);
  assert.equal(desktop.browser.openedUrls.at(-1), elsewhere.session_url);
  assert.equal((await user.serverState()).top_up_count, 1);
});

test("a top-up that a script paid by x402 is shown with its source, and with its transaction where known", async (t) => {
  const person = await connectToday(t, sandbox, { wallet: true });
  const { user, window } = person;
  const pay = async (amount: string, transaction: boolean): Promise<SandboxTopUp> =>
    (await sandbox.control("POST", `/users/${user.data.id}/x402`, { amount, transaction })) as SandboxTopUp;
  const traced = await pay("25", true);
  const untraced = await pay("15", false);
  await refreshAccount(window);
  await waitForAmount(window.id("balance"), "120");

  for (const { id, transaction } of [traced, untraced]) {
    await waitForPayment(window, id, "completed", false);
    const row = window.css(`[data-testid="payment"][data-payment="${id}"]`);
    assert.ok((await row.text()).includes("x402 payment"));
    await row.click();
    await window.id("payment-details").waitVisible();
    assert.ok((await window.id("payment-details").text()).includes("x402 payment"));
    const details = await window.id("payment-details").text();
    assert.equal(details.includes("Transaction on Base"), transaction !== null);
    assert.equal(await window.id("open-transaction").count(), 0, "no explorer of this network knows it");
    if (transaction === null) assert.equal(await window.id("payment-transaction").count(), 0);
    else assert.equal(await window.id("payment-transaction").text(), transaction);
    await window.screenshot(`x402-${transaction === null ? "untraced" : "traced"}`);
    await window.id("payment-done").click();
  }
});
