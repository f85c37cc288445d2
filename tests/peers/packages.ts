/** Debian packages on this machine. */
import { execFileSync } from "node:child_process";

/** The upstream version of an installed package. */
export function packageVersion(name: string): string {
  const version = execFileSync("dpkg-query", ["-W", "-f=${Version}", name], { encoding: "utf8" });
  return version.replace(/^\d+:/, "").replace(/-[^-]*$/, "");
}
