/**
 * Amounts that the form refuses, refusals by the provider, and a second top-up: each is explained, and nothing is
 * created twice.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { normalizeAmount } from "../session/cli.ts";
import { staysTrue, until } from "../session/wait.ts";
import { Sandbox } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import type { AppWindow } from "../session/window.ts";
import {
  connectApp,
  createTopUpElsewhere,
  createTopUpRequests,
  waitForAmount,
  waitForPage,
  waitForPayment,
} from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("top_up_limits");
});
after(() => sandbox.end());

/** Enters an amount that cannot be sent and returns the page's message. */
async function expectAmountError(window: AppWindow, amount: string, code: string): Promise<string> {
  await window.id("amount").fill(amount);
  const error = window.css(`[data-testid="amount-error"][data-code="${code}"]`);
  await error.waitVisible();
  assert.equal(await window.id("continue").isEnabled(), false, `${amount} can be sent`);
  assert.equal(await window.id("quote").isVisible(), false, `costs of ${amount} are shown`);
  return error.text();
}

async function waitForQuote(window: AppWindow, amount: string): Promise<void> {
  await window.id("amount").fill(amount);
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  assert.equal(await window.id("continue").isEnabled(), true);
}

test("an amount beyond a limit cannot be sent, and the form says what to type", async (t) => {
  const person = await connectApp(t, sandbox);
  const { user, window } = person;
  await window.id("nav-top_up").click();
  await until("the headroom is known", async () => {
    const room = await window.id("room").attribute("data-amount");
    return room !== null && normalizeAmount(room) === "4744";
  });

  assert.match(await expectAmountError(window, "9.99", "amount_too_small"), /10/);
  await window.screenshot("too-small");
  assert.match(await expectAmountError(window, "10.0001", "amount_precision"), /at most 2 decimal places/);
  for (const amount of ["ten", "10,50,5", "1e3", "-10", "1٠", "1 0"]) {
    assert.match(await expectAmountError(window, amount, "amount_malformed"), /25|digits/);
  }
  for (const amount of ["1.234", "1,234"])
    assert.match(
      await expectAmountError(window, amount, "amount_malformed"),
      /1234.* 1[.,]2340/,
      "both readings are shown",
    );
  await window.screenshot("ambiguous");
  for (const [typed, amount] of [
    ["١٠", "10"],
    [" １２ ", "12"],
    ["1 234.50", "1234.5"],
    ["10,50", "10.5"],
    ["1.234,50", "1234.5"],
    ["1’234.5", "1234.5"],
  ] as const) {
    await waitForQuote(window, typed);
    await waitForAmount(window.id("quote-amount"), amount);
  }
  await window.id("method-usdc_polygon").click();
  assert.match(await expectAmountError(window, "1000.01", "amount_too_large"), /1\s?000/);
  await window.id("method-usdc").click();
  assert.match(await expectAmountError(window, "4744.01", "balance_cap"), /4\s?744/);
  await window.screenshot("over-the-cap");
  await waitForQuote(window, "4744");
  assert.equal((await createTopUpRequests(sandbox, user)).length, 0, "typing sends nothing");
  await assertConsistent(person);
});

test("a total is announced to screen readers once, after the typing", async (t) => {
  const { window } = await connectApp(t, sandbox);
  await window.id("nav-top_up").click();
  await window.id("amount").waitVisible();
  await window.driver.script(
    `const region = document.querySelector('[data-testid="announcement"]');
     window.spoken = [];
     new MutationObserver(() => window.spoken.push(region.textContent))
       .observe(region, { subtree: true, childList: true, characterData: true });`,
  );
  const spoken = async (): Promise<string[]> => (await window.driver.script("return window.spoken")) as string[];
  for (const amount of ["2", "25", "25.5", "25.50"]) await window.id("amount").fill(amount);
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  const total = await window.id("quote-total").text();
  const said = await until("the total is announced", async () => {
    const all = await spoken();
    return all.some((one) => one.includes(total)) && all;
  });
  assert.equal(said.filter((one) => one.includes("25.")).length, 1, said.join(" | "));
  await window.id("amount").fill("1.234");
  await until("the error is announced", async () => (await spoken()).some((one) => one.includes("1.2340")));
  const regions = await window.driver.script(
    `return document.querySelectorAll('[aria-live]:not([aria-live="off"]), [role="status"], [role="alert"]').length`,
  );
  assert.equal(regions, 1);
});

