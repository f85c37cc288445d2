/** The app without a network (neither provider nor chain), and without a usable keyring. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { App } from "../session/app.ts";
import { connectAccount } from "../session/cli.ts";
import { Desktop } from "../session/desktop.ts";
import { until } from "../session/wait.ts";
import { Sandbox } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import type { AppWindow } from "../session/window.ts";
import { chooseFile, connectApp, waitForPage, waitForKnownBalance } from "./steps.ts";
import { text } from "../session/texts.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("offline");
});
after(() => sandbox.end());

/** Waits until the list shows that many payments. */
async function waitForPaymentCount(window: AppWindow, total: number): Promise<void> {
  await window.id("nav-payments").click();
  await until(`${total} payments are listed`, async () => {
    const shown = await window.id("payments-count").attribute("data-total", { timeout: 500 });
    return shown === String(total);
  });
}

async function waitForBalance(window: AppWindow): Promise<void> {
  await window.id("nav-overview").click();
  await waitForKnownBalance(window);
}

test("without provider and chain the window shows the dated history, and recovers by itself", async (t) => {
  const history = 40;
  const person = await connectApp(t, sandbox, { user: { history } });
  const { app, window } = person;
  await waitForPaymentCount(window, history + 1); // plus the free credits from the chain
  await app.kill();
  await sandbox.fault({ target: "console", kind: "close" });
  await sandbox.setRpcMode("fluence-a", { mode: "refuse" });
  await sandbox.setRpcMode("fluence-b", { mode: "hang" });
  await sandbox.setRpcMode("fluence-ws", { mode: "refuse" });

  app.launch();
  await app.window();
  await waitForPage(window, "payments");
  await window.id("nav-overview").click();
  const banner = window.css('[data-testid="banner-stale"], [data-testid="banner-offline"]');
  await banner.waitVisible({ timeout: 20_000 });
  assert.match(await banner.text(), /\d{1,2}:\d{2}/);
  assert.equal(await window.id("balance").attribute("data-state"), "known");
  assert.ok((await window.id("balance-origin").text()).length > 0);
  const [line] = await (await person.desktop.tray.icon()).labels();
  assert.match(line ?? "", /\d\.\d\d USDC/);
  await window.screenshot("overview");

  await waitForPaymentCount(window, history + 1);
  await window.screenshot("payments");
  const first = window.css('[data-testid="payment"][data-kind="top_up"]');
  const id = (await first.attribute("data-payment")) ?? "";
  await window.id("search").fill(id);
  await waitForPaymentCount(window, 1);
  assert.equal(await window.id("payment").attribute("data-payment"), id);
  await window.id("payment").click();
  await window.id("payment-details").waitVisible();
  await window.screenshot("details");
  await window.id("payment-done").click();
  await window.css('[data-testid="clear-filters"], [data-testid="clear-filters-inline"]').click();
  await waitForPaymentCount(window, history + 1);
  await window.id("filter-status").click();
  await window.id("filter-status-completed").click();
  await until("only completed payments are listed", async () => {
    const statuses = await window.driver.script(
      'return [...document.querySelectorAll(`[data-testid="payment"]`)].map((one) => one.dataset.status)',
    );
    return (statuses as string[]).length > 0 && (statuses as string[]).every((one) => one === "completed");
  });
  await window.screenshot("filtered");
  // A filter stays as it is when the user goes elsewhere.
  await window.id("nav-overview").click();
  await window.id("nav-payments").click();
  await window.id("filter-status").waitForText("Completed");
  await window.id("clear-filters-inline").click();
  await waitForPaymentCount(window, history + 1);

  await sandbox.reset();
  await banner.waitHidden({ timeout: 60_000 });
  await window.screenshot("back");
  // One of these old payments is under review: the app shows it, and it does not block a new top-up.
  await window.id("nav-overview").click();
  await window.css('[data-testid="reviewed-top-up"][data-status="under_review"]').waitVisible();
  await window.id("go-top-up").waitVisible();
  await assertConsistent(person);
});

test("without a keyring the key is lost when the app ends, and the history stays", async (t) => {
  await sandbox.reset();
  const history = 12;
  const user = await sandbox.user({ history });
  const desktop = await Desktop.for(t, { keyring: "absent" });
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForPage(window, "connect");
  await window.id("health-keyring").waitVisible();
  await window.id("add-network-file").click();
  await chooseFile(desktop, app, sandbox.networkFile);
  await window.css(`[data-testid="network-${sandbox.networkName}"][data-state="checked"]`).waitVisible();
  await window.id("connect-no-keyring").waitVisible();
  await window.screenshot("said-before");
  assert.equal(await window.id("session-only").isVisible(), false, "there is no choice to offer");
  await window.id("connect-key").fill(user.key);
  await window.id("connect-address").fill(user.address);
  await window.id("connect").click();
  const goOn = window.id("connected-continue");
  await until(
    "the account is connected",
    async () => (await goOn.isVisible()) || (await window.id("balance").isVisible()),
  );
  if (await goOn.isVisible()) await goOn.click();
  await waitForPage(window, "overview");
  await waitForBalance(window);
  await waitForPaymentCount(window, history + 1);
  await window.id("nav-accounts").click();
  await window.id("account-session").waitForText(text("session-until-quit"));

  await (await desktop.tray.icon()).click(text("tray-quit"));
  await app.waitForExit();
  app.launch();
  await app.window();
  await window.id("banner-signed-out").waitVisible();
  await waitForPaymentCount(window, history + 1);
  await window.screenshot("signed-out");

  // Entering the key again signs in for this run.
  await signInAgain(window, user.key);
  await waitForBalance(window);
});

test("with a locked keyring the history is readable and a key serves for this run", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user({ history: 3 });
  const desktop = await Desktop.for(t);
  await connectAccount(desktop, user);
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForBalance(window);
  await waitForPaymentCount(window, 4);
  await (await desktop.tray.icon()).click(text("tray-quit"));
  await app.waitForExit();

  await desktop.keyring.setState("locked");
  app.launch();
  await app.window();
  await window.id("health-keyring").waitVisible();
  await window.id("banner-signed-out").waitVisible();
  await window.screenshot("locked");
  await waitForPaymentCount(window, 4);
  await signInAgain(window, user.key);
  await waitForBalance(window);
  await window.id("banner-signed-out").waitHidden();

  // Once the keyring is unlocked, the stored key works again.
  await (await desktop.tray.icon()).click(text("tray-quit"));
  await app.waitForExit();
  await desktop.keyring.setState("unlocked");
  app.launch();
  await app.window();
  await window.id("health-keyring").waitHidden();
  await waitForBalance(window);
  assert.equal(await window.id("banner-signed-out").isVisible(), false);
  await assertConsistent({ desktop, user, window });
});

async function signInAgain(window: AppWindow, key: string): Promise<void> {
  await window.id("nav-accounts").click();
  await window.id("sign-in-again").click();
  await window.id("sign-in-key").fill(key);
  await window.id("sign-in-submit").click();
  await until("the account is signed in and the dialog is closed", async () => {
    // The dialog stays open if it has to say that the key could not be stored.
    if (await window.id("sign-in-close").isVisible()) await window.id("sign-in-close").click();
    const signedIn = await window.id("account-card").attribute("data-signed-in", { timeout: 500 });
    return signedIn === "true" && !(await window.id("sign-in-dialog").isVisible());
  });
  await window.id("account-session").waitForText(text("session-until-quit"));
}
