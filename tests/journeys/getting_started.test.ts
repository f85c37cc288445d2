/**
 * A new user of today's Fluence: from the first window to a shown balance, with every click counted, also those in the
 * console. Then what a read-only key allows, and the way to a promo code.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { App } from "../session/app.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { text } from "../session/texts.ts";
import { until } from "../session/wait.ts";
import type { AppWindow } from "../session/window.ts";
import { chooseFile, waitForKnownBalance, waitForPage } from "./steps.ts";

const MOST_CLICKS = 8;
const MOST_MILLISECONDS = 120_000;

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("getting_started");
});
after(() => sandbox.end());

interface Start {
  readonly desktop: Desktop;
  readonly window: AppWindow;
  /** Counts a click and makes it. */
  readonly click: (element: { click(): Promise<void> }) => Promise<void>;
  readonly clicks: () => number;
}

/** Opens the app for the first time and adds the sandbox's network, which takes one click. */
async function firstStart(desktop: Desktop): Promise<Start> {
  let clicks = 0;
  const click: Start["click"] = async (element) => {
    clicks += 1;
    await element.click();
  };
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForPage(window, "connect");
  await window.css('[data-testid="network-mainnet"][data-state="checked"]').waitVisible();
  assert.equal(await window.id("network-testnet").isVisible(), false, "test networks stand behind a button");
  await window.id("connect-address").waitVisible();
  await window.screenshot("mainnet-first");

  await click(window.id("add-network-file"));
  await chooseFile(desktop, app, sandbox.ready.today.network);
  await window.css('[data-testid="network-sandbox-today"][data-state="checked"]').waitVisible();
  assert.equal(await window.id("connect-address").isVisible(), false, "no contract, no wallet address");
  return { desktop, window, click, clicks: () => clicks };
}

/** Makes a key in the console with that preset and copies it. */
async function makeKey({ desktop, window, click }: Start, preset: "full" | "read_only"): Promise<string> {
  await click(window.id("connect-keys-page"));
  const address = `${sandbox.ready.today.api}/settings/api-keys`;
  await until("the page for keys is open", () => desktop.browser.openedUrls.includes(address));
  const page = await desktop.browser.page(/\/settings\/api-keys/);
  await page.fill("#key-name", "bursar");
  await click(page.locator(`#preset-${preset}`));
  await click(page.locator("#create-key"));
  const key = page.locator("#new-key");
  await click(key);
  return (await key.innerText()).trim();
}

async function enterKey({ window, click }: Start, key: string): Promise<void> {
  const field = window.id("connect-key");
  await click(field);
  await field.fill(key);
  await click(window.id("connect"));
}

function checkState(window: AppWindow, use: string): Promise<string | null> {
  return window.id(`key-check-${use}`).attribute("data-state");
}

test("a read-only key shows the balance after eight clicks, and top up says what is missing", async (t) => {
  const desktop = await Desktop.for(t);
  const begin = performance.now();
  const start = await firstStart(desktop);
  const { window, click } = start;
  for (const use of ["payments", "spending", "top-ups"]) assert.equal(await checkState(window, use), "waiting");
  await enterKey(start, await makeKey(start, "read_only"));

  await window.id("connected").waitVisible();
  assert.equal(await checkState(window, "payments"), "granted");
  assert.equal(await checkState(window, "spending"), "granted");
  assert.equal(await checkState(window, "top-ups"), "missing");
  await window.screenshot("checklist");
  await click(window.id("connected-continue"));
  await waitForPage(window, "overview");
  await waitForKnownBalance(window);
  const took = performance.now() - begin;
  t.diagnostic(`${start.clicks()} clicks, ${Math.round(took)} ms`);
  assert.ok(start.clicks() <= MOST_CLICKS, `${start.clicks()} clicks`);
  assert.ok(took <= MOST_MILLISECONDS, `${took} ms`);

  const resources = window.css('[data-testid="resource-charge"]');
  await resources.waitVisible();
  await window.screenshot("charges-by-resource");

  await window.id("nav-top_up").click();
  const missing = { needed_for: "top-ups", scope: "billing:top_up", preset: "Full access" };
  await window.css('[data-testid="top-up-blocked"][data-code="forbidden"]').waitVisible();
  assert.ok((await window.id("top-up-blocked").text()).includes(text("detail-key-lacks-scope", missing)));
  await window.screenshot("top-up-needs-scope");

  await window.id("rules-promo").click();
  await until("the Billing page is open", () =>
    desktop.browser.openedUrls.includes(`${sandbox.ready.today.api}/billing`),
  );
});

test("a key with full access leads to the overview at once", async (t) => {
  const start = await firstStart(await Desktop.for(t));
  await enterKey(start, await makeKey(start, "full"));
  await waitForPage(start.window, "overview");
  await waitForKnownBalance(start.window);
  assert.ok(start.clicks() < MOST_CLICKS, `${start.clicks()} clicks`);
  await start.window.id("nav-top_up").click();
  await start.window.id("amount").waitVisible();
});

test("a key that was not copied as a whole is told from one that was deleted", async (t) => {
  const start = await firstStart(await Desktop.for(t));
  const error = start.window.css('[data-testid="connect-error"][data-code="unauthorized"]');
  await enterKey(start, sandbox.ready.today.api_key.slice(0, 20));
  await error.waitVisible();
  assert.ok((await error.text()).includes(text("detail-key-incomplete")));
  await start.window.screenshot("incomplete");

  const [first = "", ...rest] = sandbox.ready.today.api_key.slice(4);
  const unknown = `flk_${[...rest, first].join("")}`;
  await start.window.id("connect-key").fill(unknown);
  await start.window.id("connect").click();
  await until("the key is rejected", async () => (await error.text()).includes(text("detail-key-rejected")));
});
