/** Steps that journeys with the hosting panel share. */
import assert from "node:assert/strict";
import { App } from "../session/app.ts";
import { cli } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import { Desktop, type TestScope } from "../session/desktop.ts";
import type { PanelBehaviour, NewPanelUser, PanelMethod, PanelPayment, PanelUser } from "../session/panel.ts";
import { CardPage } from "../session/panel_pages.ts";
import type { RecordedRequest, Sandbox } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import { paymentRow, waitForPage, waitForKnownBalance } from "./steps.ts";
import { text } from "../session/texts.ts";

export const PAYMENTS = "/api/v1/payments";
const ACCOUNT = "/api/v1/account";

/** A session whose app is connected to a panel account. */
export interface ConnectedCustomer {
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
export async function connectCustomer(
  t: TestScope,
  sandbox: Sandbox,
  details: NewPanelUser = {},
  behaviour: PanelBehaviour = {},
): Promise<ConnectedCustomer> {
  await sandbox.reset();
  const user = await sandbox.panelUser(details);
  if (Object.keys(behaviour).length > 0) await user.setBehaviour(behaviour);
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins });
  const label = "Hosting";
  await addPanelAccount(desktop, user, label);
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForPage(window, "overview");
  await waitForKnownBalance(window);
  return { desktop, user, label, app, window };
}

export async function addPanelAccount(desktop: Desktop, user: PanelUser, label: string): Promise<void> {
  const done = await cli(desktop, ["account", "add", "panel", "--network", user.networkFile, "--label", label], {
    input: `${user.key}\n`,
  });
  assert.equal(done.code, 0, done.stderr);
}

/** Finds a method of the payer; the user's first payer by default. */
export async function findMethod(
  user: PanelUser,
  matches: (method: PanelMethod) => boolean,
  payer = user.data.payers[0]?.id,
): Promise<PanelMethod> {
  const found = (await user.serverState()).methods.find((one) => one.payer === payer && matches(one));
  assert.ok(found, "the payer has no matching method");
  return found;
}

export const isSaved = (one: PanelMethod): boolean => one.kind === "saved";
export const isDefault = (one: PanelMethod): boolean => one.is_default === true;
export const byCardPage = (one: PanelMethod): boolean => one.kind === "payment_system" && one.system === "stripe";
export const byInvoice = (one: PanelMethod): boolean => one.kind === "invoice";
export const byWalletPage = (one: PanelMethod): boolean => one.kind === "payment_system" && one.system === "paypal";

/** Clicks "Check all accounts" in the tray, which works even while a dialog is open. */
export async function checkNow({ desktop }: ConnectedCustomer): Promise<void> {
  await (await desktop.tray.icon()).click(text("tray-check-now"));
}

/** Makes the app read everything from the panel again: after a failed request it asks for everything. */
export async function refreshEverything(person: ConnectedCustomer, sandbox: Sandbox): Promise<void> {
  await sandbox.fault({ target: "panel", method: "GET", path: ACCOUNT, kind: "status", status: 503, times: 1 });
  await checkNow(person);
}

/** Opens the top-up page with the header's balance button and waits for its methods. */
export async function openTopUpPage({ window }: ConnectedCustomer): Promise<void> {
  await window.id("balance-button").click();
  await waitForPage(window, "top_up");
  await window.id("methods").waitVisible();
}

/** Starts a top-up on the card page and waits until the browser shows that page. */
export async function startOnCardPage(person: ConnectedCustomer, sandbox: Sandbox, amount: string): Promise<CardPage> {
  await fillTopUp(person, amount, await findMethod(person.user, byCardPage));
  await person.window.id("continue").click();
  return CardPage.waitFor(person.desktop, sandbox);
}

/** Enters the amount, chooses the method and waits until the form can be sent. */
export async function fillTopUp(person: ConnectedCustomer, amount: string, method?: PanelMethod): Promise<void> {
  const { window } = person;
  await openTopUpPage(person);
  await window.id("amount").fill(amount);
  if (method !== undefined) await window.id(`method-${method.id}`).click();
  await waitForQuote(window);
}

export async function waitForQuote(window: AppWindow): Promise<void> {
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
export async function waitForReturnToPayments({ app, window }: ConnectedCustomer): Promise<void> {
  await until("the app is in front again", () => app.focused(), { timeout: 30_000 });
  await waitForPage(window, "payments");
}

/** Waits until the window's list shows the payment with that status. */
export async function waitForListedPayment(window: AppWindow, payment: PanelPayment, status: string): Promise<void> {
  await window.id("nav-payments").click();
  await paymentRow(window, payment.id, status, false).waitVisible({ timeout: 30_000 });
}

/** Waits until the overview shows the outcome of the followed payment. */
export async function waitForEndedTopUp(window: AppWindow, status: string): Promise<void> {
  await window.css(`[data-testid="ended-top-up"][data-status="${status}"]`).waitVisible({ timeout: 30_000 });
}

/** Requests to create a payment, whatever their outcome. */
export async function createPaymentRequests(sandbox: Sandbox): Promise<readonly RecordedRequest[]> {
  return sandbox.requests({ target: "panel", method: "POST", path: PAYMENTS });
}
