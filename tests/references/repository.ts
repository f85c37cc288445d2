/**
 * The repository's files as the reference check sees them: everything that is written by hand, and nothing that is built,
 * installed or recorded.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The entries of `.gitignore`. Names in these folders cannot be checked, because they exist only after a build. */
export const GENERATED =
  /^(target|ui\/dist|tests\/artefacts|fuzz\/(artifacts|target)|src-tauri\/gen|node_modules)(\/|$)/;
const SKIPPED = /(^|\/)(\.git|node_modules|target|dist|gen|artefacts|artifacts)$/;

export interface CargoPackage {
  readonly name: string;
  readonly targets: readonly { readonly name: string; readonly kind: readonly string[] }[];
}

export class Repository {
  /** Files and folders, relative to the root, with `/` between their parts. */
  readonly paths: ReadonlySet<string>;
  readonly files: readonly string[];
  readonly packages: readonly CargoPackage[];
  readonly #texts: Map<string, string>;

  private constructor(files: readonly string[], packages: readonly CargoPackage[], texts: Map<string, string>) {
    this.files = files;
    this.packages = packages;
    this.#texts = texts;
    this.paths = new Set(files.flatMap(withParents));
  }

  static read(): Repository {
    const metadata = ["Cargo.toml", "fuzz/Cargo.toml"].flatMap((manifest) => cargoPackages(manifest));
    return new Repository(filesBelow("").toSorted(), metadata, new Map());
  }

  /** The same repository with one file added or its text replaced. */
  with(path: string, text: string): Repository {
    const files = [...new Set([...this.files, path])].toSorted();
    return new Repository(files, this.packages, new Map([...this.#texts, [path, text]]));
  }

  text(path: string): string {
    const known = this.#texts.get(path) ?? readFileSync(join(ROOT, path), "utf8");
    this.#texts.set(path, known);
    return known;
  }

  /**
   * The files and folders that a name can mean: a whole path or its end, with or without the part after the first
   * dot (`chain/high_water`, `journeys/limits`). A `*` matches any part.
   */
  find(name: string): string[] {
    const wanted = posix.normalize(name).replace(/\/$/, "");
    const source = wanted.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*");
    const pattern = new RegExp(`(^|/)${source}(\\.[\\w.-]+)?$`);
    return [...this.paths].filter((path) => pattern.test(path));
  }

  below(path: string): string[] {
    return this.files.filter((file) => file === path || file.startsWith(`${path}/`));
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (SKIPPED.test(path) && !path.startsWith("contracts/")) return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function withParents(path: string): string[] {
  const parents = [path];
  for (let at = posix.dirname(path); at !== "."; at = posix.dirname(at)) parents.push(at);
  return parents;
}

function cargoPackages(manifest: string): CargoPackage[] {
  const args = ["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path", manifest];
  const { packages } = JSON.parse(execFileSync("cargo", args, { cwd: ROOT, encoding: "utf8" })) as {
    packages: CargoPackage[];
  };
  return packages;
}
