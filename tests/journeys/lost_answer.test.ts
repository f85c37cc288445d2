/**
 * A top-up whose request fails without an answer. The app polls twice, a minute apart, before it reports that the
 * provider never created it, and sends no second request before that.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { staysTrue, until } from "../session/wait.ts";
import { Sandbox, type Fault, type User } from "../session/sandbox.ts";
import { allAgree } from "../session/consistency.ts";
import type { AppWindow } from "../session/window.ts";
import { beginTopUp, connected, creations, page, paymentShows } from "./steps.ts";

const CREATE = { target: "console", method: "POST", path: "/v2/top-ups", times: 1 } as const satisfies Partial<Fault>;
/** Two polls, 60 s apart, plus time for a busy machine. */
const TWO_LOOKS = { within: 120_000 };

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("lost_answer");
});
after(() => sandbox.end());

async function goOn(window: AppWindow, amount: string): Promise<void> {
  await window.id("nav-top_up").click();
  await window.id("amount").fill(amount);
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  await window.id("continue").click();
}

async function asked(user: User): Promise<number> {
  return (await creations(sandbox, user)).length;
}

test("after a gateway's 502 the top-up stays starting until the provider is known to have none; then a new one works", async (t) => {
  const person = await connected(t, sandbox);
  const { user, window } = person;
  await sandbox.fault({ ...CREATE, kind: "status", status: 502, body: "Bad gateway" });
  await goOn(window, "20");
  await page(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="starting"]').waitVisible();
  await window.id("open-top-up-error").waitVisible();
  await window.picture("said");
  await window.id("nav-top_up").click();
  await window.id("top-up-already-open").waitVisible();
  await staysTrue("no second request is sent", async () => (await asked(user)) === 1, 2_000);
  await window.id("nav-overview").click();

  await window.css('[data-testid="ended-top-up"][data-status="not_started"]').waitVisible(TWO_LOOKS);
  await window.picture("not-started");
  assert.equal((await user.truth()).top_up_count, 0);
  assert.equal(await asked(user), 1);

  const { topUp, checkout } = await beginTopUp(person, sandbox, "20");
  await checkout.payByWallet(137);
  await paymentShows(window, topUp.id, "completed", true);
  assert.equal((await user.truth()).top_up_count, 1);
  assert.equal(await asked(user), 2);
  await allAgree(person);
});

test("after a kill before the provider created the top-up, it ends as not started and is not requested again", async (t) => {
  const person = await connected(t, sandbox);
  const { user, app, window } = person;
  await sandbox.fault({ ...CREATE, kind: "hang" });
  await goOn(window, "21");
  await until("the request has arrived", async () => (await asked(user)) === 1);
  await app.kill();
  await sandbox.noFaults();

  app.launch();
  await app.window();
  await page(window, "overview");
  await window.css('[data-testid="open-top-up"][data-status="starting"]').waitVisible();
  await window.picture("starting");
  await window.css('[data-testid="ended-top-up"][data-status="not_started"]').waitVisible(TWO_LOOKS);
  await window.picture("not-started");
  assert.equal((await user.truth()).top_up_count, 0);
  assert.equal(await asked(user), 1);
  await window.id("go-top-up").waitVisible();
  await allAgree(person);
});
