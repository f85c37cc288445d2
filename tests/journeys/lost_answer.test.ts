/**
 * A top-up whose request fails without an answer. The app polls twice, a minute apart, before it reports that the
 * provider never created it, and sends no second request before that.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { staysTrue, until } from "../session/wait.ts";
import { Sandbox, type Fault, type User } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import type { AppWindow } from "../session/window.ts";
import { startTopUp, connectApp, createTopUpRequests, waitForPage, waitForPayment } from "./steps.ts";

const CREATE_REQUEST = {
  target: "console",
  method: "POST",
  path: "/v2/top-ups",
  times: 1,
} as const satisfies Partial<Fault>;
/** Two polls, 60 s apart, plus time for a busy machine. */
const TWO_POLLS = { timeout: 120_000 };

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("lost_answer");
});
after(() => sandbox.end());

async function submitTopUp(window: AppWindow, amount: string): Promise<void> {
  await window.id("nav-top_up").click();
  await window.id("amount").fill(amount);
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  await window.id("continue").click();
}

async function createRequestCount(user: User): Promise<number> {
  return (await createTopUpRequests(sandbox, user)).length;
}

test("after a gateway's 502 the top-up stays starting until the provider is known to have none; then a new one works", async (t) => {
  const person = await connectApp(t, sandbox);
  const { user, window } = person;
  await sandbox.fault({ ...CREATE_REQUEST, kind: "status", status: 502, body: "Bad gateway" });
  await submitTopUp(window, "20");
  await waitForPage(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="starting"]').waitVisible();
  await window.id("open-top-up-error").waitVisible();
  await window.screenshot("said");
  await window.id("nav-top_up").click();
  await window.id("top-up-already-open").waitVisible();
  await staysTrue("no second request is sent", async () => (await createRequestCount(user)) === 1, 2_000);
  await window.id("nav-overview").click();

  await window.css('[data-testid="ended-top-up"][data-status="not_started"]').waitVisible(TWO_POLLS);
  await window.screenshot("not-started");
  assert.equal((await user.serverState()).top_up_count, 0);
  assert.equal(await createRequestCount(user), 1);

  const { topUp, checkout } = await startTopUp(person, sandbox, "20");
  await checkout.payByWallet(137);
  await waitForPayment(window, topUp.id, "completed", true);
  assert.equal((await user.serverState()).top_up_count, 1);
  assert.equal(await createRequestCount(user), 2);
  await assertConsistent(person);
});

test("after a kill before the provider created the top-up, it ends as not started and is not requested again", async (t) => {
  const person = await connectApp(t, sandbox);
  const { user, app, window } = person;
  await sandbox.fault({ ...CREATE_REQUEST, kind: "hang" });
  await submitTopUp(window, "21");
  await until("the request has arrived", async () => (await createRequestCount(user)) === 1);
  await app.kill();
  await sandbox.clearFaults();

  app.launch();
  await app.window();
  await window.id("nav-overview").click();
  await waitForPage(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="starting"]').waitVisible();
  await window.screenshot("starting");
  await window.css('[data-testid="ended-top-up"][data-status="not_started"]').waitVisible(TWO_POLLS);
  await window.screenshot("not-started");
  assert.equal((await user.serverState()).top_up_count, 0);
  assert.equal(await createRequestCount(user), 1);
  await window.id("go-top-up").waitVisible();
  await assertConsistent(person);
});
