/** Ten thousand engines that poll one backend for an hour, simulated by a test of the core with the time passed in. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { series, type Figure } from "./figures.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DESKTOPS = 10_000;
const SECONDS = 3_600;

export function measureHerd(): Figure[] {
  const args = ["test", "--release", "--quiet", "--locked", "-p", "bursar-core", "--test", "herd"];
  const told = execFileSync("cargo", [...args, "--", "--ignored", "--nocapture"], { cwd: ROOT, encoding: "utf8" });
  const seen = /^(\d+) requests in an hour: \d+ to (\d+) each; busiest second (\d+)$/m.exec(told);
  if (seen === null) throw new Error("the test no longer tells what it saw");
  const [total = NaN, most = NaN, busiest = NaN] = seen.slice(1).map(Number);
  const figure = (name: string, value: number, limit: number): Figure => ({
    name,
    unit: "",
    beside: undefined,
    bursar: series([value]),
    goal: { of: "value", most: limit },
  });
  return [
    figure(`requests of one desktop of ${DESKTOPS.toLocaleString("en")} in the tray, in an hour, at most`, most, 12),
    figure("busiest second of theirs, in means", (busiest * SECONDS) / total, 3),
  ];
}
