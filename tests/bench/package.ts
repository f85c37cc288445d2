/** The size of the package that users install. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { BINARIES } from "../session/app.ts";
import { atMost, series, type Figure } from "./figures.ts";
import { ROOT, runProgram } from "./setup.ts";

export async function measurePackage(): Promise<Figure[]> {
  const output = await runProgram(`${ROOT}scripts/package.sh`, ["--from", dirname(BINARIES.app)]);
  const path = output.trim().split("\n").at(-1) ?? "";
  return [atMost(10, { name: "size of the .deb", unit: "MB", bursar: series([statSync(path).size / 1_000_000]) })];
}
