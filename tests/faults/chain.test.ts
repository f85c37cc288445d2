/** RPC endpoints that fall behind, omit logs or contradict each other, seen through the CLI. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli } from "../session/app.ts";
import { until } from "../session/wait.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { history, plainAmount, status } from "../session/consistency.ts";
import { connectByCli } from "../journeys/steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("faults-chain");
});
after(() => sandbox.end());

test("an endpoint that falls behind never replaces a newer balance", async (t) => {
  await sandbox.calm();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t);
  await connectByCli(desktop, sandbox, user);
  await sandbox.rpc("fluence-b", { mode: "stale" });
  await sandbox.mine(9999999, 2);
  await user.credit("30");
  const newer = await status(desktop);
  assert.equal(plainAmount(newer.balance?.amount ?? ""), "286");

  await sandbox.rpc("fluence-a", { mode: "refuse" });
  const beside = await status(desktop);
  assert.equal(plainAmount(beside.balance?.amount ?? ""), "286", "the API's balance leads while no endpoint is current");
  await sandbox.fault({ target: "console", method: "GET", path: "/v2/users/balances", kind: "close" });
  for (let look = 0; look < 3; look += 1) {
    const later = await status(desktop);
    assert.equal(plainAmount(later.balance?.amount ?? ""), "286", JSON.stringify(later));
    assert.ok(later.stale && later.errors.length > 0, "a stale balance is shown as current");
  }

  await sandbox.noFaults();
  await sandbox.rpc("fluence-b", { mode: "ok" });
  await user.credit("1");
  await until("the second endpoint is used once it has caught up", async () => {
    const now = await status(desktop);
    return plainAmount(now.balance?.amount ?? "") === "287" && now;
  });
});

test("an event that the endpoints omitted is found once they return all logs", async (t) => {
  await sandbox.calm();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t);
  await connectByCli(desktop, sandbox, user);
  await status(desktop);
  await sandbox.rpc("fluence-a", { mode: "drop_logs" });
  await sandbox.rpc("fluence-b", { mode: "drop_logs" });
  const started = cli(desktop, ["top-up", "25", "--no-open", "--wait"], { within: 60_000 });
  const topUp = await user.openTopUp();
  await sandbox.pay(topUp.id);
  assert.equal((await started).code, 0, (await started).stderr);
  await status(desktop);
  const unverified = (await history(desktop)).find((line) => line.id === topUp.id);
  assert.equal(unverified?.verified, false);

  await sandbox.allRpcs({ mode: "ok" });
  await until(
    "the payment is verified",
    async () => {
      await status(desktop);
      return (await history(desktop)).some((line) => line.id === topUp.id && line.verified);
    },
    { within: 60_000, every: 500 },
  );
});
