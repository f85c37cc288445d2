/** Firefox ESR as the default browser, started by whoever opens an address, with a new profile and its own questions. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Desktop } from "../../session/desktop.ts";
import { freePort } from "../../session/ports.ts";
import { Marionette } from "./marionette.ts";

const DESKTOP_FILE = "bursar-test-firefox.desktop";

export function firefoxVersion(): string {
  return execFileSync("firefox-esr", ["--version"], { encoding: "utf8" }).trim().replace("Mozilla Firefox ", "");
}

export class Firefox {
  readonly #port: number;
  #marionette: Marionette | undefined;

  private constructor(port: number) {
    this.#port = port;
  }

  /** Makes it the session's default browser. */
  static async install(desktop: Desktop): Promise<Firefox> {
    const { processes, env } = desktop;
    const firefox = new Firefox(await freePort());
    const profile = join(processes.scratch, "firefox");
    mkdirSync(profile);
    writeFileSync(join(profile, "user.js"), preferences(firefox.#port));
    const launcher = join(processes.scratch, "firefox.sh");
    const log = processes.nextArtefact("firefox");
    writeFileSync(launcher, `#!/bin/sh\nexec firefox-esr --marionette --profile '${profile}' "$@" >> '${log}' 2>&1\n`);
    chmodSync(launcher, 0o755);
    const entry = `[Desktop Entry]\nType=Application\nName=Test Firefox\nExec=${launcher} %u\nMimeType=x-scheme-handler/http;x-scheme-handler/https;\n`;
    writeFileSync(join(env["XDG_DATA_HOME"] ?? "", "applications", DESKTOP_FILE), entry);
    for (const scheme of ["http", "https"]) {
      const done = await desktop.run("gio", ["mime", `x-scheme-handler/${scheme}`, DESKTOP_FILE]);
      if (done.code !== 0) throw new Error(`gio mime: ${done.stderr}`);
    }
    return firefox;
  }

  /** Its remote control, once something has opened an address in it. */
  async control(): Promise<Marionette> {
    this.#marionette ??= await Marionette.connect(this.#port);
    return this.#marionette;
  }

  close(): void {
    this.#marionette?.close();
  }
}

/** A new profile's first pages and its requests to Mozilla, which no server here answers, are off. Nothing else is changed. */
function preferences(port: number): string {
  const values: Record<string, unknown> = {
    "marionette.port": port,
    "app.update.enabled": false,
    "browser.aboutwelcome.enabled": false,
    "browser.shell.checkDefaultBrowser": false,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": false,
    "toolkit.telemetry.reportingpolicy.firstRun": false,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
  };
  const lines = Object.entries(values).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  return `${lines.join("\n")}\n`;
}
