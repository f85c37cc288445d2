/** Ten thousand engines that poll one backend for an hour, simulated by a Rust test that passes the time in. */
import { atMost, series, type Figure } from "./figures.ts";
import type { RequestBytes } from "./idle.ts";
import { runProgram } from "./setup.ts";

const DESKTOPS = 10_000;
const SECONDS_PER_HOUR = 3_600;

/** `bytes`: the measured size of each request when nothing has changed, if known. */
export async function measureHerd(bytes: RequestBytes | undefined): Promise<Figure[]> {
  const args = ["test", "--quiet", "--locked", "-p", "bursar-engine", "--test", "it", "thundering_herd", "--"];
  const output = await runProgram("cargo", [...args, "--ignored", "--nocapture"]);
  const match =
    /^(\d+) requests in an hour: (\d+) to (\d+) each, (\d+) of all at the chain; busiest second (\d+)$/m.exec(output);
  if (match === null) throw new Error("the test no longer prints its counts");
  const [total = NaN, , most = NaN, chainReads = NaN, busiest = NaN] = match.slice(1).map(Number);
  const desktops = DESKTOPS.toLocaleString("en");
  const computed = atMost(12, {
    name: `requests of one of ${desktops} desktops in the tray, in an hour`,
    unit: "",
    bursar: series([most], 1),
    note: `The intervals imply 10 to 12: one chain read and one API call in every 10 to 12 minutes. All desktops together: ${total.toLocaleString("en")} in the hour.`,
  });
  const busy = atMost(3, {
    name: "their busiest second, in means",
    unit: "",
    bursar: series([(busiest * SECONDS_PER_HOUR) / total], 1),
  });
  if (bytes === undefined) return [computed, busy];
  const call = (bytes.balance + bytes.history) / 2;
  const kilobytesEach = (chainReads * bytes.look + (total - chainReads) * call) / DESKTOPS / 1_000;
  const mean = atMost(6, {
    name: "bytes of one of them, on average",
    unit: "kB",
    bursar: series([kilobytesEach]),
    note: "The number of requests times their measured size when nothing has changed.",
  });
  return [computed, busy, mean];
}
