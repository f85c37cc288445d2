/** What the chain shows by itself: credits and refunds without a top-up, and payments whose event names another id. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cliHistory, normalizeAmount } from "../session/cli.ts";
import { Sandbox } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import { startTopUp, connectApp, paymentRow, waitForPage, waitForPayment } from "./steps.ts";
import { text } from "../session/texts.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("credits");
});
after(() => sandbox.end());

test("credits and refunds without a top-up are listed with their transactions", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, user, window } = person;
  await window.id("nav-payments").click();
  await window.css('[data-testid="payment"][data-kind="credit"]').waitVisible();

  const credit = await user.credit("7.5", "a gift");
  const refund = (await sandbox.control("POST", `/users/${user.data.id}/refund`, { amount: "3.25" })) as {
    transaction: string;
  };
  const line = window.css('[data-testid="payment"][data-kind="refund"][data-verified="true"]');
  await line.waitVisible();
  await window.screenshot("lines");
  assert.equal(await window.css('[data-testid="payment"][data-kind="credit"]').count(), 2);
  await line.click();
  await window.id("payment-details").waitVisible();
  assert.equal((await window.id("payment-transaction").text()).toLowerCase(), refund.transaction.toLowerCase());
  assert.equal(normalizeAmount((await window.id("payment-amount").attribute("data-amount")) ?? ""), "3.25");
  await window.screenshot("refund");

  await window.id("open-transaction").click();
  const explorer = `${sandbox.ready.fluence.api}/explorer/tx/${refund.transaction}`;
  const shown = await desktop.browser.page(explorer);
  assert.deepEqual(desktop.browser.openedUrls, [explorer]);
  assert.match(await shown.innerText("body"), /success/);
  await window.id("payment-done").click();

  const entries = await cliHistory(desktop);
  const credited = entries.find((one) => one.transaction?.toLowerCase() === credit.transaction.toLowerCase());
  assert.equal(credited?.kind, "credit");
  assert.equal(normalizeAmount(credited.amount.amount), "7.5");
  assert.equal(desktop.notifications.all.length, 0);
  await assertConsistent(person);
});

test("a payment whose event names another id is verified by amount, and the app says so", async (t) => {
  const person = await connectApp(t, sandbox, { user: { ids: "chain_differs" } });
  const { desktop, window } = person;
  const { topUp, checkout } = await startTopUp(person, sandbox, "61.07");
  // An open checkout would return to the app later and disturb the test.
  await checkout.close();
  // No pop-up appears while the user looks at the top-up itself.
  await window.id("nav-settings").click();
  assert.notEqual(topUp.chain_id, topUp.id);
  await sandbox.pay(topUp.id, { chain: 137 });
  const popup = await desktop.notifications.find(text("notice-completed", { kind: "top_up" }), { timeout: 30_000 });
  await waitForPayment(window, topUp.id, "completed", true);
  await window.id("nav-overview").click();

  desktop.notifications.invokeAction(popup);
  await waitForPage(window, "payments");
  await window.css('[data-testid="payment-verified"][data-matched="by_amount"]').waitVisible();
  assert.equal(await window.id("payment-id").text(), topUp.id);
  assert.match(await window.id("payment-verified").text(), /by amount/);
  await window.screenshot("by-amount");
  await window.id("payment-done").click();
  const line = paymentRow(window, topUp.id, "completed", true);
  await line.waitVisible();
  assert.equal(await line.count(), 1);
  await assertConsistent(person);
});
