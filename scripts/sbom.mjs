#!/usr/bin/env node
// Writes Bursar's bill of materials as a CycloneDX 1.6 document, from Cargo.lock and package-lock.json alone: the same locks
// make the same document, byte for byte. usage: scripts/sbom.mjs [FILE]   (default: standard output)

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (name) => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), "utf8");
const cargoLock = read("Cargo.lock");
const npmLock = read("package-lock.json");

const { components: crates, dependencies: crateNeeds } = fromCargo(cargoLock);
const { components: packages, dependencies: packageNeeds } = fromNpm(JSON.parse(npmLock));
const components = [...crates, ...packages].toSorted((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1));
const version = /^version = "(.*)"$/m.exec(read("Cargo.toml"))?.[1] ?? "0";
const document = {
  $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  serialNumber: `urn:uuid:${uuid(cargoLock + npmLock)}`,
  version: 1,
  metadata: { component: { type: "application", "bom-ref": "bursar", name: "bursar", version } },
  components,
  dependencies: [...crateNeeds, ...packageNeeds].toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
};
const text = `${JSON.stringify(document, null, 1)}\n`;
if (process.argv[2] === undefined) process.stdout.write(text);
else writeFileSync(process.argv[2], text);

/** The crates of Cargo.lock. Those of this repository have no checksum. */
function fromCargo(lock) {
  const entries = lock
    .split("[[package]]")
    .slice(1)
    .map((part) => ({
      name: field(part, "name"),
      version: field(part, "version"),
      source: field(part, "source"),
      checksum: field(part, "checksum"),
      needs: [...(/dependencies = \[([^\]]*)\]/.exec(part)?.[1] ?? "").matchAll(/"([^"]+)"/g)].map((one) => one[1]),
    }));
  const refOf = (one) => `pkg:cargo/${one.name}@${one.version}`;
  // "name"; "name version" if several versions are locked; sometimes with the source too.
  const find = (need) => {
    const [name, wanted] = need.split(" ");
    return entries.find((one) => one.name === name && (wanted === undefined || one.version === wanted));
  };
  return {
    components: entries.map((one) => ({
      type: "library",
      "bom-ref": refOf(one),
      name: one.name,
      version: one.version,
      purl: refOf(one),
      ...(one.checksum === undefined ? {} : { hashes: [{ alg: "SHA-256", content: one.checksum }] }),
    })),
    dependencies: entries.map((one) => ({
      ref: refOf(one),
      dependsOn: [...new Set(one.needs.map(find).filter(Boolean).map(refOf))].toSorted((a, b) => a.localeCompare(b)),
    })),
  };
}

/** The packages of package-lock.json, each version once. Packages that only build and test are marked as excluded. */
function fromNpm({ packages: locked }) {
  const byRef = new Map();
  const needs = new Map();
  for (const [path, one] of Object.entries(locked)) {
    if (!path.includes("node_modules/") || one.link === true) continue;
    const name = one.name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    const ref = `pkg:npm/${name.replace(/^@/, "%40")}@${one.version}`;
    const hash = /^sha512-(.+)$/.exec(one.integrity ?? "")?.[1];
    const shipped = one.dev !== true || byRef.get(ref)?.scope === "required";
    byRef.set(ref, {
      type: "library",
      "bom-ref": ref,
      name,
      version: one.version,
      scope: shipped ? "required" : "excluded",
      purl: ref,
      ...(hash === undefined ? {} : { hashes: [{ alg: "SHA-512", content: Buffer.from(hash, "base64").toString("hex") }] }),
      ...(one.license === undefined ? {} : { licenses: [{ expression: one.license }] }),
    });
    const found = Object.keys({ ...one.dependencies, ...one.optionalDependencies }).flatMap((need) => {
      const resolved = resolve(locked, path, need);
      return resolved === undefined ? [] : [`pkg:npm/${need.replace(/^@/, "%40")}@${locked[resolved].version}`];
    });
    needs.set(ref, [...new Set([...(needs.get(ref) ?? []), ...found])].toSorted((a, b) => a.localeCompare(b)));
  }
  return { components: [...byRef.values()], dependencies: [...needs].map(([ref, dependsOn]) => ({ ref, dependsOn })) };
}

/** Where Node.js would find the package: beside the package that needs it, or further up. */
function resolve(locked, from, name) {
  for (let path = from; ; path = path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/")))) {
    const candidate = path === "" ? `node_modules/${name}` : `${path}/node_modules/${name}`;
    if (locked[candidate] !== undefined && locked[candidate].link !== true) return candidate;
    if (path === "" || !path.includes("node_modules/")) return undefined;
    if (path.lastIndexOf("/node_modules/") === -1) path = "";
    if (path === "") return locked[`node_modules/${name}`] === undefined ? undefined : `node_modules/${name}`;
  }
}

function field(part, name) {
  return new RegExp(`^${name} = "(.*)"$`, "m").exec(part)?.[1];
}

function uuid(from) {
  const hex = createHash("sha256").update(from).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
