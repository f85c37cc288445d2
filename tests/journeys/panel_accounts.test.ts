/** Accounts of two providers side by side, and an account's saved methods. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { App } from "../session/app.ts";
import { until } from "../session/wait.ts";
import { Desktop } from "../session/desktop.ts";
import { CardPage, CARDS } from "../session/panel_pages.ts";
import { panelAgrees } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import { plainAmount } from "../session/consistency.ts";
import type { AppWindow, Part } from "../session/window.ts";
import { addByCli, byCardPage, customer, ended, isDefault, isSaved, methodOf, ready } from "./panel_steps.ts";
import { connectByCli, page, topUpElsewhere } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_accounts");
});
after(() => sandbox.end());

test("with two providers, one being down does not affect the other", async (t) => {
  await sandbox.calm();
  const [fluence, user] = await Promise.all([sandbox.user(), sandbox.panelUser({ balance: "55.00" })]);
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins });
  await connectByCli(desktop, sandbox, fluence);
  await addByCli(desktop, user, "Hosting");
  const app = await App.open(desktop);
  const window = await app.window();
  await window.id("nav-balances").click();
  await page(window, "balances");
  await shows(window, "Test", "256");
  await shows(window, "Hosting", "55");
  await window.picture("both");

  await sandbox.fault({ target: "panel", kind: "status", status: 503 });
  await (await desktop.tray.icon()).click("Check now");
  await until(
    "the panel's card shows the error",
    async () => (await card(window, "Hosting").attribute("data-error")) !== null,
    {
      within: 60_000,
    },
  );
  assert.equal(await card(window, "Test").attribute("data-error"), null);
  assert.equal(await card(window, "Test").attribute("data-stale"), "false");
  await window.picture("one-down");
  await fluence.credit("10");
  await shows(window, "Test", "266");
  await shows(window, "Hosting", "55");

  await sandbox.noFaults();
  await user.treat({ balance: "60.00" });
  await (await desktop.tray.icon()).click("Check now");
  await shows(window, "Hosting", "60", 90_000);
  await until(
    "no error is left",
    async () => (await card(window, "Hosting").attribute("data-error")) === null,
  );

  await card(window, "Hosting").child("balance-card-open").click();
  await page(window, "overview");
  assert.equal(plainAmount((await window.id("balance").attribute("data-amount")) ?? ""), "60");
  for (const none of ["reserved", "held", "frozen-state"]) assert.equal(await window.id(none).count(), 0, none);
  await panelAgrees({ desktop, user, label: "Hosting", window });
});

test("a saved card tops up the second account from its balance card, and one inbox has both accounts' notices", async (t) => {
  await sandbox.calm();
  const [fluence, user] = await Promise.all([sandbox.user(), sandbox.panelUser()]);
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins });
  await connectByCli(desktop, sandbox, fluence);
  await addByCli(desktop, user, "Hosting");
  const app = await App.open(desktop);
  const window = await app.window();
  await window.id("nav-balances").click();
  await shows(window, "Hosting", "100");
  await card(window, "Hosting").child("balance-card-top-up").click();
  await page(window, "top_up");
  await window.id("amount").fill("9");
  await ready(window);
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await ended(window, "completed");
  await window.id("nav-balances").click();
  await shows(window, "Hosting", "109");
  await shows(window, "Test", "256");

  const payment = await user.payment();
  const topUp = await topUpElsewhere(fluence, "10");
  await sandbox.pay(topUp.id);
  await (await desktop.tray.icon()).click("Check now");
  await shows(window, "Test", "266", 60_000);
  await window.id("nav-inbox").click();
  for (const [label, id, part] of [
    ["Hosting", payment.id, "payment-payer"],
    ["Test", topUp.id, "payment-verified"],
  ] as const) {
    const notice = window.css(`[data-testid="notice"][data-label="${label}"][data-payment="${id}"]`);
    await notice.waitVisible({ within: 30_000 });
    assert.equal(await notice.attribute("data-kind"), "completed");
    if (label === "Hosting") await window.picture("inbox");
    await notice.click();
    await window.id(part).waitVisible();
    await window.id("payment-done").click();
    await window.id("nav-inbox").click();
  }
  await panelAgrees({ desktop, user, label: "Hosting", window });
});

test("methods are added on the provider's page, made the default, and removed", async (t) => {
  const person = await customer(t, sandbox);
  const { desktop, user, window } = person;
  const method = await methodOf(user, isDefault);
  const other = await methodOf(user, (one) => isSaved(one) && !isDefault(one));
  await window.id("nav-accounts").click();
  await window.id("manage-methods").click();
  await saved(window, method.id).waitVisible();
  await window.picture("methods");
  await saved(window, other.id).child("make-default").click();
  await until("the other method is the default", async () => {
    return (await saved(window, other.id).attribute("data-default")) === "true";
  });
  assert.equal((await methodOf(user, isDefault)).id, other.id);

  await saved(window, method.id).child("remove-method").click();
  await window.id("remove-method-confirm-yes").click();
  await saved(window, method.id).waitGone();
  assert.equal(
    (await user.truth()).methods.some((one) => one.id === method.id),
    false,
  );

  const known = new Set((await user.truth()).methods.map((one) => one.id));
  const way = await methodOf(user, byCardPage);
  await window.css(`[data-testid="add-method"][data-method="${way.id}"]`).click();
  const adding = await CardPage.opened(desktop, sandbox);
  await adding.pay(CARDS.succeeds);
  const added = await until("the panel has saved the method", async () => {
    return (await user.truth()).methods.find((one) => isSaved(one) && !known.has(one.id) && one.status === "confirmed");
  });
  await until("the page has returned to the app", () => person.app.focused(), { within: 30_000 });
  if ((await window.id("methods-dialog").count()) === 0) {
    await window.id("nav-accounts").click();
    await window.id("manage-methods").click();
  }
  await window
    .css(`[data-testid="saved-method"][data-method="${added.id}"][data-state="confirmed"]`)
    .waitVisible({ within: 90_000 });
  await window.picture("added");
  await window.id("methods-dialog-close").click();
  await panelAgrees(person);
});

function card(window: AppWindow, label: string): Scope {
  return scope(window, `[data-testid="balance-card"][data-label="${label}"]`);
}

function saved(window: AppWindow, method: string): Scope {
  return scope(window, `[data-testid="saved-method"][data-method="${method}"]`);
}

type Scope = Part & { child(testid: string): Part };

function scope(window: AppWindow, selector: string): Scope {
  const child = (testid: string): Part => window.css(`${selector} [data-testid="${testid}"]`);
  return Object.assign(window.css(selector), { child });
}

async function shows(window: AppWindow, label: string, amount: string, within = 30_000): Promise<void> {
  await until(
    `${label} shows ${amount}`,
    async () => {
      const shown = await card(window, label).child("balance-card-amount").attribute("data-amount", { within: 500 });
      return shown !== null && plainAmount(shown) === amount;
    },
    { within },
  );
}
