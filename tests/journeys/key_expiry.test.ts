/** The date on which an API key expires: entered with the key, shown with the account, changed, and gone with the key. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { App } from "../session/app.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { text } from "../session/texts.ts";
import { until } from "../session/wait.ts";
import { chooseFile, waitForKnownBalance, waitForPage } from "./steps.ts";

const DAY = 86_400_000;

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("key_expiry");
});
after(() => sandbox.end());

/** That many days from now, as a date in UTC. */
function date(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
}

test("a key is connected with its date, which is shown, changed, and gone with the next key", async (t) => {
  const user = await sandbox.user({ era: "today" });
  const desktop = await Desktop.for(t);
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForPage(window, "connect");
  await window.id("add-network-file").click();
  await chooseFile(desktop, app, sandbox.ready.today.network);
  await window.css('[data-testid="network-sandbox-today"][data-state="checked"]').waitVisible();

  await window.id("connect-key").fill(user.key);
  await window.id("connect-key-expiry").fill(date(-1));
  await window.id("connect").click();
  const error = window.id("connect-key-expiry-error");
  await error.waitVisible();
  assert.equal(await error.text(), text("detail-key-expiry-over"));
  await window.screenshot("date-is-over");
  await window.id("connect-key-expiry").fill(date(90));
  await window.id("connect").click();
  await waitForPage(window, "overview");
  await waitForKnownBalance(window);

  const expiry = window.id("account-key-expiry");
  const isShownAs = (nearness: string) =>
    until(`the card says ${nearness}`, async () => (await expiry.attribute("data-nearness")) === nearness);
  await window.id("nav-accounts").click();
  await isShownAs("later");
  await window.id("edit-account").click();
  assert.equal(await window.id("edit-key-expiry").property("value"), date(90));
  await window.id("edit-key-expiry").fill(date(3));
  await window.id("edit-save").click();
  await isShownAs("soon");
  await window.screenshot("expires-soon");

  await window.id("sign-in-again").click();
  await window.id("sign-in-key").fill(user.key);
  await window.screenshot("change-key");
  await window.id("sign-in-submit").click();
  await until("the date is gone with the key", async () => !(await expiry.isVisible()));
});
