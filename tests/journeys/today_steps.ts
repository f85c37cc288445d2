/** Steps of the journeys through Fluence as it is today. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { App } from "../session/app.ts";
import { cliHistory, connectAccount } from "../session/cli.ts";
import { Desktop } from "../session/desktop.ts";
import type { NewUser, Sandbox, SandboxTopUp } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import { waitForAmount, waitForKnownBalance, waitForPage, waitForPayment, type ConnectedApp } from "./steps.ts";

/** A session with an account of today's era, which has no wallet address. Its balance is 80 USD. */
export async function connectToday(t: TestContext, sandbox: Sandbox, details: NewUser = {}): Promise<ConnectedApp> {
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

/** Fills in the form up to the costs. */
export async function enterTopUp(window: AppWindow, amount: string, method: string): Promise<void> {
  await window.id("nav-top_up").click();
  await window.id("amount").fill(amount);
  await window.id(`method-${method}`).click();
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
}

/** Goes from the overview to the payment page of a method. */
export async function startTopUp(
  { window, user }: ConnectedApp,
  amount: string,
  method: string,
): Promise<SandboxTopUp> {
  await enterTopUp(window, amount, method);
  await window.id("continue").click();
  return user.openTopUp();
}

/** Waits until the payment is completed and the overview shows the balance. */
export async function hasPaid({ window, desktop }: ConnectedApp, topUp: SandboxTopUp, balance: string): Promise<void> {
  await waitForPayment(window, topUp.id, "completed", false);
  await window.id("nav-overview").click();
  await waitForAmount(window.id("balance"), balance, { timeout: 90_000 });
  const payment = (await cliHistory(desktop)).find((one) => one.id === topUp.id);
  assert.equal(payment?.amount.currency, "USD");
}

/** Reads everything again, as a user does who does not want to wait for the next reading, and shows the overview. */
export async function refreshAccount(window: AppWindow): Promise<void> {
  await window.id("nav-accounts").click();
  await window.id("refresh-all").click();
  await window.id("nav-overview").click();
}
