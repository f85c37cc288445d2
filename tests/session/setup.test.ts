/**
 * What `scripts/setup.sh` prints when it cannot or must not install packages: exactly what to do, with an exit status
 * that stops the caller.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { Processes, type ProcessResult } from "./processes.ts";

const SETUP = fileURLToPath(new URL("../../scripts/setup.sh", import.meta.url));
const TOOLCHAINS = ["cargo", "rustc", "node", "npm"];
const BASE_TOOLS = ["bash", "cut", "dirname", "env", "grep", "head", "sed", "sha256sum", "sort", "tr"];

/** Runs setup.sh on a system that has only these programs. `fakes` are shell scripts that stand in for programs. */
async function setup(
  t: TestContext,
  {
    programs = TOOLCHAINS,
    fakes = {},
    purpose = "run",
  }: { programs?: string[]; fakes?: Record<string, string>; purpose?: string },
): Promise<ProcessResult> {
  const processes = new Processes(mkdtempSync(join(tmpdir(), "bursar-setup-")));
  const path = mkdtempSync(join(processes.scratch, "bin-"));
  t.after(async () => {
    await processes.end();
    rmSync(processes.artefacts, { recursive: true });
  });
  for (const program of [...BASE_TOOLS, ...programs]) {
    symlinkSync(execFileSync("which", [program], { encoding: "utf8" }).trim(), join(path, program));
  }
  for (const [program, text] of Object.entries(fakes)) {
    writeFileSync(join(path, program), `#!/bin/sh\n${text}\n`);
    chmodSync(join(path, program), 0o755);
  }
  const home = homedir();
  const env = {
    PATH: path,
    HOME: home,
    CARGO_HOME: process.env["CARGO_HOME"] ?? join(home, ".cargo"),
    RUSTUP_HOME: process.env["RUSTUP_HOME"] ?? join(home, ".rustup"),
  };
  return processes.run(SETUP, { args: [purpose], env });
}

const WITHOUT_ROOT = { id: "echo 1000", sudo: "exit 1", "apt-get": "exit 9", "apt-cache": "exit 0" };

test("without apt, setup.sh names everything that is missing", async (t) => {
  const done = await setup(t, {});
  assert.equal(done.code, 2);
  assert.match(done.stderr, /neither Debian nor Ubuntu/);
  for (const thing of [
    "a C compiler",
    "pkg-config",
    "WebKitGTK 4.1 with headers",
    "libdbus with headers",
    "xdg-utils",
  ]) {
    assert.ok(done.stderr.includes(`\n  - ${thing}\n`), `${thing} is not in:\n${done.stderr}`);
  }
});

test("without root, setup.sh prints the command that installs the packages", async (t) => {
  const done = await setup(t, { fakes: WITHOUT_ROOT });
  assert.equal(done.code, 2);
  assert.match(done.stderr, /no right to install/);
  const command = /^ {2}sudo apt-get update && sudo apt-get install --no-install-recommends (.+)$/m.exec(done.stderr);
  const packages = command?.[1]?.split(" ") ?? [];
  assert.ok(packages.includes("libwebkit2gtk-4.1-dev") && packages.includes("build-essential"), done.stderr);
  assert.ok(!packages.includes("chromium"), "packages for tests are not requested");
});

test("setup.sh also asks for the tests' packages, and for a browser if apt has none", async (t) => {
  const needed = await setup(t, { fakes: WITHOUT_ROOT, purpose: "test" });
  assert.equal(needed.code, 2);
  assert.match(needed.stderr, /install .*\bchromium\b.*\bxvfb\b/);
  const snapOnly = await setup(t, { fakes: { ...WITHOUT_ROOT, "apt-cache": "exit 1" }, purpose: "test" });
  assert.equal(snapOnly.code, 2);
  assert.match(snapOnly.stderr, /offers no Chromium as a Debian package/);
  assert.match(snapOnly.stderr, /^ {2}sudo apt-get update && sudo apt-get install .*\bxvfb\b/m);
});

test("setup.sh names what apt did not install, and stops when apt fails", async (t) => {
  const root = { id: "echo 0", "apt-get": "exit 0" };
  const nothing = await setup(t, { fakes: root });
  assert.equal(nothing.code, 2);
  assert.match(nothing.stderr, /still missing after installing:\n {2}- a C compiler/);
  const failing = await setup(t, { fakes: { ...root, "apt-get": 'echo "no network" >&2; exit 100' } });
  assert.notEqual(failing.code, 0);
  assert.match(failing.stderr, /no network/);
});

test("setup.sh says where to get a toolchain that is missing or too old", async (t) => {
  const noRust = await setup(t, { programs: ["node", "npm"] });
  assert.equal(noRust.code, 2);
  assert.match(noRust.stderr, /Rust 1\.\d+ or later is needed: see https:\/\/rustup\.rs/);
  const noNode = await setup(t, { programs: ["cargo", "rustc"] });
  assert.equal(noNode.code, 2);
  assert.match(noNode.stderr, /Node\.js 20\.19 or later with npm is needed: see https:\/\/nodejs\.org/);
  const oldNode = await setup(t, { programs: ["cargo", "rustc", "npm"], fakes: { node: "echo v18.20.4" } });
  assert.equal(oldNode.code, 2);
  assert.match(oldNode.stderr, /this is 18\.20\.4/);
});
