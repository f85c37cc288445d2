/** Answers that do not come from the provider, and incomplete answers, seen through the CLI. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, cliHistory, cliStatus, connectAccount } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("faults-provider");
});
after(() => sandbox.end());

/** The challenge page that a content delivery network puts in front of an API. */
const CHALLENGE = {
  kind: "status",
  body: "<!DOCTYPE html><title>Just a moment…</title>",
  headers: { "content-type": "text/html; charset=UTF-8", "cf-mitigated": "challenge" },
} as const;

test("a challenge page is not taken for the API's refusal of a key", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t);
  for (const code of [401, 403]) await sandbox.fault({ target: "console", status: code, ...CHALLENGE });
  await connectAccount(desktop, user);
  const challenged = await cliStatus(desktop);
  assert.ok(challenged.errors.length > 0);
  assert.ok(!challenged.errors.some((error) => error.code === "unauthorized"), JSON.stringify(challenged.errors));

  await sandbox.clearFaults();
  const later = await until("the API answers again", async () => {
    const now = await cliStatus(desktop);
    return now.api_balance !== null && now;
  });
  assert.deepEqual(later.errors, []);
});

test("a payment is listed once, even if its id changes", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user({ ids: "intent_differs" });
  const desktop = await Desktop.for(t);
  await connectAccount(desktop, user);
  // Before a first reading of all payments, no top-up would start.
  assert.equal((await cli(desktop, ["sync"])).code, 0);
  await sandbox.fault({
    target: "console",
    method: "GET",
    path: "/v2/top-ups/pending",
    kind: "status",
    status: 500,
    body: { code: "internal", error: "try again" },
  });
  const started = await cli(desktop, ["top-up", "30", "--no-open"], { timeout: 60_000 });
  assert.equal(started.code, 0, started.stderr);
  const topUp = await user.openTopUp();
  await sandbox.clearFaults();
  await cliStatus(desktop);
  await sandbox.pay(topUp.id);
  await until(
    "the payment is completed, on one line",
    async () => {
      await cli(desktop, ["sync"]);
      const lines = (await cliHistory(desktop)).filter((line) => line.kind === "top_up");
      return lines.length === 1 && lines[0]?.status === "completed" && lines[0].verified;
    },
    { timeout: 60_000, interval: 500 },
  );

  // A credit of the same amount for somebody else must not match this payment.
  await user.credit("30", "a transfer of somebody else");
  await cli(desktop, ["sync"]);
  const lines = (await cliHistory(desktop)).filter((line) => line.kind === "top_up");
  assert.equal(lines.length, 1, JSON.stringify(lines));
});

test("a page with a missing payment is noticed and read again", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user({ history: 8 });
  const desktop = await Desktop.for(t);
  await sandbox.fault({ target: "console", method: "GET", path: "/v2/top-ups", kind: "edit", remove: ["/items/5"] });
  await connectAccount(desktop, user);
  const short = await cli(desktop, ["sync"]);
  assert.equal((await cliHistory(desktop)).filter((line) => line.kind === "top_up").length, 7);
  assert.match(short.stderr, /\[[a-z_]+\]/, "the CLI names an error code");
  await sandbox.clearFaults();
  await until("the missing payment is read", async () => {
    await cli(desktop, ["sync"]);
    return (await cliHistory(desktop)).filter((line) => line.kind === "top_up").length === 8;
  });
});
