/**
 * The first sync of a long history, seen in the window: it shows its progress, stops, and stays stopped after a restart
 * while the app follows the balance and open payments. It then resumes where it stopped and requests no page twice.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { App } from "../session/app.ts";
import { until } from "../session/wait.ts";
import { connectAccount } from "../session/cli.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox, type User } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import { waitForPage, createTopUpElsewhere } from "./steps.ts";

const PAYMENT_COUNT = 3_000;

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("first_sync");
});
after(() => sandbox.end());

test("the first sync of a long history stops, stays stopped across a restart, and resumes where it was", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user({ history: PAYMENT_COUNT });
  const desktop = await Desktop.for(t, { linkOrigins: sandbox.origins });
  await connectAccount(desktop, user);
  await sandbox.fault({ target: "console", method: "GET", path: "/v2/top-ups", kind: "delay", ms: 700, times: 10_000 });
  const app = await App.open(desktop);
  let window = await app.window();
  await waitForPage(window, "overview");
  await window.id("nav-payments").click();
  await until("the progress is shown", async () => (await paymentsRead(window)) >= 100, { timeout: 30_000 });
  await window.screenshot("reading");
  await window.id("past-stop").click();
  await window.css('[data-testid="past"][data-stopped="true"]').waitVisible();
  await window.screenshot("stopped");
  const stopped = await waitUntilStopped(window, user);
  assert.ok(stopped < PAYMENT_COUNT, "the sync ended before it could be stopped");

  // The open top-up and the balance are known nevertheless.
  await window.id("nav-overview").click();
  const topUp = await createTopUpElsewhere(user, "25.50");
  await window.css(`[data-testid="open-top-up"]`).waitVisible({ timeout: 90_000 });
  assert.notEqual(await window.id("balance").attribute("data-amount"), null);

  const requests = await olderPages(user);
  await app.kill();
  app.launch();
  window = await app.window();
  await window.id("nav-payments").click();
  await window.css('[data-testid="past"][data-stopped="true"]').waitVisible({ timeout: 30_000 });
  assert.equal(await paymentsRead(window), stopped);
  assert.deepEqual(await olderPages(user), requests, "older pages were read while it was stopped");

  await sandbox.reset();
  await window.id("past-go-on").click();
  await window.id("past").waitHidden({ timeout: 60_000 });
  await until(
    "all payments are there",
    async () => Number(await window.id("payments-count").attribute("data-total")) > PAYMENT_COUNT,
    { timeout: 30_000 },
  );
  const pages = await olderPages(user);
  assert.equal(new Set(pages).size, pages.length, `pages were read twice: ${pages.join(" ")}`);
  await window.css(`[data-testid="payment"][data-payment="${topUp.id}"]`).waitVisible();
  await window.screenshot("all");
});

async function paymentsRead(window: AppWindow): Promise<number> {
  const progress = window.id("past");
  return (await progress.isVisible()) ? Number(await progress.attribute("data-payments")) : 0;
}

/** Waits until the current portion is complete and returns the number of payments read. */
async function waitUntilStopped(window: AppWindow, user: User): Promise<number> {
  let last = "";
  await until(
    "no further pages are requested",
    async () => {
      const now = `${await paymentsRead(window)} ${(await olderPages(user)).join(" ")}`;
      const unchanged = now === last;
      last = now;
      return unchanged;
    },
    { interval: 3_000, timeout: 30_000 },
  );
  return paymentsRead(window);
}

/** The numbers of the requested pages of the whole history, without the first. */
async function olderPages(user: User): Promise<number[]> {
  const requests = await user.sandbox.requests({ target: "console", method: "GET", path: "/v2/top-ups" });
  return requests
    .filter((one) => one.user_id === user.data.id)
    .map((one) => new URLSearchParams(one.query ?? ""))
    .filter((query) => !query.has("start") && query.has("page"))
    .map((query) => Number(query.get("page")));
}
