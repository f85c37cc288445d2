/**
 * The Debian package: its metadata and documentation, and links, tray, autostart and an upgrade with the package
 * unpacked as if it were installed.
 */
import assert from "node:assert/strict";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { App, BINARIES } from "../session/app.ts";
import { until } from "../session/wait.ts";
import { Desktop } from "../session/desktop.ts";
import { executable, type Environment } from "../session/processes.ts";
import { text } from "../session/texts.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/package.sh", import.meta.url));

interface InstalledPackage {
  readonly root: string;
  readonly program: string;
  /** The environment of a user who has it installed. */
  readonly env: Environment;
}

const MAINTAINER = "Somebody Else <somebody@else.invalid>";

let workFolder = "";
let archive: Promise<string> | undefined;
before(() => {
  workFolder = mkdtempSync(join(tmpdir(), "bursar-package-"));
});
after(() => rmSync(workFolder, { recursive: true, force: true }));

/** Builds the package from the tested programs, once for all tests, and returns its path. */
async function packageArchive(desktop: Desktop): Promise<string> {
  archive ??= buildPackage(desktop, dirname(BINARIES.app), workFolder);
  return archive;
}

async function buildPackage(desktop: Desktop, from: string, to: string): Promise<string> {
  const done = await desktop.run(SCRIPT, ["--from", from, "--to", to, "--large"], {
    timeout: 240_000,
    env: { BURSAR_MAINTAINER: MAINTAINER },
  });
  assert.equal(done.code, 0, done.stderr);
  return done.stdout.trim().split("\n").at(-1) ?? "";
}

async function unpack(desktop: Desktop): Promise<string> {
  const root = join(desktop.processes.scratch, "installed");
  const done = await desktop.run("dpkg", ["-x", await packageArchive(desktop), root], { timeout: 60_000 });
  assert.equal(done.code, 0, done.stderr);
  return root;
}

/** Unpacks the package and registers its desktop files. */
async function install(desktop: Desktop): Promise<InstalledPackage> {
  const root = await unpack(desktop);
  // dpkg's triggers do this.
  const known = await desktop.run("update-desktop-database", [join(root, "usr/share/applications")]);
  assert.equal(known.code, 0, known.stderr);
  const env = {
    ...desktop.env,
    PATH: `${join(root, "usr/bin")}:${desktop.env["PATH"] ?? ""}`,
    XDG_DATA_DIRS: `${join(root, "usr/share")}:${desktop.env["XDG_DATA_DIRS"] ?? ""}`,
  };
  return { root, program: join(root, "usr/bin/bursar-desktop"), env };
}

/** Runs a checking program and expects it to find nothing. */
async function assertPasses(desktop: Desktop, program: string, args: readonly string[]): Promise<void> {
  const done = await desktop.run(program, args, { timeout: 120_000 });
  assert.equal(`${done.stdout}${done.stderr}`.trim(), "", `${program} ${args.join(" ")}`);
  assert.equal(done.code, 0, program);
}

/** Lintian tags that apply only because scripts stand in for the programs and the package is not compressed. */
const SUPPRESSED_TAGS = "uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball,empty-field";

function processesRunning(desktop: Desktop, program: string): number[] {
  return desktop.processes.members().filter((pid) => executable(pid) === program);
}

