/** Steps that several journeys share. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { App, cli, type AppStart } from "../session/app.ts";
import { until } from "../session/wait.ts";
import { Desktop, type DesktopOptions } from "../session/desktop.ts";
import type { Asked, NewUser, Sandbox, SandboxTopUp, User } from "../session/sandbox.ts";
import { Checkout } from "../session/checkout.ts";
import type { AppWindow, Part } from "../session/window.ts";

/** A session whose app is connected to an account. */
export interface Connected {
  readonly desktop: Desktop;
  readonly user: User;
  readonly app: App;
  readonly window: AppWindow;
}

/** Starts a session with an account connected by the CLI, the app open on its overview and the balance known. */
export async function connected(
  t: TestContext,
  sandbox: Sandbox,
  options: DesktopOptions & { readonly user?: NewUser; readonly start?: AppStart } = {},
): Promise<Connected> {
  await sandbox.calm();
  const user = await sandbox.user(options.user);
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins, ...options });
  await connectByCli(desktop, sandbox, user);
  const app = await App.open(desktop, options.start);
  const window = await app.window();
  await page(window, "overview");
  await until("the balance is known", async () => (await window.id("balance").attribute("data-amount")) !== null);
  return { desktop, user, app, window };
}

export async function connectByCli(desktop: Desktop, sandbox: Sandbox, user: User): Promise<void> {
  const done = await cli(
    desktop,
    ["account", "add", "fluence", "--network", sandbox.networkFile, "--address", user.address, "--label", "Test"],
    { input: `${user.key}\n` },
  );
  assert.equal(done.code, 0, done.stderr);
}

/** Waits until the window shows that page. */
export async function page(window: AppWindow, name: string): Promise<void> {
  await window.css(`[data-testid="frame"][data-page="${name}"]`).waitVisible();
}

/** Types a path into the system's file dialog. */
export async function chooseFile(desktop: Desktop, app: App, path: string): Promise<void> {
  const dialog = await until("the file dialog is there", async () => {
    const active = await desktop.display.active();
    const windows = await app.topWindows();
    return windows.length > 1 && windows.find((one) => one.id === active && one.title !== "Bursar");
  });
  await desktop.display.type(path);
  await desktop.picture("file-dialog");
  await desktop.display.press("Return");
  await until("the file dialog is gone", async () => (await app.topWindows()).every((one) => one.id !== dialog.id));
}

/** Goes from the overview to the hosted checkout as a user does: amount, method, costs, browser. */
export async function beginTopUp(
  { desktop, window, user }: Connected,
  sandbox: Sandbox,
  amount: string,
  method = "usdc",
): Promise<{ topUp: SandboxTopUp; checkout: Checkout }> {
  await window.id("nav-top_up").click();
  await window.id("amount").fill(amount);
  await window.id(`method-${method}`).click();
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  await window.picture("quote");
  await window.id("continue").click();
  const topUp = await user.openTopUp();
  const checkout = await Checkout.opened(desktop, sandbox, topUp.session_id);
  return { topUp, checkout };
}

/** Waits until the payment page has returned to the app and the app shows its overview. */
export async function backInTheApp({ app, window }: Connected): Promise<void> {
  await until("the app is in front again", () => app.focused(), { within: 30_000 });
  await page(window, "overview");
}

/** Waits until the window's list shows the payment with that status. */
export async function paymentShows(window: AppWindow, id: string, status: string, verified: boolean): Promise<void> {
  const payments = window.css('[data-testid="frame"][data-page="payments"]');
  await until(
    `${id} is shown as ${status}`,
    async () => {
      // The payment page may return to the app at any moment, which opens the overview.
      if (!(await payments.visible())) await window.id("nav-payments").click();
      return lineOf(window, id, status, verified).visible();
    },
    { within: 30_000 },
  );
}

/** The payment's row, if it has that status. */
export function lineOf(window: AppWindow, id: string, status: string, verified: boolean): Part {
  return window.css(
    `[data-testid="payment"][data-payment="${id}"][data-status="${status}"][data-verified="${verified}"]`,
  );
}

/** The status of the open top-up, if one is shown. */
export async function openTopUp(window: AppWindow): Promise<string | undefined> {
  const card = window.id("open-top-up");
  return (await card.visible()) ? ((await card.attribute("data-status")) ?? undefined) : undefined;
}

/** Kinds of the inbox's notices about that payment, newest first. Waits for at least one. */
export async function noticesOf(window: AppWindow, payment: string): Promise<string[]> {
  await window.id("nav-inbox").click();
  const about = `[data-testid="notice"][data-payment="${payment}"]`;
  await window.css(about).waitVisible();
  return (await window.driver.script(
    "return [...document.querySelectorAll(arguments[0])].map((one) => one.dataset.kind)",
    about,
  )) as string[];
}

/** Creates a top-up as the provider's own page or another device would: directly at the API with the user's key. */
export async function topUpElsewhere(user: User, amount: string): Promise<SandboxTopUp> {
  const answer = await fetch(`${user.sandbox.ready.fluence.api}/v2/top-ups`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": user.key },
    body: JSON.stringify({ amountCents: Math.round(Number(amount) * 100), methodCode: "usdc" }),
  });
  assert.equal(answer.status, 201, await answer.text());
  return user.openTopUp();
}

/** The user's requests to create a top-up, whatever their outcome. */
export async function creations(sandbox: Sandbox, user: User): Promise<readonly Asked[]> {
  const asked = await sandbox.requests({ target: "console", method: "POST", path: "/v2/top-ups" });
  return asked.filter((one) => one.user_id === user.data.id || one.user_id === null);
}
