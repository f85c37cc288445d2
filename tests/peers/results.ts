/**
 * What the trials found: by peer in docs/compatibility.json, and the tables in docs/compatibility.md that are written from it.
 * A peer that runs again replaces its earlier results; the others keep theirs.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GROUPS, type AbsentPeer, type Finding, type Peer } from "./peer.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = `${ROOT}docs/compatibility.md`;
const RESULTS = `${ROOT}docs/compatibility.json`;
const BEGIN = "<!-- found: written by scripts/compat.sh -->";
const END = "<!-- end of what was found -->";

export interface TrialResult extends Omit<Finding, "outcome"> {
  readonly tried: string;
  readonly outcome: Finding["outcome"] | "fails";
}

export interface PeerResult {
  readonly title: string;
  readonly version: string;
  readonly date: string;
  readonly trials: readonly TrialResult[];
}

export type Results = Readonly<Record<string, PeerResult>>;

export function loadResults(): Results {
  return existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Results) : {};
}

export function peerResult(peer: Peer, version: string, trials: readonly TrialResult[]): PeerResult {
  return {
    title: peer.title,
    version,
    date: new Date().toISOString().slice(0, 10),
    trials,
  };
}

/** Saves a peer's results and rewrites the page. Peers that no longer exist are dropped. */
export function saveResult(
  peers: readonly Peer[],
  absent: readonly AbsentPeer[],
  name: string,
  result: PeerResult,
): void {
  const all = { ...loadResults(), [name]: result };
  const kept = Object.fromEntries(
    peers.flatMap((peer) => (all[peer.name] === undefined ? [] : [[peer.name, all[peer.name]]])),
  ) as Results;
  writeFileSync(RESULTS, `${JSON.stringify(kept, undefined, 2)}\n`);
  savePage(peers, absent);
}

/** Writes the page from the saved results. */
export function savePage(peers: readonly Peer[], absent: readonly AbsentPeer[]): void {
  const page = readFileSync(PAGE, "utf8");
  const [before = ""] = page.split(BEGIN);
  const [, after = ""] = page.split(END);
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${tables(peers, absent, loadResults())}\n${END}${after}`);
}

/** The tables of docs/compatibility.md: one for each peer, and one of those that did not run. */
export function tables(peers: readonly Peer[], absent: readonly AbsentPeer[], results: Results): string {
  const tried = GROUPS.flatMap((group) => {
    const ofGroup = peers.filter((peer) => peer.group === group).flatMap((peer) => results[peer.name] ?? []);
    return ofGroup.length === 0 ? [] : [`## ${group}`, ""].concat(ofGroup.flatMap(peerTable));
  });
  return [...tried, ...absentTable(absent)].join("\n");
}

function absentTable(absent: readonly AbsentPeer[]): string[] {
  if (absent.length === 0) return [];
  const rows = absent.map(({ title, reason }) => `| ${cell(title)} | ${cell(reason)} |`);
  return ["## Not run", "", "| program or situation | why |", "|---|---|", ...rows, ""];
}

function peerTable({ title, version, date, trials }: PeerResult): string[] {
  return [
    `### ${title} ${version}`,
    "",
    `Tried on ${date}.`,
    "",
    "| tried | result | what a user sees | back after |",
    "|---|---|---|---:|",
    ...trials.map((trial) => {
      const back = trial.back === undefined ? "" : `${trial.back} s`;
      return `| ${cell(trial.tried)} | ${trial.outcome === "fails" ? "**fails**" : trial.outcome} | ${cell(trial.seen)} | ${back} |`;
    }),
    "",
  ];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").trim();
}
