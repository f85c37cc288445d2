/**
 * Finds the paths, cargo targets and tests that documents, scripts, fuzz targets, benchmarks, proofs and comments name, and
 * reports those that do not exist. Without this check, moved files and renamed tests would leave wrong names behind.
 */
import { posix } from "node:path";
import { GENERATED, type Repository } from "./repository.ts";

export interface Unresolved {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly why: string;
}

interface Place {
  readonly repository: Repository;
  readonly file: string;
  readonly line: number;
}

const TEXT = /\.(md|rs|ts|mjs|js|css|svelte|html|sh|toml|ya?ml|json|sql|c)$|^\.ci\//;
/** Lock files, recorded figures, saved homes and fuzz inputs name nothing. The check's own tests name missing things on purpose. */
const UNREAD =
  /(^|\/)(Cargo\.lock|package-lock\.json)$|^docs\/performance\.json$|^fuzz\/corpus\/|^tests\/fixtures\/home\/\d|^tests\/references\//;
const ROOTED =
  /(?<![\w./@:~{}-])(?:\$root\/|(?:\.\.\/)+)?((?:crates|src-tauri|ui|locales|tests|docs|scripts|contracts|fuzz|icons|\.github)\/[\w./*-]*[\w*/])/g;
const SOURCE_FILE = /(?:[\w*-]+\/)*[\w*-]+(?:\.[\w-]+)*\.(?:rs|ts|mjs|js|svelte|css|sql|sh|md|ya?ml|html)(?![\w/(])/g;
const MODULE_PATH = /^[a-z][\w-]*(?:\/[\w*-]+)+\/?$|^[a-z][\w-]*\/$/;
const RUST_PATH = /^[A-Za-z_]\w*(?:::[A-Za-z_]\w*)+$/;
const RUST_TEST =
  /#\[(?:\w+::)?test\b[^\]]*\](?:\s*(?:#\[[^\]]*\]|\/\/[^\n]*))*\s*(?:pub(?:\([a-z]+\))? )?(?:async )?fn (\w+)/g;
/** A type or a constant. Only the documents about the code name these without their module. */
const TYPE_NAME = /^[A-Z]\w+$/;
const NAMES_TYPES: ReadonlySet<string> = new Set(["ARCHITECTURE.md", "CONTRIBUTING.md"]);
/** Code spans that look like a path in the repository but are not one. */
const NOT_PATHS: ReadonlySet<string> = new Set();

export function unresolved(repository: Repository, files: readonly string[] = repository.files): Unresolved[] {
  return files
    .filter((file) => TEXT.test(file) && !UNREAD.test(file))
    .flatMap((file) => {
      const lines = repository.text(file).split("\n");
      const found = lines.flatMap((text, index) => inLine({ repository, file, line: index + 1 }, text));
      if (file.endsWith(".md")) found.push(...inMarkdown(repository, file, lines));
      if (file === "docs/behaviour.md") found.push(...inBehaviour(repository, file, lines));
      if (file === "fuzz/Cargo.toml") found.push(...inFuzzManifest(repository, file, lines));
      return found;
    });
}

/** References in any kind of text: paths from the root, and cargo's packages, targets and filters. */
function inLine(place: Place, text: string): Unresolved[] {
  const found: Unresolved[] = [];
  // The references of behaviour.md are shorter than paths from the root. `inBehaviour` reads them.
  if (place.file !== "docs/behaviour.md") {
    for (const [, path = ""] of text.matchAll(ROOTED)) found.push(...checkPath(place, path));
  }
  const command = text.replaceAll(/", *"|"$/g, " ");
  if (/\bcargo\b|--locked\b/.test(command)) found.push(...checkCargo(place, command));
  const proof = /cargoTest\(.*\bname: "([\w-]+)"(?:.*\bfilter: "([\w:]+)")?/.exec(text);
  if (proof !== null) {
    const [, target = "", filter] = proof;
    found.push(...checkTarget(place, "test", target));
    if (filter !== undefined) found.push(...checkFilter(place, filter));
  }
  for (const [, script = ""] of command.matchAll(/\bnpm run (?:--?[\w=-]+ )*([\w:-]+)/g)) {
    const known = place.repository.files
      .filter((file) => posix.basename(file) === "package.json")
      .some((file) => place.repository.text(file).includes(`"${script}": `));
    if (!known) found.push(missing(place, script, "no package.json has this script"));
  }
  return found;
}

function checkPath(place: Place, path: string): Unresolved[] {
  if (GENERATED.test(path)) return [];
  // The part after a placeholder (`fuzz/artifacts/TARGET`, `crates/…`) is unknown, so only the folder before it is checked.
  const certain = path.replace(/\/?(?<=\/)[A-Z]+$/, "");
  return place.repository.find(certain).length > 0 ? [] : [missing(place, path, "no such file or folder")];
}

function checkCargo(place: Place, command: string): Unresolved[] {
  const { packages } = place.repository;
  const found: Unresolved[] = [];
  for (const [, name = ""] of command.matchAll(/ (?:-p|--package)[ =]([\w-]+)/g)) {
    if (!packages.some((one) => one.name === name)) found.push(missing(place, name, "no such cargo package"));
  }
  for (const [, kind = "", name = ""] of command.matchAll(/ --(test|example|bin|bench)[ =]([\w-]+)/g)) {
    found.push(...checkTarget(place, kind, name));
  }
  const filter = /\bcargo test\b.* --test[ =][\w-]+ (?:-- )?(?:--?[\w-]+ )*([a-z][\w:]+)/.exec(command)?.[1];
  if (filter !== undefined) found.push(...checkFilter(place, filter));
  return found;
}

function checkTarget(place: Place, kind: string, name: string): Unresolved[] {
  const known = place.repository.packages.some((one) =>
    one.targets.some((target) => target.name === name && target.kind.includes(kind)),
  );
  return known ? [] : [missing(place, name, `no cargo target of kind ${kind}`)];
}

/** A filter is a test's name with its modules, or a part of that. */
function checkFilter(place: Place, filter: string): Unresolved[] {
  const { repository } = place;
  const segments = filter.split("::").filter((segment) => segment !== "");
  const known = repository.files
    .filter((file) => file.endsWith(".rs") && holdsTests(repository, file))
    .some((file) =>
      segments.every(
        (segment, index) =>
          file.split(/[/.]/).includes(segment) ||
          new RegExp(`\\bmod ${segment}\\b`).test(repository.text(file)) ||
          (index === segments.length - 1 && testsOf(repository, file).some((test) => test.includes(segment))),
      ),
    );
  return known ? [] : [missing(place, filter, "no test has this in its name")];
}

/** References in links, code spans and code blocks. */
function inMarkdown(repository: Repository, file: string, lines: readonly string[]): Unresolved[] {
  const found: Unresolved[] = [];
  let fenced = false;
  for (const [index, text] of lines.entries()) {
    const place = { repository, file, line: index + 1 };
    for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const path = posix.join(posix.dirname(file), target).replace(/\/$/, "");
      if (!repository.paths.has(path)) found.push(missing(place, target, "the link leads nowhere"));
    }
    if (text.startsWith("```")) fenced = !fenced;
    else if (fenced) found.push(...checkSourceFiles(place, text));
    else for (const [, span = ""] of text.matchAll(/`([^`]+)`/g)) found.push(...checkSpan(place, span));
  }
  return found;
}

function checkSpan(place: Place, span: string): Unresolved[] {
  if (NOT_PATHS.has(span)) return [];
  if (MODULE_PATH.test(span)) {
    // `inLine` has already read paths from the root.
    const known = span.search(ROOTED) !== -1 || GENERATED.test(span) || place.repository.find(span).length > 0;
    return known ? [] : [missing(place, span, "no such file, module or folder")];
  }
  if (RUST_PATH.test(span) || (NAMES_TYPES.has(place.file) && TYPE_NAME.test(span))) {
    const words = span.split("::").map((word) => new RegExp(`\\b${word}\\b`));
    const known = place.repository.files.some(
      (file) =>
        /\.(rs|ts|sh)$/.test(file) &&
        !UNREAD.test(file) &&
        words.every((word) => word.test(place.repository.text(file))),
    );
    return known ? [] : [missing(place, span, "no source file has this name")];
  }
  return checkSourceFiles(place, span);
}

function checkSourceFiles(place: Place, text: string): Unresolved[] {
  return (
    [...text.replaceAll(ROOTED, " ").matchAll(SOURCE_FILE)]
      .map(([name]) => name)
      // `NUMBER-name.ts` means any such file.
      .filter((name) => !/[A-Z]{2,}[-_]/.test(name) && place.repository.find(name).length === 0)
      .map((name) => missing(place, name, "no such file"))
  );
}

/**
 * Each item of behaviour.md ends with the tests that check it, in parentheses: files or folders with tests, or `proof N`,
 * with test names after a colon if a file has many.
 */
function inBehaviour(repository: Repository, file: string, lines: readonly string[]): Unresolved[] {
  const found: Unresolved[] = [];
  for (const item of itemsOf(lines)) {
    const group = /\(([^()]*)\)\s*$/.exec(item.text)?.[1];
    if (group === undefined) continue;
    for (const entry of group.split(/;\s*|,(?!\s*`)\s*/)) {
      const [, name = "", tests = ""] = /^([^:]+?)\s*(?::\s*(.*))?$/s.exec(entry.trim()) ?? [];
      const at = lines.findIndex((text, index) => index + 1 >= item.line && text.includes(name));
      const place = { repository, file, line: at === -1 ? item.line : at + 1 };
      found.push(...checkTests(place, name.replaceAll("`", ""), tests.split(/,\s*/).filter(Boolean)));
    }
  }
  return found;
}