test("the app explains a refusal by the provider and stays usable", async (t) => {
  const person = await connectApp(t, sandbox);
  const { user, window } = person;
  // The app has read a cap of 5000; the provider has lowered it since.
  await sandbox.setCap("300");
  await window.id("nav-top_up").click();
  await waitForQuote(window, "100");
  await window.id("continue").click();
  await window.css('[data-testid="ended-top-up"][data-status="not_started"]').waitVisible();
  await window.css('[data-testid="ended-refusal"]').waitVisible();
  await window.screenshot("refused-by-the-cap");
  await sandbox.setCap("5000");

  await window.id("nav-top_up").click();
  await sandbox.fault({
    target: "console",
    method: "POST",
    path: "/v2/top-ups",
    times: 1,
    kind: "status",
    status: 422,
    body: { code: "unprocessable_entity", error: "Nobody tops up on Sundays." },
  });
  await waitForQuote(window, "31");
  await window.id("continue").click();
  await window.id("ended-refusal").waitForText("Nobody tops up on Sundays");
  await window.screenshot("refused-in-words");

  assert.equal((await createTopUpRequests(sandbox, user)).length, 2);
  assert.equal((await user.serverState()).top_up_count, 0);
  await window.id("nav-top_up").click();
  await waitForQuote(window, "32");
  await assertConsistent(person);
});

test("the app follows a top-up started elsewhere and offers its checkout in place of a second one", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, user, window } = person;
  await window.id("nav-top_up").click();
  await waitForQuote(window, "40");
  // Another device starts a top-up while the form is open.
  const elsewhere = await createTopUpElsewhere(user, "40.00");
  await window.id("continue").click();
  const amount = window.css('[data-testid="open-top-up-amount"][data-amount="40.00"]');
  await amount.waitVisible({ timeout: 20_000 });
  await window.id("nav-top_up").click();
  await window.id("top-up-already-open").waitVisible();
  assert.equal(await window.id("amount").isVisible(), false, "there is no form for a second one");
  await window.screenshot("the-first-is-offered");
  assert.equal((await user.serverState()).top_up_count, 1);

  await window.id("return-to-payment").click();
  await until(
    "the browser gets the first top-up's checkout",
    () => desktop.browser.openedUrls.at(-1) === elsewhere.session_url,
  );
  await sandbox.pay(elsewhere.id);
  await waitForPayment(window, elsewhere.id, "completed", true);
  await assertConsistent(person);
});

test("two clicks on Continue start one top-up", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, user, window } = person;
  await window.id("nav-top_up").click();
  await waitForQuote(window, "12");
  await sandbox.fault({ target: "console", method: "POST", path: "/v2/top-ups", times: 1, kind: "delay", ms: 1_000 });
  // All of them come before the page can redraw; the last one submits the form without the button.
  await window.driver.script(`
    const button = document.querySelector('[data-testid="continue"]');
    button.click(); button.click(); button.form.requestSubmit();
  `);
  const open = await user.openTopUp();
  await waitForPage(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await staysTrue("one request is sent", async () => (await createTopUpRequests(sandbox, user)).length === 1, 2_000);
  assert.equal((await user.serverState()).top_up_count, 1);
  await until("the browser gets the checkout", () => desktop.browser.openedUrls.length > 0);
  assert.deepEqual(desktop.browser.openedUrls, [open.session_url]);
  await assertConsistent(person);
});
