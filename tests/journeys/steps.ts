/** Steps that several journeys share. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { App, type LaunchOptions } from "../session/app.ts";
import { connectAccount, normalizeAmount } from "../session/cli.ts";
import { until, type WaitOptions } from "../session/wait.ts";
import { Desktop, type DesktopOptions } from "../session/desktop.ts";
import type { RecordedRequest, NewUser, Sandbox, SandboxTopUp, User } from "../session/sandbox.ts";
import { Checkout } from "../session/checkout.ts";
import type { AppWindow, Locator } from "../session/window.ts";

/** A session whose app is connected to an account. */
export interface ConnectedApp {
  readonly desktop: Desktop;
  readonly user: User;
  readonly app: App;
  readonly window: AppWindow;
}

/** Starts a session with an account connected by the CLI, the app open on its overview and the balance known. */
export async function connectApp(
  t: TestContext,
  sandbox: Sandbox,
  options: DesktopOptions & { readonly user?: NewUser; readonly start?: LaunchOptions } = {},
): Promise<ConnectedApp> {
  await sandbox.reset();
  const user = await sandbox.user(options.user);
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins, ...options });
  await connectAccount(desktop, user);
  const app = await App.open(desktop, options.start);
  const window = await app.window();
  await waitForPage(window, "overview");
  await waitForKnownBalance(window);
  return { desktop, user, app, window };
}

/** Waits until the window shows that page. */
export async function waitForPage(window: AppWindow, name: string): Promise<void> {
  await window.css(`[data-testid="frame"][data-page="${name}"]`).waitVisible();
}

/** Waits until the overview shows a balance. */
export async function waitForKnownBalance(window: AppWindow): Promise<void> {
  await until("the balance is known", async () => (await window.id("balance").attribute("data-amount")) !== null);
}

/** Waits until an element shows that amount. */
export async function waitForAmount(element: Locator, amount: string, options: WaitOptions = {}): Promise<void> {
  await until(
    `the window shows ${amount}`,
    async () => {
      const shown = await element.attribute("data-amount", { timeout: 500 });
      return shown !== null && normalizeAmount(shown) === amount;
    },
    options,
  );
}

/** Types a path into the system's file dialog. */
export async function chooseFile(desktop: Desktop, app: App, path: string): Promise<void> {
  const dialog = await until("the file dialog is there", async () => {
    const active = await desktop.display.activeWindowId();
    const windows = await app.topWindows();
    return windows.length > 1 && windows.find((one) => one.id === active && one.title !== "Bursar");
  });
  await desktop.display.type(path);
  await desktop.screenshot("file-dialog");
  await desktop.display.press("Return");
  await until("the file dialog is gone", async () => (await app.topWindows()).every((one) => one.id !== dialog.id));
}

/** Goes from the overview to the hosted checkout as a user does: amount, method, costs, browser. */
export async function startTopUp(
  { desktop, window, user }: ConnectedApp,
  sandbox: Sandbox,
  amount: string,
  method = "usdc",
): Promise<{ topUp: SandboxTopUp; checkout: Checkout }> {
  await window.id("nav-top_up").click();
  await window.id("amount").fill(amount);
  await window.id(`method-${method}`).click();
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  await window.screenshot("quote");
  await window.id("continue").click();
  const topUp = await user.openTopUp();
  const checkout = await Checkout.waitFor(desktop, sandbox, topUp.session_id);
  return { topUp, checkout };
}

/** Waits until the payment page has returned to the app and the app shows its overview. */
export async function waitForReturnToApp({ app, window }: ConnectedApp): Promise<void> {
  await until("the app is in front again", () => app.focused(), { timeout: 30_000 });
  await waitForPage(window, "overview");
}

/** Waits until the window's list shows the payment with that status. */
export async function waitForPayment(window: AppWindow, id: string, status: string, verified: boolean): Promise<void> {
  const payments = window.css('[data-testid="frame"][data-page="payments"]');
  await until(
    `${id} is shown as ${status}`,
    async () => {
      // The payment page may return to the app at any moment, which opens the overview.
      if (!(await payments.isVisible())) await window.id("nav-payments").click();
      return paymentRow(window, id, status, verified).isVisible();
    },
    { timeout: 30_000 },
  );
}

/** The payment's row, if it has that status. */
export function paymentRow(window: AppWindow, id: string, status: string, verified: boolean): Locator {
  return window.css(
    `[data-testid="payment"][data-payment="${id}"][data-status="${status}"][data-verified="${verified}"]`,
  );
}

/** The status of the open top-up, if one is shown. */
export async function openTopUpStatus(window: AppWindow): Promise<string | undefined> {
  const card = window.id("open-top-up");
  return (await card.isVisible()) ? ((await card.attribute("data-status")) ?? undefined) : undefined;
}

/** Kinds of the inbox's notices about that payment, newest first. Waits for at least one. */
export async function noticeKinds(window: AppWindow, payment: string): Promise<string[]> {
  const inbox = window.css('[data-testid="frame"][data-page="inbox"]');
  const selector = `[data-testid="notice"][data-payment="${payment}"]`;
  await until(`the inbox shows a notice about ${payment}`, async () => {
    // The payment page may return to the app at any moment, which opens the overview.
    if (!(await inbox.isVisible())) await window.id("nav-inbox").click();
    return window.css(selector).isVisible();
  });
  return (await window.driver.script(
    "return [...document.querySelectorAll(arguments[0])].map((one) => one.dataset.kind)",
    selector,
  )) as string[];
}

/** Creates a top-up as another device would; the amount is in USDC. */
export async function createTopUpElsewhere(user: User, amount: string): Promise<SandboxTopUp> {
  return user.createTopUp(Math.round(Number(amount) * 100));
}

/** The user's requests to create a top-up, whatever their outcome. */
export async function createTopUpRequests(sandbox: Sandbox, user: User): Promise<readonly RecordedRequest[]> {
  const requests = await sandbox.requests({ target: "console", method: "POST", path: "/v2/top-ups" });
  return requests.filter((one) => one.user_id === user.data.id || one.user_id === null);
}

/** Nothing of the page is cut off, and the window itself does not scroll. */
export async function assertFits(window: AppWindow, what: string): Promise<void> {
  await window.waitForPaint();
  const available = Number(await window.css("html").property("clientWidth"));
  const needed = Number(await window.css("html").property("scrollWidth"));
  assert.ok(needed <= available, `${what} needs ${needed} pixels and has ${available}`);
  const beneath =
    Number(await window.css("html").property("scrollHeight")) -
    Number(await window.css("html").property("clientHeight"));
  assert.ok(beneath <= 0, `${what} scrolls the window by ${beneath} pixels beside its page`);
  const main = window.css("main");
  const cut = Number(await main.property("scrollWidth")) - Number(await main.property("clientWidth"));
  assert.ok(cut <= 0, `${what} cuts ${cut} pixels of its content`);
}
