/** What is tried with Debian's own programs: the package checked, installed, upgraded while Bursar runs, removed and purged. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BINARIES } from "../../session/app.ts";
import { connectAccount } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import { executable } from "../../session/processes.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { text } from "../../session/texts.ts";
import { until } from "../../session/wait.ts";
import { works, type Finding, type Peer } from "../peer.ts";
import { packageVersion } from "../packages.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SCRIPT = join(ROOT, "scripts/package.sh");
/** The programs as they are released. */
const RELEASE = process.env["BURSAR_RELEASE_DIR"] ?? join(ROOT, "target/release");

export const lintian: Peer = {
  name: "lintian",
  title: "lintian",
  group: "Package",
  debian: ["lintian"],
  release: true,
  version: () => Promise.resolve(packageVersion("lintian")),
  trials: [{ what: "the package of a release build, with errors and warnings counted as failures", run: lint }],
};

export const dpkg: Peer = {
  name: "dpkg",
  title: "dpkg",
  group: "Package",
  version: () => Promise.resolve(packageVersion("dpkg")),
  trials: [{ what: "installed, upgraded while Bursar runs, removed and purged", run: lifeOfPackage }],
};

async function buildPackage(desktop: Desktop, from: string, ...options: string[]): Promise<string> {
  const to = join(desktop.processes.scratch, "packages");
  const done = await desktop.run(SCRIPT, ["--from", from, "--to", to, ...options], { timeout: 240_000 });
  if (done.code !== 0) throw new Error(`package.sh: ${done.stderr}`);
  return done.stdout.trim().split("\n").at(-1) ?? "";
}

async function lint(scope: TestScope): Promise<Finding> {
  const desktop = await Desktop.for(scope, { tray: false, notifications: false });
  const archive = await buildPackage(desktop, RELEASE);
  const done = await desktop.run("lintian", ["--fail-on", "error,warning", archive], { timeout: 120_000 });
  assert.equal(done.stdout.trim(), "");
  assert.equal(done.code, 0, done.stderr);
  return works("No error and no warning.");
}

/** A folder as dpkg's root directory, so that this machine stays as it is. The package has no scripts that would run in it. */
class InstallationRoot {
  readonly folder: string;
  readonly #desktop: Desktop;

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
    this.folder = join(desktop.processes.scratch, "root");
    for (const name of ["info", "updates", "triggers"])
      mkdirSync(join(this.folder, "var/lib/dpkg", name), { recursive: true });
    writeFileSync(join(this.folder, "var/lib/dpkg/status"), "");
  }

  async dpkg(...args: string[]): Promise<void> {
    const forced = "--force-depends,not-root,bad-path,script-chrootless";
    const done = await this.#desktop.run("dpkg", [`--root=${this.folder}`, forced, ...args], { timeout: 120_000 });
    if (done.code !== 0) throw new Error(`dpkg ${args.join(" ")}: ${done.stderr}`);
  }

  /** Everything below `usr` that is not a folder. */
  files(): string[] {
    const usr = join(this.folder, "usr");
    const all = existsSync(usr) ? readdirSync(usr, { recursive: true, withFileTypes: true }) : [];
    return all.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  }
}

async function lifeOfPackage(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const desktop = await Desktop.for(scope, { automation: false });
  const archive = await buildPackage(desktop, dirname(BINARIES.app), "--large");
  const later = await withVersion(desktop, archive, "0.1.0+1");
  const root = new InstallationRoot(desktop);
  await root.dpkg("--install", archive);
  assert.ok(root.files().includes("bursar-desktop"));

  await connectAccount(desktop, await sandbox.user());
  const program = join(root.folder, "usr/bin/bursar-desktop");
  const home = desktop.env["BURSAR_HOME"] ?? "";
  writeFileSync(join(home, "settings.json"), '{"settings":{"told_about_tray":true}}');
  desktop.processes.start("app", program, { env: desktop.env });
  const [window] = await until("the window is open", async () => {
    const windows = await desktop.display.windows();
    return windows.length > 0 && windows;
  });
  const icon = await desktop.tray.icon();
  await icon.find(text("tray-check-now"));

  await root.dpkg("--install", later);
  assert.match(readFileSync(join(root.folder, "var/lib/dpkg/status"), "utf8"), /Version: 0\.1\.0\+1/);
  const running = (): number[] => desktop.processes.members().filter((pid) => executable(pid) === program);
  assert.deepEqual(running(), [], "the old program runs, whose file is gone");
  assert.ok(window !== undefined);
  await desktop.display.close(window);
  // With its window closed, Bursar replaces its process, and so becomes the new version.
  await until("the new version runs in the tray", () => running().length === 1, { timeout: 60_000 });
  await until("the balance is in the tray", async () =>
    (await (await desktop.tray.icon()).labels()).some((label) => /\d USDC/.test(label)),
  );
  await until("it has ended", async () => {
    if (running().length === 0) return true;
    await (await desktop.tray.icon()).click(text("tray-quit"), { timeout: 1_000 });
    return false;
  });

  await root.dpkg("--remove", "bursar");
  await root.dpkg("--purge", "bursar");
  assert.deepEqual(root.files(), [], "nothing is left");
  assert.ok(existsSync(join(home, "bursar.db")), "the user's data stays");
  return works(
    "Bursar goes on during the upgrade, and is the new version once its window is closed. Only the user's data is left.",
  );
}

/** The same package under another version. */
async function withVersion(desktop: Desktop, archive: string, version: string): Promise<string> {
  const tree = join(desktop.processes.scratch, "tree");
  const run = (...args: string[]): Buffer => execFileSync("dpkg-deb", args);
  run("--raw-extract", archive, tree);
  const control = join(tree, "DEBIAN/control");
  writeFileSync(control, readFileSync(control, "utf8").replace(/^Version: .*$/m, `Version: ${version}`));
  const changed = `${archive}.later`;
  run("--root-owner-group", "-Znone", "--build", tree, changed);
  renameSync(changed, archive.replace("_0.1.0_", `_${version}_`));
  return archive.replace("_0.1.0_", `_${version}_`);
}
