/** The Debian package: unpacked into the session as an installation would, and links, tray and autostart tried from there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { App, BINARIES } from "../session/app.ts";
import { until } from "../session/deadline.ts";
import { Desktop } from "../session/desktop.ts";
import { executable, type Environment } from "../session/processes.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/package.sh", import.meta.url));

/** Makes the package of the programs that are tested and unpacks it; the environment of who has it installed. */
async function installed(desktop: Desktop): Promise<{ program: string; env: Environment }> {
  const { scratch } = desktop.processes;
  const made = await desktop.run(SCRIPT, ["--from", dirname(BINARIES.app), "--to", join(scratch, "made"), "--large"], {
    within: 120_000,
  });
  assert.equal(made.code, 0, made.stderr);
  const root = join(scratch, "installed");
  const unpacked = await desktop.run("dpkg", ["-x", made.stdout.trim().split("\n").at(-1) ?? "", root], {
    within: 60_000,
  });
  assert.equal(unpacked.code, 0, unpacked.stderr);
  // What dpkg's triggers do.
  const known = await desktop.run("update-desktop-database", [join(root, "usr/share/applications")]);
  assert.equal(known.code, 0, known.stderr);
  const env = {
    ...desktop.env,
    PATH: `${join(root, "usr/bin")}:${desktop.env["PATH"] ?? ""}`,
    XDG_DATA_DIRS: `${join(root, "usr/share")}:${desktop.env["XDG_DATA_DIRS"] ?? ""}`,
  };
  return { program: join(root, "usr/bin/bursar-desktop"), env };
}

function running(desktop: Desktop, program: string): number[] {
  return desktop.processes.members().filter((pid) => executable(pid) === program);
}

test("what is installed from the package starts by a link, sits in the tray and starts with the session", async (t) => {
  const desktop = await Desktop.for(t);
  const { program, env } = await installed(desktop);

  // Nothing has registered itself yet: the package alone makes it the handler.
  const opened = await desktop.run("gio", ["open", "org.bursar.desktop://top-up/return?state=" + "A".repeat(43)], {
    env,
  });
  assert.equal(opened.code, 0, opened.stderr);
  const window = await new App(desktop).window();
  assert.equal(running(desktop, program).length, 1);

  await window.id("nav-settings").click();
  await window.id("setting-autostart").click();
  const entry = join(desktop.env["XDG_CONFIG_HOME"] ?? "", "autostart", "org.bursar.desktop.desktop");
  const exec = await until(
    "the session is told to start it",
    () => /^Exec=(.*)$/m.exec(readFileSync(entry, "utf8"))?.[1],
  );
  assert.ok(exec.startsWith(`"${program}" "--hidden"`), exec);

  const icon = await desktop.tray.icon();
  assert.equal((await icon.properties()).title, "Bursar");
  await icon.click("Quit");
  await until("it has ended", () => running(desktop, program).length === 0);
  await desktop.tray.empty();

  // As the session does at its next start.
  desktop.processes.start("autostart", "sh", { args: ["-c", exec], env });
  await (await desktop.tray.icon()).find("Open Bursar");
  assert.equal((await desktop.display.windows()).length, 0);
});
