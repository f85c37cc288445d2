/**
 * Promise 10: every parser of foreign bytes is fuzzed. In the full run each target takes ten minutes, in the short run
 * a few seconds.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { prove, times } from "./proof.ts";

const about = {
  promise: 10,
  name: "Fuzzing",
  what: "inputs of links, URLs, amounts, API, panel and RPC bodies, logs, network files, CSV",
};
const SCRIPT = fileURLToPath(new URL("../../scripts/fuzz.sh", import.meta.url));

await prove(about, async (tally) => {
  const child = spawn(SCRIPT, [String(times(600, 3))], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close") as Promise<[number | null]>;
  let targets = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^(\w+) +(ok|FAILED) +(?:(\d+) runs)?/.exec(line);
    if (match === null) continue;
    targets += 1;
    tally.add(Number(match[3] ?? 1), match[2] === "ok" ? 0 : 1);
    tally.note(line.replaceAll(/ +/g, " "));
  }
  const [code] = await ended;
  if (targets < 9 || code !== 0) tally.fail("scripts/fuzz.sh", `${targets} targets, exit status ${code}`);
});
