/** Steps that journeys with the hosting panel share. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { App, cli } from "../session/app.ts";
import { until } from "../session/wait.ts";
import { Desktop } from "../session/desktop.ts";
import type { Manner, NewPanelUser, PanelMethod, PanelPayment, PanelUser } from "../session/panel.ts";
import type { Asked, Sandbox } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import { lineOf, page } from "./steps.ts";

export const PAYMENTS = "/api/v1/payments";
const ACCOUNT = "/api/v1/account";

/** A session whose app is connected to a panel account. */
export interface Customer {
  readonly desktop: Desktop;
  readonly user: PanelUser;
  readonly label: string;
  readonly app: App;
  readonly window: AppWindow;
}

/**
 * Starts a session with a panel account connected by the CLI, the app open on its overview and the balance known.
 * `behaviour` applies before the app reads anything.
 */
export async function customer(
  t: TestContext,
  sandbox: Sandbox,
  details: NewPanelUser = {},
  manner: Manner = {},
): Promise<Customer> {
  await sandbox.calm();
  const user = await sandbox.panelUser(details);
  if (Object.keys(manner).length > 0) await user.treat(manner);
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins });
  const label = "Hosting";
  await addByCli(desktop, user, label);
  const app = await App.open(desktop);
  const window = await app.window();
  await page(window, "overview");
  await until("the balance is known", async () => (await window.id("balance").attribute("data-amount")) !== null);
  return { desktop, user, label, app, window };
}

export async function addByCli(desktop: Desktop, user: PanelUser, label: string): Promise<void> {
  const done = await cli(desktop, ["account", "add", "panel", "--network", user.networkFile, "--label", label], {
    input: `${user.key}\n`,
  });
  assert.equal(done.code, 0, done.stderr);
}

/** Finds a method of the payer; the user's first payer by default. */
export async function methodOf(
  user: PanelUser,
  fits: (method: PanelMethod) => boolean,
  payer = user.data.payers[0]?.id,
): Promise<PanelMethod> {
  const found = (await user.truth()).methods.find((one) => one.payer === payer && fits(one));
  assert.ok(found, "the payer has no matching method");
  return found;
}

export const isSaved = (one: PanelMethod): boolean => one.kind === "saved";
export const isDefault = (one: PanelMethod): boolean => one.is_default === true;
export const byCardPage = (one: PanelMethod): boolean => one.kind === "payment_system" && one.system === "stripe";
export const byInvoice = (one: PanelMethod): boolean => one.kind === "invoice";
export const byWalletPage = (one: PanelMethod): boolean => one.kind === "payment_system" && one.system === "paypal";

/** Clicks "Check now" in the tray, which works even while a dialog is open. */
export async function checkNow({ desktop }: Customer): Promise<void> {
  await (await desktop.tray.icon()).click("Check now");
}

/** Makes the app read everything from the panel again: after a failed request it asks for everything. */
export async function readAnew(person: Customer, sandbox: Sandbox): Promise<void> {
  await sandbox.fault({ target: "panel", method: "GET", path: ACCOUNT, kind: "status", status: 503, times: 1 });
  await checkNow(person);
}

/** Opens the top-up page with the header's balance button and waits for its methods. */
export async function payIn({ window }: Customer): Promise<void> {
  await window.id("balance-button").click();
  await page(window, "top_up");
  await window.id("methods").waitVisible();
}

/** Enters the amount, chooses the method and waits until the form can be sent. */
export async function wish(person: Customer, amount: string, method?: PanelMethod): Promise<void> {
  const { window } = person;
  await payIn(person);
  await window.id("amount").fill(amount);
  if (method !== undefined) await window.id(`method-${method.id}`).click();
  await ready(window);
}

export async function ready(window: AppWindow): Promise<void> {
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
}

/** The id of the form's selected method. */
export async function chosenMethod(window: AppWindow): Promise<string | null> {
  return window.id("methods").attribute("data-method");
}

export async function choosePayer(window: AppWindow, payer: string): Promise<void> {
  await window.id("payer").click();
  await window.id(`payer-${payer}`).click();
  await until("the payer is chosen", async () => (await window.id("payers").attribute("data-payer")) === payer);
}

/** Waits until the payment page has returned to the app and the app shows the payments. */
export async function backAmongPayments({ app, window }: Customer): Promise<void> {
  await until("the app is in front again", () => app.focused(), { within: 30_000 });
  await page(window, "payments");
}

/** Waits until the window's list shows the payment with that status. */
export async function listed(window: AppWindow, payment: PanelPayment, status: string): Promise<void> {
  await window.id("nav-payments").click();
  await lineOf(window, payment.id, status, false).waitVisible({ within: 30_000 });
}

/** Waits until the overview shows the outcome of the followed payment. */
export async function ended(window: AppWindow, status: string): Promise<void> {
  await window.css(`[data-testid="ended-top-up"][data-status="${status}"]`).waitVisible({ within: 30_000 });
}

/** Requests to create a payment, whatever their outcome. */
export async function asks(sandbox: Sandbox): Promise<readonly Asked[]> {
  return sandbox.requests({ target: "panel", method: "POST", path: PAYMENTS });
}
