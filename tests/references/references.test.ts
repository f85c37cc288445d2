/** Everything that documents, scripts, fuzz targets, benchmarks, proofs and comments name exists, and the check notices what does not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { unresolved } from "./references.ts";
import { Repository } from "./repository.ts";

const repository = Repository.read();

test("every path, cargo target and test that is named exists", () => {
  const found = unresolved(repository).map(({ file, line, name, why }) => `${file}:${line}: ${name}: ${why}`);
  assert.deepEqual(found, [], `\n${found.join("\n")}\n`);
});

/** The names that the check reports if the file has this text. */
function reported(file: string, text: string): string[] {
  return unresolved(repository.with(file, text), [file]).map(({ line, name }) => `${line} ${name}`);
}

test("reports a path that does not exist, in a document, a script and a comment", () => {
  assert.deepEqual(reported("docs/sample.md", "See `scripts/test.sh`.\nSee `scripts/gone.sh`."), ["2 scripts/gone.sh"]);
  assert.deepEqual(reported("scripts/sample.sh", 'exec "$root/scripts/gone.sh" tests/journeys/*.test.ts'), [
    "1 scripts/gone.sh",
  ]);
  assert.deepEqual(reported("tests/bench/sample.ts", "// see scripts/test.sh and docs/gone.md."), ["1 docs/gone.md"]);
  assert.deepEqual(reported("crates/sample.rs", "//! As docs/sandbox.md and ui/src/lib/gone.ts say"), [
    "1 ui/src/lib/gone.ts",
  ]);
});

test("reports a link that leads nowhere", () => {
  assert.deepEqual(reported("docs/sample.md", "[a](security.md) [b](https://bursar.invalid/x) [c](gone.md#part)"), [
    "1 gone.md",
  ]);
});

test("reports a module or a name of Rust that does not exist", () => {
  assert.deepEqual(reported("docs/sample.md", "`journeys/connect`, `journeys/gone`, `session/`, `gone/`"), [
    "1 journeys/gone",
    "1 gone/",
  ]);
  assert.deepEqual(reported("docs/sample.md", "`test.sh`, `gone.ts`, `Provider::list_nothing_at_all`"), [
    "1 gone.ts",
    "1 Provider::list_nothing_at_all",
  ]);
  assert.deepEqual(reported("CONTRIBUTING.md", "`Sandbox` is a type, `SandboxOfNothing` is none."), [
    "1 SandboxOfNothing",
  ]);
  assert.deepEqual(reported("docs/sample.md", "```\nnode --test journeys/connect.test.ts journeys/gone.test.ts\n```"), [
    "2 journeys/gone.test.ts",
  ]);
});

test("reports a cargo package, target, filter or npm script that does not exist", () => {
  assert.deepEqual(reported("docs/sample.md", "`cargo test -p bursar-cli` `cargo test -p bursar-gone`"), [
    "1 bursar-gone",
  ]);
  assert.deepEqual(reported("docs/sample.md", "`cargo test -p bursar-cli --test gone`"), ["1 gone"]);
  assert.deepEqual(reported("scripts/sample.sh", "cargo build --locked -p bursar-core --example gone"), ["1 gone"]);
  assert.deepEqual(reported("tests/bench/sample.ts", 'const args = ["test", "--locked", "-p", "bursar-gone", "--"];'), [
    "1 bursar-gone",
  ]);
  assert.deepEqual(reported("tests/proofs/sample.ts", 'cargoTest(tally, { name: "gone", filter: "gone_too" })'), [
    "1 gone",
    "1 gone_too",
  ]);
  assert.deepEqual(reported("docs/sample.md", "`npm run axe --workspace ui`, `npm run gone`"), ["1 gone"]);
});

test("reports a test that does not exist, and a file without tests, where the behaviour is described", () => {
  const text = [
    "- Given this, then that. (journeys/connect, proof 3, journeys/gone)",
    "- Given more,",
    "  then more. (ui/dev/look.mjs: `overview`, `no-scene`; tests/tsconfig.json)",
  ];
  assert.deepEqual(reported("docs/behaviour.md", text.join("\n")), [
    "1 journeys/gone",
    "3 no-scene",
    "3 tests/tsconfig.json",
  ]);
});

test("reports a fuzz target without a file, and inputs without a target", () => {
  const text = repository.text("fuzz/Cargo.toml").replaceAll("links", "gone");
  const found = reported("fuzz/Cargo.toml", text);
  assert.ok(
    found.some((name) => name.endsWith(" fuzz_targets/gone.rs")),
    String(found),
  );
  assert.ok(
    found.some((name) => name.endsWith(" links")),
    String(found),
  );
});
