/** From the first start to a connected account: with a pasted API key, and with the browser's sign-in. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { App } from "../session/app.ts";
import { SignInPage } from "../session/checkout.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import { chooseFile, waitForPage, waitForKnownBalance } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("connect");
});
after(() => sandbox.end());

test("a pasted API key connects the app at its first start", async (t) => {
  const user = await sandbox.user({ workload: { daily: "4.5", days: 35, reserve: "9" } });
  const desktop = await Desktop.for(t);
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForPage(window, "connect");
  await window.waitForPaint();
  await desktop.screenshot("first-start");

  await window.id("add-network-file").click();
  await chooseFile(desktop, app, sandbox.networkFile);
  await window.css(`[data-testid="network-${sandbox.networkName}"][data-state="checked"]`).waitVisible();
  assert.ok((await window.id("key-host").text()).includes(new URL(sandbox.ready.fluence.api).host));
  assert.match(await window.id("scopes").text(), /billing:top_up/);

  await window.id("connect-key").fill(user.key);
  await window.id("connect-address").fill("0x12");
  await window.id("connect").click();
  await window.css('[data-testid="connect-address-error"][data-code="address_malformed"]').waitVisible();
  await window.id("connect-address").fill(user.address);
  await window.id("connect").click();
  await waitForPage(window, "overview");
  await window.id("sandbox-mark").waitVisible();
  await waitForKnownBalance(window);
  await window.screenshot("overview");

  assert.equal((await desktop.keyring.labels()).length, 1);
  await assertConsistent({ desktop, user, window });
});

test("the browser's sign-in connects the app", async (t) => {
  const user = await sandbox.user();
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins });
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForPage(window, "connect");
  await window.id("add-network-file").click();
  await chooseFile(desktop, app, sandbox.networkFile);
  await window.css(`[data-testid="network-${sandbox.networkName}"][data-state="checked"]`).waitVisible();
  await window.id("by-browser").click();
  await window.id("connect-address").fill(user.address);
  await window.id("begin-sign-in").click();
  const signIn = await SignInPage.waitFor(desktop, sandbox);
  await desktop.screenshot("sign-in");
  await signIn.allow(user.data.email);
  await waitForPage(window, "overview");
  await waitForKnownBalance(window);
  await assertConsistent({ desktop, user, window });
});
