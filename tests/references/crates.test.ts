/** The crates depend on each other only in the direction that ARCHITECTURE.md shows. Cargo itself only refuses circles. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** For each crate, the crates of Bursar that its shipped code may use. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "bursar-domain": [],
  "bursar-platform": ["bursar-domain"],
  "bursar-engine": ["bursar-domain"],
  "bursar-store": ["bursar-domain", "bursar-engine"],
  "bursar-chain": ["bursar-domain", "bursar-platform"],
  "bursar-provider": ["bursar-domain", "bursar-platform"],
  "bursar-core": [
    "bursar-domain",
    "bursar-platform",
    "bursar-engine",
    "bursar-store",
    "bursar-chain",
    "bursar-provider",
  ],
  "bursar-l10n": ["bursar-domain"],
  "bursar-cli": ["bursar-core", "bursar-l10n"],
  "bursar-desktop": ["bursar-core", "bursar-l10n"],
  "bursar-sandbox": [],
  "bare-window": [],
};

interface Package {
  readonly name: string;
  readonly dependencies: readonly { readonly name: string; readonly kind: string | null }[];
}

test("every crate depends only on the crates below it", () => {
  const output = execFileSync("cargo", ["metadata", "--locked", "--offline", "--no-deps", "--format-version", "1"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const { packages } = JSON.parse(output) as { packages: readonly Package[] };
  assert.deepEqual(packages.map(({ name }) => name).toSorted(), Object.keys(ALLOWED).toSorted());
  for (const { name, dependencies } of packages) {
    const shipped = dependencies.filter(({ kind }) => kind === null).map((dependency) => dependency.name);
    const ours = shipped.filter((dependency) => dependency.startsWith("bursar-"));
    const refused = ours.filter((dependency) => !ALLOWED[name]?.includes(dependency));
    assert.deepEqual(refused, [], name);
  }
});
