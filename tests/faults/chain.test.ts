/** RPC endpoints that fall behind, omit logs or contradict each other, seen through the CLI. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cli, cliHistory, cliStatus, normalizeAmount, connectAccount } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("faults-chain");
});
after(() => sandbox.end());

test("an endpoint that falls behind never replaces a newer balance", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t);
  await connectAccount(desktop, user);
  await sandbox.setRpcMode("fluence-b", { mode: "stale" });
  await sandbox.mine(9999999, 2);
  await user.credit("30");
  const newer = await cliStatus(desktop);
  assert.equal(normalizeAmount(newer.balance?.amount ?? ""), "286");

  await sandbox.setRpcMode("fluence-a", { mode: "refuse" });
  const fallback = await cliStatus(desktop);
  assert.equal(
    normalizeAmount(fallback.balance?.amount ?? ""),
    "286",
    "the API's balance leads while no endpoint is current",
  );
  await sandbox.fault({ target: "console", method: "GET", path: "/v2/users/balances", kind: "close" });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const later = await cliStatus(desktop);
    assert.equal(normalizeAmount(later.balance?.amount ?? ""), "286", JSON.stringify(later));
    assert.ok(later.stale && later.errors.length > 0, "a stale balance is shown as current");
  }

  await sandbox.clearFaults();
  await sandbox.setRpcMode("fluence-b", { mode: "ok" });
  await user.credit("1");
  await until("the second endpoint is used once it has caught up", async () => {
    const now = await cliStatus(desktop);
    return normalizeAmount(now.balance?.amount ?? "") === "287" && now;
  });
});

test("an event that the endpoints omitted is found once they return all logs", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t);
  await connectAccount(desktop, user);
  await cliStatus(desktop);
  await sandbox.setRpcMode("fluence-a", { mode: "drop_logs" });
  await sandbox.setRpcMode("fluence-b", { mode: "drop_logs" });
  const started = cli(desktop, ["top-up", "25", "--no-open", "--wait"], { timeout: 60_000 });
  const topUp = await user.openTopUp();
  await sandbox.pay(topUp.id);
  assert.equal((await started).code, 0, (await started).stderr);
  await cliStatus(desktop);
  const unverified = (await cliHistory(desktop)).find((line) => line.id === topUp.id);
  assert.equal(unverified?.verified, false);

  await sandbox.setAllRpcModes({ mode: "ok" });
  await until(
    "the payment is verified",
    async () => {
      await cliStatus(desktop);
      return (await cliHistory(desktop)).some((line) => line.id === topUp.id && line.verified);
    },
    { timeout: 60_000, interval: 500 },
  );
});
