/**
 * Tries Bursar with programs that nobody here wrote, prints a line for each thing tried, and writes what was found into
 * docs/compatibility.json and docs/compatibility.md. `run.ts PEER…` tries these peers, without arguments all of them;
 * `--only=TEXT` tries only what has this text in its name, and writes nothing; `--packages PEER…` only prints what the peers need,
 * for `scripts/compat.sh` to install; `--page` only writes the page again from the results.
 */
import { withScope } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { ABSENT, PEERS } from "./peers.ts";
import type { Peer, Trial } from "./peer.ts";
import { peerResult, savePage, saveResult, type TrialResult } from "./results.ts";

const args = process.argv.slice(2);
const named = args.filter((one) => !one.startsWith("--"));
const only = args.find((one) => one.startsWith("--only="))?.slice("--only=".length);
const unknown = named.find((one) => !PEERS.some((peer) => peer.name === one));
if (unknown !== undefined) {
  process.stderr.write(`no such peer: ${unknown}; there are ${PEERS.map((peer) => peer.name).join(", ")}\n`);
  process.exit(2);
}
const wanted = PEERS.filter((peer) => named.length === 0 || named.includes(peer.name));
const lacks = ({ needs }: Peer): boolean => needs !== undefined && process.env[needs] === undefined;
for (const { name, needs = "" } of wanted.filter(lacks)) process.stderr.write(`${name} is left out without ${needs}\n`);
const chosen = wanted.filter((peer) => !lacks(peer));

if (args.includes("--packages")) {
  for (const { debian = [], npm, pip, release } of chosen) {
    for (const one of debian) process.stdout.write(`debian ${one}\n`);
    if (npm !== undefined) process.stdout.write(`npm ${npm}\n`);
    if (release === true) process.stdout.write("build release\n");
    if (pip !== undefined) process.stdout.write(`pip ${pip}\n`);
  }
} else if (args.includes("--page")) {
  savePage(PEERS, ABSENT);
} else {
  const sandbox = await Sandbox.start("peers");
  try {
    for (const peer of chosen) await tryPeer(peer, sandbox);
  } finally {
    await sandbox.end();
  }
}

async function tryPeer(peer: Peer, sandbox: Sandbox): Promise<void> {
  const version = await peer.version();
  process.stdout.write(`${peer.title} ${version}\n`);
  const found: TrialResult[] = [];
  for (const trial of peer.trials.filter(({ what }) => what.includes(only ?? ""))) {
    const result = await tryOne(peer, trial, sandbox);
    const back = result.back === undefined ? "" : `, back after ${result.back} s`;
    process.stdout.write(`  ${result.outcome.padEnd(8)} ${result.tried}${back}\n           ${result.seen}\n`);
    if (result.outcome === "fails") process.exitCode = 1;
    found.push(result);
  }
  if (only === undefined) saveResult(PEERS, ABSENT, peer.name, peerResult(peer, version, found));
}

async function tryOne(peer: Peer, trial: Trial, sandbox: Sandbox): Promise<TrialResult> {
  try {
    await sandbox.reset();
    const finding = await withScope(`${peer.name} ${trial.what}`, (scope) => trial.run(scope, sandbox));
    return { tried: trial.what, ...finding };
  } catch (error) {
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return { tried: trial.what, outcome: "fails", seen: message };
  }
}
