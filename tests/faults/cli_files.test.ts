/** What the CLI passes to the programs it starts, and how it treats links, devices, pipes and homes below links. */
import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { BINARIES } from "../session/app.ts";
import { cli, connectAccount } from "../session/cli.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("faults-cli-files");
});
after(() => sandbox.end());

test("no program that the CLI starts gets the key", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t);
  const bin = join(desktop.processes.scratch, "bin");
  const seen = join(desktop.processes.scratch, "seen");
  mkdirSync(bin);
  writeFileSync(join(bin, "xdg-open"), `#!/bin/sh\nenv >${seen}.part\nmv ${seen}.part ${seen}\n`);
  chmodSync(join(bin, "xdg-open"), 0o755);
  const env = { BURSAR_API_KEY: user.key, PATH: `${bin}:${desktop.env["PATH"] ?? ""}` };
  const add = ["account", "add", "fluence", "--network", sandbox.networkFile, "--address", user.address];
  assert.equal((await cli(desktop, add, { env })).code, 0);
  const opened = await cli(desktop, ["top-up", "25"], { env });
  assert.equal(opened.code, 0, opened.stderr);
  const handed = readFileSync(seen, "utf8");
  assert.match(handed, /^PATH=/m);
  assert.ok(!handed.includes(user.key), "the browser got the key");
  assert.doesNotMatch(handed, /BURSAR_API_KEY/);
});

test("an export writes through links, devices and pipes, and keeps the target's mode", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user({ history: 3 });
  const desktop = await Desktop.for(t);
  await connectAccount(desktop, user);
  const at = (name: string): string => join(desktop.processes.scratch, name);

  // The history has never been synced, so the CLI does it now.
  const first = await cli(desktop, ["history", "--json"]);
  assert.equal((JSON.parse(first.stdout) as { kind: string }[]).filter((line) => line.kind === "top_up").length, 3);

  writeFileSync(at("private.csv"), "old", { mode: 0o600 });
  symlinkSync(at("private.csv"), at("link.csv"));
  const linked = await cli(desktop, ["history", "--csv", "--output", at("link.csv")]);
  assert.equal(linked.code, 0, linked.stderr);
  assert.ok(lstatSync(at("link.csv")).isSymbolicLink());
  assert.equal(statSync(at("private.csv")).mode & 0o777, 0o600);
  assert.match(readFileSync(at("private.csv"), "utf8"), /^[a-z_]+(,[a-z_]+)+\r\n/);

  // A character device with the numbers of /dev/null.
  await desktop.run("mknod", [at("null"), "c", "1", "3"]);
  const nowhere = await cli(desktop, ["history", "--csv", "--output", at("null")]);
  assert.equal(nowhere.code, 0, nowhere.stderr);
  assert.ok(lstatSync(at("null")).isCharacterDevice());

  const piped = await desktop.run("bash", [
    "-c",
    'set -o pipefail; "$1" history --csv --output >(gzip -c >"$2"); sleep 0; wait; exit',
    "bash",
    BINARIES.cli,
    at("history.csv.gz"),
  ]);
  assert.equal(piped.code, 0, piped.stderr);

  const short = await desktop.run("bash", ["-c", '"$1" history --csv | head -n 1', "bash", BINARIES.cli]);
  assert.equal(short.stderr.trim(), "");
  const full = await desktop.run("bash", ["-c", '"$1" status --json >/dev/full', "bash", BINARIES.cli]);
  assert.notEqual(full.code, 0, "output that cannot be written must fail");
});

test("a home below a symbolic link, or with dots in its path, finds its key", async (t) => {
  await sandbox.reset();
  const user = await sandbox.user();
  const desktop = await Desktop.for(t);
  const real = join(realpathSync(desktop.processes.scratch), "real");
  mkdirSync(real);
  const link = join(desktop.processes.scratch, "link");
  symlinkSync(real, link);
  const add = ["account", "add", "fluence", "--network", sandbox.networkFile, "--address", user.address];
  for (const [name, typed] of [
    ["linked", join(link, "linked")],
    ["dotted", join(link, "..", "real", "dotted", "")],
  ] as const) {
    const added = await cli(desktop, ["--home", typed, ...add], { input: `${user.key}\n` });
    assert.equal(added.code, 0, added.stderr);
    for (const home of [typed, join(real, name)]) {
      const line = JSON.parse((await cli(desktop, ["--home", home, "status", "--json"])).stdout) as {
        api_balance: unknown;
        errors: unknown[];
      };
      assert.notEqual(line.api_balance, null);
      assert.deepEqual(line.errors, [], home);
    }
  }
});
