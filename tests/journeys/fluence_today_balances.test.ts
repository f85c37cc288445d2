/** Balances of Fluence as it is today: debts, promo credits, and an account that moves from USDC to USD. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { App } from "../session/app.ts";
import { cliHistory, cliStatus, connectAccount, normalizeAmount } from "../session/cli.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { text } from "../session/texts.ts";
import { CardPage } from "../session/today_pages.ts";
import { until } from "../session/wait.ts";
import { waitForAmount, waitForKnownBalance, waitForPage, waitForPayment } from "./steps.ts";
import { connectToday, enterTopUp, hasPaid, refreshAccount } from "./today_steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("fluence_today_balances");
});
after(() => sandbox.end());

/** The contract and the API have to differ for two minutes before the API leads; the other journeys take place meanwhile. */
suite("balances of today", { concurrency: true }, () => {
  test("a debt is shown everywhere with what follows from it, and a top-up ends it", async (t) => {
    const person = await connectToday(t, sandbox);
    const { desktop, user, window } = person;
    for (const [form, owed] of [
      ["overage", "3.5"],
      ["negative", "4.25"],
    ] as const) {
      await sandbox.control("PATCH", `/users/${user.data.id}`, { debt_form: form });
      await user.owe(owed, 86_400);
      await refreshAccount(window);
      await waitForAmount(window.id("owed"), owed);
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
    const page = await CardPage.waitFor(desktop, sandbox);
    await page.pay("4242 4242 4242 4242");
    await page.waitForPhase("paid");
    await waitForPayment(window, topUp.id, "completed", false);
    await window.id("nav-overview").click();
    await window.id("balance").waitVisible({ timeout: 90_000 });
    assert.equal(await window.id("debt").count(), 0);
    assert.equal((await cliStatus(desktop)).owed, null);
  });

  test("promo credits are a line of their own with their expiry, and go when they expire", async (t) => {
    const person = await connectToday(t, sandbox, {
      promo: "12",
      promo_expires_in_s: 1_800_000,
      promo_form: "entitlement_with_expiry",
    });
    const { desktop, user, window } = person;
    await waitForAmount(window.id("entitlement-amount"), "12");
    await window.screenshot("promo");
    const [promo] = (await cliStatus(desktop)).entitlements;
    assert.equal(promo?.name, "promo-credits");
    assert.ok(promo.expires_at !== null);
    const expiry = new Date(promo.expires_at);
    const line = window.css('[data-testid="entitlement"][data-name="promo-credits"]');
    // The date has the form of the window's language, such as "22 Dec 2026" or "Dec 22, 2026".
    for (const part of [expiry.getDate(), expiry.getFullYear()])
      assert.match(await line.text(), new RegExp(`\\b${part}\\b`));
    const state = (await sandbox.control("GET", `/users/${user.data.id}`)) as {
      today: { promos: readonly { id: string }[] };
    };
    await sandbox.control("POST", `/users/${user.data.id}/promos/${state.today.promos[0]?.id}/expire`);
    await refreshAccount(window);
    await waitForAmount(window.id("entitlement-amount"), "0");
    assert.ok((await line.text()).includes(text("entitlement-promo-gone")));
    await waitForAmount(window.id("balance"), "80");
    await window.screenshot("promo-expired");
    const [left] = (await cliStatus(desktop)).entitlements;
    assert.deepEqual([normalizeAmount(left?.amount ?? ""), left?.expires_at], ["0", null]);
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
    await refreshAccount(window);
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

    await refreshAccount(window);
    await enterTopUp(window, "25", "card");
    await waitForAmount(window.id("quote-after"), "105");
    assert.equal(await window.id("quote-after").attribute("data-currency"), "USD");
    await window.id("continue").click();
    const topUp = await user.openTopUp();
    const page = await CardPage.waitFor(desktop, sandbox);
    await page.pay("4242 4242 4242 4242");
    await page.waitForPhase("paid");
    await hasPaid({ desktop, user, app, window }, topUp, "105");
    await window.id("nav-payments").click();
    for (const [id, currency] of [...earlier.map((one) => [one.id, "USDC"] as const), [topUp.id, "USD"] as const]) {
      const amount = window.css(`[data-testid="payment"][data-payment="${id}"] [data-currency="${currency}"]`);
      await amount.waitVisible();
    }
    await window.screenshot("two-units");
    await window.id("nav-inbox").click();
    await window.css('[data-testid="notice"][data-kind="unit_changed"]').waitVisible();
    assert.equal(await window.css('[data-testid="notice"][data-kind="unit_changed"]').count(), 1);
  });
});
