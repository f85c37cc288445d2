/** What is tried with Firefox: the sign-in, and the way back from the payment page. */
import assert from "node:assert/strict";
import { App } from "../../session/app.ts";
import { connectAccount } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { until } from "../../session/wait.ts";
import { chooseFile, waitForKnownBalance, waitForPage, waitForPayment } from "../../journeys/steps.ts";
import { works, type Finding, type Peer } from "../peer.ts";
import { Firefox, firefoxVersion } from "./firefox.ts";

export const firefox: Peer = {
  name: "firefox",
  title: "Firefox ESR",
  group: "Browsers",
  version: () => Promise.resolve(firefoxVersion()),
  trials: [
    { what: "sign-in by the browser, with Firefox's own question before it opens Bursar", quick: true, run: signIn },
    { what: "a top-up paid on the payment page, which leads back to Bursar", quick: true, run: topUp },
  ],
};

async function signIn(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const user = await sandbox.user();
  const desktop = await Desktop.for(scope);
  const browser = await Firefox.install(desktop);
  scope.after(() => Promise.resolve(browser.close()));
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForPage(window, "connect");
  await window.id("add-network-file").click();
  await chooseFile(desktop, app, sandbox.networkFile);
  await window.css(`[data-testid="network-${sandbox.networkName}"][data-state="checked"]`).waitVisible();
  await window.id("by-browser").click();
  await window.id("connect-address").fill(user.address);
  await window.id("begin-sign-in").click();
  const page = await browser.control();
  await page.page(/\/oauth\/authorize/);
  await page.script(
    `const select = document.querySelector("#sign-in-email");
     select.value = [...select.options].find((one) => one.textContent.includes(arguments[0])).value;
     select.dispatchEvent(new Event("change", { bubbles: true }));`,
    user.data.email,
  );
  await page.click("#sign-in-allow");
  await allowLink(desktop, app);
  await waitForPage(window, "overview");
  await waitForKnownBalance(window);
  return works(
    "Firefox asks whether the page may open an application, and which one; then Bursar comes to the front, signed in.",
  );
}

async function topUp(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const user = await sandbox.user();
  const desktop = await Desktop.for(scope);
  const browser = await Firefox.install(desktop);
  scope.after(() => Promise.resolve(browser.close()));
  await connectAccount(desktop, user);
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForKnownBalance(window);
  await window.id("nav-top_up").click();
  await window.id("amount").fill("25");
  await window.id("method-usdc").click();
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  await window.id("continue").click();
  const { id, session_id: session } = await user.openTopUp();
  const page = await browser.control();
  await page.page(new RegExp(`/payment/checkout-session/${session}`));
  await page.click("#method-wallet");
  await page.script(
    `const select = document.querySelector("#wallet-network"); select.value = "137";
     select.dispatchEvent(new Event("change", { bubbles: true }));`,
  );
  await page.click("#wallet-pay");
  await allowLink(desktop, app);
  await waitForPage(window, "overview");
  await waitForPayment(window, id, "completed", true);
  const opened = (await user.serverState()).top_up_count;
  assert.equal(opened, 1, "one top-up was made");
  return works("Firefox asks the same; then Bursar comes to the front, and the payment is Completed and Verified.");
}

/** Answers Firefox's question whether the page may open Bursar's link, as a user does with the keyboard. */
async function allowLink(desktop: Desktop, app: App): Promise<void> {
  const { display } = desktop;
  const window = await until("Firefox has a window", async () =>
    (await display.windows()).find(({ title }) => /Firefox/.test(title)),
  );
  await display.activate(window);
  await desktop.screenshot("firefox");
  // Firefox accepts no answer in the first second, so that nobody gives one by mistake.
  await until(
    "Bursar is in front",
    async () => {
      if (await app.focused()) return true;
      // The first question has a default button, the second one, which program to open, has none.
      await display.press("Return");
      await display.press("alt+o");
      return false;
    },
    { timeout: 60_000, interval: 1_500 },
  );
  await desktop.screenshot("back-in-bursar");
}
