/** The Ethereum nodes as peers. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Peer } from "../peer.ts";
import { anvil, anvilBinary, hardhat, hardhatVersion, pyEvm } from "./nodes.ts";
import { nodeTrials } from "./trials.ts";

export const hardhatNode: Peer = {
  name: "hardhat",
  title: "Hardhat's node",
  group: "Chains",
  npm: "hardhat",
  version: () => Promise.resolve(hardhatVersion()),
  trials: nodeTrials(hardhat, true),
};

export const ethTester: Peer = {
  name: "py-evm",
  title: "py-evm, by eth-tester",
  group: "Chains",
  pip: "eth-tester",
  version: () => Promise.resolve(pinned("py-evm")),
  trials: nodeTrials(pyEvm, false),
};

/** The sandbox runs with anvil too, behind a proxy of its own; this is anvil as it comes. */
export const anvilNode: Peer = {
  name: "anvil",
  title: "anvil",
  group: "Chains",
  version: () =>
    Promise.resolve(/\d+\.\d+\.\d+/.exec(execFileSync(anvilBinary(), ["--version"], { encoding: "utf8" }))?.[0] ?? ""),
  trials: nodeTrials(anvil, false),
};

function pinned(name: string): string {
  const lock = readFileSync(new URL("../packages/eth-tester.txt", import.meta.url), "utf8");
  return new RegExp(`^${name}==([\\w.]+)`, "m").exec(lock)?.[1] ?? "";
}
