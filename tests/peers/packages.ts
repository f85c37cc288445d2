/** Debian packages on this machine. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The upstream version of an installed package. */
export function packageVersion(name: string): string {
  const version = execFileSync("dpkg-query", ["-W", "-f=${Version}", name], { encoding: "utf8" });
  return version.replace(/^\d+:/, "").replace(/-[^-]*$/, "");
}

/** The program that a desktop's bus starts for a name. */
export function serviceProgram(name: string): string {
  const file = readFileSync(`/usr/share/dbus-1/services/${name}.service`, "utf8");
  return /^Exec=(\S+)/m.exec(file)?.[1] ?? "";
}
