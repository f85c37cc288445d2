/** What several journeys do alike: first steps of a person, and the end at which all four accounts of it are compared. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { App, cli, type AppStart } from "../session/app.ts";
import { until } from "../session/deadline.ts";
import { Desktop, type DesktopOptions } from "../session/desktop.ts";
import type { NewUser, Sandbox, SandboxTopUp, User } from "../session/sandbox.ts";
import { Checkout } from "../session/checkout.ts";
import type { AppWindow } from "../session/window.ts";

/** Somebody at a desktop whose app knows their account. */
export interface Connected {
  readonly desktop: Desktop;
  readonly user: User;
  readonly app: App;
  readonly window: AppWindow;
}

/** A session with an account already connected (by the CLI), the app open on its overview and the balance known. */
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

/** Gives the system's file dialog a path, by keyboard. */
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

/** From the overview to the hosted checkout, as a person goes: amount, method, what it costs, on to the browser. */
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

/** Waits until the window's list shows the payment in that state. */
export async function paymentShows(window: AppWindow, id: string, status: string, verified: boolean): Promise<void> {
  await window.id("nav-payments").click();
  await window
    .css(`[data-testid="payment"][data-payment="${id}"][data-status="${status}"][data-verified="${verified}"]`)
    .waitVisible({ within: 30_000 });
}
