/** Hardhat's node in `scripts/test.sh`. */
import { testQuickTrials } from "../quick_trials.ts";
import { hardhatNode } from "./peers.ts";

testQuickTrials(hardhatNode);
