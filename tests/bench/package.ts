/** How large the package is that users install. */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { series, type Figure } from "./figures.ts";

export function measurePackage(): Figure[] {
  const script = fileURLToPath(new URL("../../scripts/package.sh", import.meta.url));
  const path = execFileSync(script, { encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
  return [
    {
      name: "size of the .deb",
      unit: "MiB",
      beside: undefined,
      bursar: series([statSync(path).size / 2 ** 20]),
      goal: { of: "value", most: 10 },
    },
  ];
}
