/** The CLI: reading, topping up, waiting and exit statuses; and that its output never contains a key. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { App } from "../session/app.ts";
import { cli, cliStatus, normalizeAmount, connectAccount } from "../session/cli.ts";
import { Desktop } from "../session/desktop.ts";
import { freePort } from "../session/ports.ts";
import type { ProcessResult } from "../session/processes.ts";
import { Sandbox, type User } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import { waitForKnownBalance } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("cli");
});
after(() => sandbox.end());

/** Runs `bursar` and checks that its output does not contain the key. */
function cliWithoutKey(desktop: Desktop, user: User) {
  return async (args: readonly string[], more: { input?: string; timeout?: number } = {}): Promise<ProcessResult> => {
    const done = await cli(desktop, args, { timeout: 60_000, ...more });
    assert.ok(!`${done.stdout}${done.stderr}`.includes(user.key), `the key is in what ${args.join(" ")} says`);
    return done;
  };
}

test("the CLI shows status and history, and a top-up reaches each of its outcomes", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user({ history: 5 });
  const desktop = await Desktop.for(t);
  await connectAccount(desktop, user);
  const bursar = cliWithoutKey(desktop, user);

  const shown = await cliStatus(desktop);
  assert.equal(normalizeAmount(shown.balance?.amount ?? ""), "256");
  assert.equal(shown.balance?.source, "chain");
  const readable = await bursar(["status"]);
  assert.equal(readable.code, 0);
  assert.match(readable.stdout, /256\.00 USDC/);
  const networks = await bursar(["networks"]);
  assert.equal(networks.code, 0);
  assert.ok(networks.stdout.includes(sandbox.networkName));

  const opened = await bursar(["top-up", "25.50", "--no-open"]);
  assert.equal(opened.code, 0, opened.stderr);
  const first = await user.openTopUp();
  assert.ok(opened.stdout.split("\n").includes(first.session_url), opened.stdout);
  assert.deepEqual(desktop.browser.openedUrls, []);
  const second = await bursar(["top-up", "30", "--no-open"]);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /\[top_up_open\]/);
  assert.equal((await user.serverState()).top_up_count, 6);
  await sandbox.setStatus(first.id, "canceled");

  const completed = bursar(["top-up", "12", "--no-open", "--wait"]);
  const paid = await user.openTopUp();
  await sandbox.pay(paid.id);
  assert.equal((await completed).code, 0, (await completed).stderr);
  assert.match((await completed).stdout, /12\.00 USDC has arrived/);

  const expired = bursar(["top-up", "13", "--no-open", "--wait"]);
  await sandbox.setStatus((await user.openTopUp()).id, "expired");
  assert.equal((await expired).code, 3, (await expired).stderr);

  const open = await bursar(["top-up", "14", "--no-open", "--wait", "--at-most", "1"]);
  assert.equal(open.code, 4, open.stderr);
  assert.match(open.stdout, /still in progress/);
  assert.equal((await bursar(["history", "--json"])).code, 0);
  assert.match((await bursar(["history", "--csv"])).stdout, /^[a-z_]+(,[a-z_]+)+\r\n/);
  assert.deepEqual(desktop.notifications.all, [], "the terminal shows no pop-ups");
});

test("while the app runs, the CLI reads but refuses to top up", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t);
  await connectAccount(desktop, user);
  const bursar = cliWithoutKey(desktop, user);
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForKnownBalance(window);
  const refused = await bursar(["top-up", "25", "--no-open"]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /\[engine_running\]/);
  assert.equal((await bursar(["status"])).code, 0);
  await assertConsistent({ desktop, user, window });
});

test("the CLI refuses invalid input with an error code and warns about what may pass", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t);
  const bursar = cliWithoutKey(desktop, user);
  const add = (network: string, address: string, key = user.key): Promise<ProcessResult> =>
    bursar(["account", "add", "fluence", "--network", network, "--address", address, "--label", "Test"], {
      input: `${key}\n`,
    });

  const malformed = await add(sandbox.networkFile, "0x1234");
  assert.equal(malformed.code, 2);
  assert.match(malformed.stderr, /\[address_malformed\]/);
  const broken = join(desktop.processes.scratch, "broken.toml");
  writeFileSync(broken, 'name = "broken"\nprovider = ');
  const file = await add(broken, user.address);
  assert.equal(file.code, 2);
  assert.match(file.stderr, /\[network_malformed\]/);
  const key = await add(sandbox.networkFile, user.address, "flk_this-key-was-never-given-to-anybody-0123456");
  assert.equal(key.code, 1);
  assert.match(key.stderr, /\[unauthorized\]/);
  assert.doesNotMatch(`${key.stdout}${key.stderr}`, /never-given/);
  assert.equal((await bursar(["account", "list"])).stdout.trim(), "", "no account was stored");
  for (const wrong of [["nonsense"], ["top-up"], ["top-up", "25", "--at-most", "1"], ["history", "--json", "--csv"]]) {
    assert.equal((await bursar(wrong)).code, 2, wrong.join(" "));
  }

  // A network whose API and RPC endpoints do not answer.
  const dead = join(desktop.processes.scratch, "dead.toml");
  const nobody = `127.0.0.1:${await freePort()}`;
  writeFileSync(
    dead,
    readFileSync(sandbox.networkFile, "utf8")
      .replaceAll(/127\.0\.0\.1:\d+/g, nobody)
      .replace(/^name\s*=.*$/m, 'name = "dead"'),
  );
  const warned = await add(dead, user.address);
  assert.equal(warned.code, 0, warned.stderr);
  assert.match(warned.stderr, /\[unreachable\]/);
  const unknown = await bursar(["status", "--json"]);
  assert.equal(unknown.code, 1);
  const line = JSON.parse(unknown.stdout) as { balance: unknown; errors: { code: string }[] };
  assert.equal(line.balance, null);
  assert.ok(line.errors.length > 0);
  for (const amount of ["ten", "10.001"]) {
    const done = await bursar(["top-up", amount, "--no-open"]);
    assert.equal(done.code, 2, done.stderr);
  }
});