test("the installed package opens links, shows its tray icon and starts with the session", async (t) => {
  const desktop = await Desktop.for(t);
  const { program, env } = await install(desktop);

  // The app has not registered itself yet: the package alone makes it the handler.
  const opened = await desktop.run("gio", ["open", "org.bursar.desktop://top-up/return?state=" + "A".repeat(43)], {
    env,
  });
  assert.equal(opened.code, 0, opened.stderr);
  const window = await new App(desktop).window();
  assert.equal(processesRunning(desktop, program).length, 1);

  await window.id("nav-settings").click();
  await window.id("setting-autostart").click();
  const entry = join(desktop.env["XDG_CONFIG_HOME"] ?? "", "autostart", "org.bursar.desktop.desktop");
  const exec = await until(
    "the autostart entry is written",
    () => /^Exec=(.*)$/m.exec(readFileSync(entry, "utf8"))?.[1],
  );
  assert.ok(exec.startsWith(`"${program}" "--hidden"`), exec);

  await assertPasses(desktop, "desktop-file-validate", [entry]);
  const handlerFile = join(desktop.env["XDG_DATA_HOME"] ?? "", "applications", "org.bursar.desktop.handler.desktop");
  await assertPasses(desktop, "desktop-file-validate", [handlerFile]);

  const icon = await desktop.tray.icon();
  assert.equal((await icon.properties()).title, "Bursar");
  await icon.click(text("tray-quit"));
  await until("it has ended", () => processesRunning(desktop, program).length === 0);
  await desktop.tray.waitForEmpty();

  // The next login does this.
  desktop.processes.start("autostart", "sh", { args: ["-c", exec], env });
  await (await desktop.tray.icon()).find(text("tray-open"));
  assert.equal((await desktop.display.windows()).length, 0);
});

test("the package's metadata, manual pages and policy checks are complete", async (t) => {
  const desktop = await Desktop.for(t, { automation: false });
  const root = await unpack(desktop);
  const share = join(root, "usr/share");
  const packed = (name: string): string => gunzipSync(readFileSync(join(share, name))).toString();

  const control = (await desktop.run("dpkg-deb", ["--field", await packageArchive(desktop)])).stdout;
  assert.ok(control.includes(`\nMaintainer: ${MAINTAINER}\n`), control);
  const changelog = packed("doc/bursar/changelog.gz");
  const version = /^Version: (.*)$/m.exec(control)?.[1] ?? "";
  assert.ok(changelog.startsWith(`bursar (${version}) `), changelog);
  assert.match(changelog, /^ -- Somebody Else <somebody@else\.invalid> {2}\w{3}, \d{2} \w{3} \d{4} [\d:]{8} \+0000$/m);
  const copyright = readFileSync(join(share, "doc/bursar/copyright"), "utf8");
  assert.match(copyright, /^Format: https:\/\/www\.debian\.org\/doc\/packaging-manuals\/copyright-format\/1\.0\/$/m);
  assert.match(copyright, /\/usr\/share\/common-licenses\/Apache-2\.0/);
  assert.match(copyright, /THE SOFTWARE IS PROVIDED "AS IS"/);
  assert.ok(copyright.split("\n").length < 60, "the Apache license is not repeated");

  const metainfo = join(share, "metainfo/org.bursar.desktop.metainfo.xml");
  const valid = await desktop.run("appstreamcli", ["validate", "--strict", "--no-net", metainfo]);
  assert.equal(valid.code, 0, valid.stdout);
  await assertPasses(desktop, "desktop-file-validate", [join(share, "applications/org.bursar.desktop.desktop")]);

  // Each manual page documents every option that the program's help lists.
  for (const program of ["bursar", "bursar-desktop"]) {
    const manual = packed(`man/man1/${program}.1.gz`).replaceAll("\\-", "-");
    for (const command of await commandsOf(desktop, join(root, "usr/bin", program))) {
      const help = await desktop.run(join(root, "usr/bin", program), [...command, "--help"]);
      for (const [option] of help.stdout.matchAll(/--[a-z][a-z-]*/g))
        assert.ok(manual.includes(option), `${program} ${command.join(" ")} ${option}`);
    }
    for (const title of ["NAME", "SYNOPSIS", "OPTIONS", "ENVIRONMENT", "FILES", "EXIT STATUS", "SEE ALSO"])
      assert.ok(manual.includes(`.SH ${title}\n`), `${program} ${title}`);
  }

  if ((await desktop.run("sh", ["-c", "command -v lintian"])).code !== 0) {
    t.diagnostic("lintian is not installed");
    return;
  }
  // Debian's policy has further rules, which lintian checks. It would take minutes on debug builds, so scripts stand
  // in.
  const standIns = join(desktop.processes.scratch, "stand-ins");
  mkdirSync(standIns);
  for (const program of ["bursar", "bursar-desktop"]) {
    const real = join(root, "usr/bin", program);
    writeFileSync(join(standIns, program), `#!/bin/sh\nexec "${real}" "$@"\n`, { mode: 0o755 });
  }
  const linted = await desktop.run(
    "lintian",
    ["--fail-on", "error,warning", "--suppress-tags", SUPPRESSED_TAGS, await buildPackage(desktop, standIns, standIns)],
    { timeout: 120_000 },
  );
  assert.equal(linted.stdout.trim(), "");
  assert.equal(linted.code, 0, linted.stderr);
});

