/**
 * Tests of the provider's side without the app. A failure here is a fault of the sandbox, of its pages, or of the way
 * the tests drive them.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Checkout } from "./checkout.ts";
import { until } from "./wait.ts";
import { Desktop } from "./desktop.ts";
import { Sandbox, type SandboxTopUp, type User } from "./sandbox.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("sandbox");
});
after(() => sandbox.end());

test("a new user has free credits, and the sandbox records requests", async () => {
  const user = await sandbox.user({ credits: "256", workload: { daily: "4.5", days: 35, reserve: "9" } });
  const state = await user.serverState();
  assert.equal(state.chain.free, state.api.balance);
  assert.equal(state.open_top_up, null);
  assert.ok(state.api.usage_days_left !== null);
  const [latest] = (await sandbox.requests({ target: "console" })).slice(-1);
  const answer = await fetch(`${sandbox.ready.fluence.api}/v1/users/me`, { headers: { "x-api-key": user.key } });
  assert.equal(answer.status, 200);
  const recorded = await sandbox.requests({ target: "console", path: "/v1/users/me", after: latest?.seq ?? 0 });
  assert.equal(recorded.length, 1);
});

test("the checkout accepts a wallet payment, a transfer and a hash, and its back arrow cancels", async (t) => {
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins });
  const user = await sandbox.user();

  const byWallet = await createTopUp(user, 1_000);
  const walletCheckout = await openCheckout(desktop, byWallet);
  assert.match(await walletCheckout.figure("amount-due"), /^10\.1 USDC$/);
  await desktop.screenshot("checkout");
  const transfer = await walletCheckout.payByWallet(137);
  await walletCheckout.waitForPhase("paid");
  await desktop.screenshot("paid");
  const credited = await until("the top-up is credited", async () => {
    const one = await sandbox.topUp(byWallet.id);
    return one.status === "completed" && one;
  });
  assert.notEqual(credited.transaction, transfer);

  const byTransfer = await createTopUp(user, 2_500);
  const transferCheckout = await openCheckout(desktop, byTransfer);
  const where = await transferCheckout.revealAddress(1);
  assert.match(where.address, /^0x[0-9a-fA-F]{40}$/);
  assert.match(where.amount, /25\.25/);
  await desktop.screenshot("transfer");
  // Otherwise the checkout finds the transfer by itself and no longer asks for its hash.
  await sandbox.setWatcher({ hold: true });
  const paid = await sandbox.pay(byTransfer.id, { chain: 1 });
  await transferCheckout.submitHash(paid.transaction, 1);
  await transferCheckout.waitForPhase("paid");
  await sandbox.setWatcher({ hold: false });

  await until("nothing is open", async () => (await user.serverState()).open_top_up === null);
  const cancelled = await createTopUp(user, 1_000);
  const cancelledCheckout = await openCheckout(desktop, cancelled);
  await cancelledCheckout.clickBack();
  await until("the top-up is cancelled", async () => (await user.serverState()).open_top_up === null);
});

async function createTopUp(user: User, amountCents: number): Promise<SandboxTopUp> {
  const answer = await fetch(`${sandbox.ready.fluence.api}/v2/top-ups`, {
    method: "POST",
    headers: { "x-api-key": user.key, "content-type": "application/json" },
    body: JSON.stringify({ amountCents }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return user.openTopUp();
}

async function openCheckout(desktop: Desktop, topUp: SandboxTopUp): Promise<Checkout> {
  await desktop.browser.open(topUp.session_url);
  return Checkout.waitFor(desktop, sandbox, topUp.session_id);
}
