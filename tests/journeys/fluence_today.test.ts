/** Fluence as it is today: balances in USD, no chain, crypto and card pages, late money, debts and promo credits. */
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { App } from "../session/app.ts";
import { cliHistory, cliStatus, connectAccount, normalizeAmount } from "../session/cli.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox, type NewUser, type SandboxTopUp } from "../session/sandbox.ts";
import { text } from "../session/texts.ts";
import { CardPage, CryptoPage } from "../session/today_pages.ts";
import { until } from "../session/wait.ts";
import { waitForAmount, waitForKnownBalance, waitForPage, waitForPayment, type ConnectedApp } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("fluence_today");
});
after(() => sandbox.end());

/** A session with an account of today's era, which has no wallet address. */
async function connectToday(t: TestContext, details: NewUser = {}): Promise<ConnectedApp> {
  await sandbox.reset();
  const user = await sandbox.user({ era: "today", credits: "80", ...details });
  const desktop = await Desktop.for(t);
  await connectAccount(desktop, user, { network: sandbox.ready.today.network, address: null });
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForPage(window, "overview");
  await waitForKnownBalance(window);
  return { desktop, user, app, window };
}

/** Goes from the overview to the payment page of a method. */
async function startTopUp({ window, user }: ConnectedApp, amount: string, method: string): Promise<SandboxTopUp> {
  await window.id("nav-top_up").click();
  await window.id("amount").fill(amount);
  await window.id(`method-${method}`).click();
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  await window.id("continue").click();
  return user.openTopUp();
}

async function hasPaid({ window, desktop }: ConnectedApp, topUp: SandboxTopUp, balance: string): Promise<void> {
  await waitForPayment(window, topUp.id, "completed", false);
  await window.id("nav-overview").click();
  await waitForAmount(window.id("balance"), balance, { timeout: 90_000 });
  const payment = (await cliHistory(desktop)).find((one) => one.id === topUp.id);
  assert.equal(payment?.amount.currency, "USD");
}

test("crypto is paid on its page and credited in USD, and nothing speaks of a chain", async (t) => {
  const person = await connectToday(t);
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
  const person = await connectToday(t);
  const topUp = await startTopUp(person, "25", "card");
  const page = await CardPage.waitFor(person.desktop, sandbox);
  await page.pay("4000 0000 0000 0002");
  await page.waitForStatus("declined");
  await person.window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await page.pay("4242 4242 4242 4242");
  await page.waitForPhase("paid");
  await hasPaid(person, topUp, "105");
});

test("money after the end is not credited, and the details say whom to ask", async (t) => {
  const person = await connectToday(t);
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
  const person = await connectToday(t);
  const { window, user } = person;
  const topUp = await startTopUp(person, "25", "card");
  await window.id("cancel").click();
  await window.id("cancel-confirm-yes").click();
  await waitForPayment(window, topUp.id, "cancelled", false);
  assert.equal(normalizeAmount((await user.serverState()).api.balance), "80");
});

test("a debt is shown everywhere with what follows from it, and a top-up ends it", async (t) => {
  const person = await connectToday(t);
  const { desktop, user, window } = person;
  for (const [form, owed] of [
    ["overage", "3.5"],
    ["negative", "4.25"],
  ] as const) {
    await sandbox.control("PATCH", `/users/${user.data.id}`, { debt_form: form });
    await user.owe(owed, 86_400);
    await window.id("nav-overview").click();
    await waitForAmount(window.id("owed"), owed, { timeout: 90_000 });
  }
  await waitForAmount(window.id("header-balance"), "4.25");
  await window.id("debt").waitVisible();
  assert.equal(await window.id("debt-step").count(), 2);
  await window.screenshot("debt");
  const status = await cliStatus(desktop);
  assert.deepEqual(
    { ...status.owed, amount: normalizeAmount(status.owed?.amount ?? "") },
    { amount: "4.25", currency: "USD" },
  );
  const icon = await desktop.tray.icon();
  await until("the tray says it", async () => (await icon.labels()).some((label) => /you owe 4\.25 USD/.test(label)));
  await window.id("nav-inbox").click();
  await window.css('[data-testid="notice"][data-kind="balance_used_up"]').waitVisible();
  assert.equal(await window.css('[data-testid="notice"][data-kind="balance_used_up"]').count(), 1);

  await window.id("nav-top_up").click();
  await window.id("clears-debt").click();
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  await window.id("method-card").click();
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  await window.id("continue").click();
  const topUp = await user.openTopUp();
  await sandbox.control("POST", `/top-ups/${topUp.id}/pay`, { card: "4242424242424242" });
  await waitForPayment(window, topUp.id, "completed", false);
  await window.id("nav-overview").click();
  await window.id("balance").waitVisible({ timeout: 90_000 });
  assert.equal(await window.id("debt").count(), 0);
  assert.equal((await cliStatus(desktop)).owed, null);
});

test("promo credits are a line of their own with their expiry, and go when they expire", async (t) => {
  const person = await connectToday(t, {
    promo: "12",
    promo_expires_in_s: 1_800_000,
    promo_form: "entitlement_with_expiry",
  });
  const { desktop, user, window } = person;
  await waitForAmount(window.id("entitlement-amount"), "12");
  await window.screenshot("promo");
  const [promo] = (await cliStatus(desktop)).entitlements;
  assert.equal(promo?.name, "promo-credits");
  assert.notEqual(promo.expires_at, null);
  const state = (await sandbox.control("GET", `/users/${user.data.id}`)) as {
    today: { promos: readonly { id: string }[] };
  };
  await sandbox.control("POST", `/users/${user.data.id}/promos/${state.today.promos[0]?.id}/expire`);
  await until("the credits are gone", async () => {
    const [left] = (await cliStatus(desktop)).entitlements;
    return left === undefined || normalizeAmount(left.amount) === "0";
  });
});

test("an account that moves from USDC to USD keeps its history and is told once", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user({ history: 2 });
  const desktop = await Desktop.for(t);
  await connectAccount(desktop, user, { network: sandbox.ready.today.network_of_both });
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForPage(window, "overview");
  await waitForKnownBalance(window);
  await until("the contract leads", async () => (await window.id("balance").attribute("data-currency")) === "USDC");
  const earlier = await until("the history is read", async () => {
    const all = await cliHistory(desktop);
    return all.length >= 2 && all;
  });
  await user.moveTo("today", "80");
  await until("the API leads", async () => (await window.id("balance").attribute("data-currency")) === "USD", {
    timeout: 240_000,
  });
  await waitForAmount(window.id("balance"), "80");
  await window.id("api-leads").waitVisible();
  await window.screenshot("moved");
  await window.id("nav-inbox").click();
  await window.css('[data-testid="notice"][data-kind="unit_changed"]').waitVisible();
  assert.equal(await window.css('[data-testid="notice"][data-kind="unit_changed"]').count(), 1);
  const later = await cliHistory(desktop);
  for (const payment of earlier) {
    const kept = later.find((one) => one.id === payment.id);
    assert.deepEqual(kept?.amount, payment.amount, payment.id);
  }
  assert.ok(earlier.every((one) => one.amount.currency === "USDC"));
});