test("a running app restarts into the upgraded version, and links still open it", async (t) => {
  const desktop = await Desktop.for(t, { automation: false });
  const { root, env } = await install(desktop);
  // Some systems keep several versions side by side, with a link to the current one in PATH.
  const link = join(root, "usr/bin/bursar-desktop");
  const [old, later] = [join(root, "opt/1/bursar-desktop"), join(root, "opt/2/bursar-desktop")];
  for (const version of [old, later]) mkdirSync(dirname(version), { recursive: true });
  renameSync(link, old);
  symlinkSync(old, link);
  // The tray hint was already shown: without its pop-up, the restart is not delayed.
  writeFileSync(join(desktop.env["BURSAR_HOME"] ?? "", "settings.json"), '{"settings":{"told_about_tray":true}}');
  desktop.processes.start("app", "sh", { args: ["-c", "exec bursar-desktop"], env });
  const [top] = await until("the window is open", async () => {
    const windows = await desktop.display.windows();
    return windows.length > 0 && windows;
  });
  await desktop.tray.icon();
  const [pid] = processesRunning(desktop, old);
  assert.ok(top !== undefined && pid !== undefined);
  await until("the link handler is registered", () => linkHandlerEntry(desktop).includes(`Exec="${link}"`));

  // The new version is installed and the old one removed.
  copyFileSync(old, later);
  chmodSync(later, 0o755);
  unlinkSync(link);
  symlinkSync(later, link);
  unlinkSync(old);

  const opened = await desktop.run("gio", ["open", "org.bursar.desktop://top-up/return?state=" + "A".repeat(43)], {
    env,
  });
  assert.equal(opened.code, 0, opened.stderr);
  await desktop.display.close(top);
  await until("the new version runs in the tray", () => processesRunning(desktop, later).includes(pid), {
    timeout: 40_000,
  });
  await until("the link handler is registered", () => linkHandlerEntry(desktop).includes(`Exec="${link}"`));
  assert.doesNotMatch(linkHandlerEntry(desktop), /deleted|opt/);
  // The old icon disappears with its bus connection, which the bus notices a moment later.
  await until("the icon's menu takes a click", async () => {
    await (await desktop.tray.icon()).click(text("tray-quit"), { timeout: 1_000 });
    return true;
  });
  await until("it has ended", () => processesRunning(desktop, later).length === 0);
});

/** The desktop entry that handles the app's links. */
function linkHandlerEntry({ env }: Desktop): string {
  return readFileSync(join(env["XDG_DATA_HOME"] ?? "", "applications/org.bursar.desktop.handler.desktop"), "utf8");
}

/** All commands of a program, including subcommands; the program itself is the empty command. */
async function commandsOf(desktop: Desktop, program: string, path: readonly string[] = []): Promise<string[][]> {
  const { stdout } = await desktop.run(program, [...path, "--help"]);
  const names = /^Commands:\n((?: {2,}.*\n)*)/m.exec(stdout)?.[1]?.match(/(?<=^ {2})[a-z][a-z-]*/gm) ?? [];
  const inner = names.filter((name) => name !== "help").map((name) => commandsOf(desktop, program, [...path, name]));
  return [[...path], ...(await Promise.all(inner)).flat()];
}
