/** Accounts of two providers side by side, and an account's saved methods. */
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { App } from "../session/app.ts";
import { normalizeAmount, connectAccount } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import { Desktop } from "../session/desktop.ts";
import type { NewPanelUser } from "../session/panel.ts";
import { CardPage, TEST_CARDS } from "../session/panel_pages.ts";
import { assertPanelConsistent } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import type { AppWindow, Locator } from "../session/window.ts";
import {
  addPanelAccount,
  byCardPage,
  connectCustomer,
  waitForEndedTopUp,
  isDefault,
  isSaved,
  findMethod,
  waitForQuote,
} from "./panel_steps.ts";
import { waitForPage, createTopUpElsewhere, waitForAmount } from "./steps.ts";
import { text } from "../session/texts.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_accounts");
});
after(() => sandbox.end());

test("with two providers, one being down does not affect the other", async (t) => {
  const { fluence, user, desktop, window } = await connectBoth(t, { balance: "55.00" });
  await waitForPage(window, "balances");
  await waitForCardAmount(window, "Test", "256");
  await waitForCardAmount(window, "Hosting", "55");
  await window.screenshot("both");

  await sandbox.fault({ target: "panel", kind: "status", status: 503 });
  await (await desktop.tray.icon()).click(text("tray-check-now"));
  await until(
    "the panel's card shows the error",
    async () => (await card(window, "Hosting").attribute("data-error")) !== null,
    {
      timeout: 60_000,
    },
  );
  assert.equal(await card(window, "Test").attribute("data-error"), null);
  assert.equal(await card(window, "Test").attribute("data-stale"), "false");
  await window.screenshot("one-down");
  await fluence.credit("10");
  await waitForCardAmount(window, "Test", "266");
  await waitForCardAmount(window, "Hosting", "55");

  await sandbox.clearFaults();
  await user.setBehaviour({ balance: "60.00" });
  await (await desktop.tray.icon()).click(text("tray-check-now"));
  await waitForCardAmount(window, "Hosting", "60", 90_000);
  await until("no error is left", async () => (await card(window, "Hosting").attribute("data-error")) === null);

  await card(window, "Hosting").child("balance-card-open").click();
  await waitForPage(window, "overview");
  assert.equal(normalizeAmount((await window.id("balance").attribute("data-amount")) ?? ""), "60");
  for (const none of ["reserved", "held", "frozen-state"]) assert.equal(await window.id(none).count(), 0, none);
  await assertPanelConsistent({ desktop, user, label: "Hosting", window });
});

test("a saved card tops up the second account from its balance card, and one inbox has both accounts' notices", async (t) => {
  const { fluence, user, desktop, window } = await connectBoth(t);
  await waitForCardAmount(window, "Hosting", "100");
  await card(window, "Hosting").child("balance-card-top-up").click();
  await waitForPage(window, "top_up");
  await window.id("amount").fill("9");
  await waitForQuote(window);
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await waitForEndedTopUp(window, "completed");
  await window.id("nav-balances").click();
  await waitForCardAmount(window, "Hosting", "109");
  await waitForCardAmount(window, "Test", "256");

  const payment = await user.payment();
  const topUp = await createTopUpElsewhere(fluence, "10");
  await sandbox.pay(topUp.id);
  await (await desktop.tray.icon()).click(text("tray-check-now"));
  await waitForCardAmount(window, "Test", "266", 60_000);
  await window.id("nav-inbox").click();
  for (const [label, id, part] of [
    ["Hosting", payment.id, "payment-payer"],
    ["Test", topUp.id, "payment-verified"],
  ] as const) {
    const notice = window.css(`[data-testid="notice"][data-label="${label}"][data-payment="${id}"]`);
    await notice.waitVisible({ timeout: 30_000 });
    assert.equal(await notice.attribute("data-kind"), "completed");
    if (label === "Hosting") await window.screenshot("inbox");
    await notice.click();
    await window.id(part).waitVisible();
    await window.id("payment-done").click();
    await window.id("nav-inbox").click();
  }
  await assertPanelConsistent({ desktop, user, label: "Hosting", window });
});

test("methods are added on the provider's page, made the default, and removed", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { desktop, user, window } = person;
  const method = await findMethod(user, isDefault);
  const other = await findMethod(user, (one) => isSaved(one) && !isDefault(one));
  await window.id("nav-accounts").click();
  await window.id("manage-methods").click();
  await savedMethod(window, method.id).waitVisible();
  await window.screenshot("methods");
  await savedMethod(window, other.id).child("make-default").click();
  await until("the other method is the default", async () => {
    return (await savedMethod(window, other.id).attribute("data-default")) === "true";
  });
  assert.equal((await findMethod(user, isDefault)).id, other.id);

  await savedMethod(window, method.id).child("remove-method").click();
  await window.id("remove-method-confirm-yes").click();
  await savedMethod(window, method.id).waitHidden();
  assert.equal(
    (await user.serverState()).methods.some((one) => one.id === method.id),
    false,
  );

  const known = new Set((await user.serverState()).methods.map((one) => one.id));
  const cardSystem = await findMethod(user, byCardPage);
  await window.css(`[data-testid="add-method"][data-method="${cardSystem.id}"]`).click();
  const adding = await CardPage.waitFor(desktop, sandbox);
  await adding.pay(TEST_CARDS.succeeds);
  const added = await until("the panel has saved the method", async () => {
    return (await user.serverState()).methods.find(
      (one) => isSaved(one) && !known.has(one.id) && one.status === "confirmed",
    );
  });
  await until("the page has returned to the app", () => person.app.focused(), { timeout: 30_000 });
  if ((await window.id("methods-dialog").count()) === 0) {
    await window.id("nav-accounts").click();
    await window.id("manage-methods").click();
  }
  await window
    .css(`[data-testid="saved-method"][data-method="${added.id}"][data-state="confirmed"]`)
    .waitVisible({ timeout: 90_000 });
  await window.screenshot("added");
  await window.id("methods-dialog-close").click();
  await assertPanelConsistent(person);
});

/** Connects a Fluence account, "Test", and a panel account, "Hosting", and opens the page with both balances. */
async function connectBoth(t: TestContext, details: NewPanelUser = {}) {
  await sandbox.reset();
  const [fluence, user] = await Promise.all([sandbox.user(), sandbox.panelUser(details)]);
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins });
  await connectAccount(desktop, fluence);
  await addPanelAccount(desktop, user, "Hosting");
  const app = await App.open(desktop);
  const window = await app.window();
  await window.id("nav-balances").click();
  return { fluence, user, desktop, window };
}

function card(window: AppWindow, label: string): ScopedLocator {
  return scopedLocator(window, `[data-testid="balance-card"][data-label="${label}"]`);
}

function savedMethod(window: AppWindow, method: string): ScopedLocator {
  return scopedLocator(window, `[data-testid="saved-method"][data-method="${method}"]`);
}

type ScopedLocator = Locator & { child(testid: string): Locator };

function scopedLocator(window: AppWindow, selector: string): ScopedLocator {
  const child = (testid: string): Locator => window.css(`${selector} [data-testid="${testid}"]`);
  return Object.assign(window.css(selector), { child });
}

async function waitForCardAmount(window: AppWindow, label: string, amount: string, timeout = 30_000): Promise<void> {
  await waitForAmount(card(window, label).child("balance-card-amount"), amount, { timeout });
}