function checkTests(place: Place, name: string, tests: readonly string[]): Unresolved[] {
  const { repository } = place;
  const proof = /^proof (\d+)$/.exec(name)?.[1];
  const files = repository
    .find(proof === undefined ? name : `tests/proofs/${proof}-*`)
    .flatMap((path) => repository.below(path))
    .filter((path) => holdsTests(repository, path));
  if (files.length === 0) return [missing(place, name, "no file or folder of this name has tests")];
  return tests
    .map((test) => test.replaceAll("`", ""))
    .filter((test) => !files.some((path) => testsOf(repository, path).includes(test)))
    .map((test) => missing(place, test, `no test of this name in ${name}`));
}

function itemsOf(lines: readonly string[]): { readonly line: number; readonly text: string }[] {
  const items: { line: number; text: string }[] = [];
  for (const [index, text] of lines.entries()) {
    const last = items.at(-1);
    if (text.startsWith("- ")) items.push({ line: index + 1, text });
    else if (text.startsWith("  ") && last !== undefined) last.text += ` ${text.trim()}`;
  }
  return items;
}

function holdsTests(repository: Repository, file: string): boolean {
  return testsOf(repository, file).length > 0;
}

/** The tests of a file: Rust functions, titles of node:test and Vitest, and the scenes that axe checks. */
function testsOf(repository: Repository, file: string): string[] {
  if (file.endsWith(".rs")) return [...repository.text(file).matchAll(RUST_TEST)].map(([, name = ""]) => name);
  if (file.endsWith(".test.ts"))
    return titles(repository.text(file), /\b(?:test|it)(?:\.each\(.*?\))?\(\s*(["'`])(.+?)\1/gs);
  if (file === "ui/dev/look.mjs") {
    // Scenes are `PAGE@CASE@SIZE@THEME`.
    return titles(repository.text(file), /(["'`])(\w[\w@-]+@[\w@x-]+)\1/g).flatMap((scene) => scene.split("@"));
  }
  if (/^tests\/proofs\/\d+-/.test(file)) return titles(repository.text(file), /\bname: (["'`])(.+?)\1/g);
  return [];
}

function titles(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, , title = ""]) => title);
}

/** Checks that each fuzz target has a file, and that each folder of inputs has a target. */
function inFuzzManifest(repository: Repository, file: string, lines: readonly string[]): Unresolved[] {
  const found: Unresolved[] = [];
  for (const [index, text] of lines.entries()) {
    const path = /\bpath = "([^"]+)"/.exec(text)?.[1];
    if (path !== undefined && !repository.paths.has(posix.join("fuzz", path))) {
      found.push(missing({ repository, file, line: index + 1 }, path, "no such file or folder"));
    }
  }
  const targets = new Set([...lines.join("\n").matchAll(/^name = "(\w+)"$/gm)].map(([, name]) => name));
  const inputs = new Set(repository.below("fuzz/corpus").map((input) => input.split("/")[2] ?? ""));
  for (const name of inputs) {
    if (!targets.has(name)) found.push(missing({ repository, file, line: 1 }, name, "inputs without a fuzz target"));
  }
  return found;
}

function missing({ file, line }: Place, name: string, why: string): Unresolved {
  return { file, line, name, why };
}
