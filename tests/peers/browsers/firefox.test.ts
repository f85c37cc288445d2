/** Firefox ESR in `scripts/test.sh`. */
import { spawnSync } from "node:child_process";
import { testQuickTrials } from "../quick_trials.ts";
import { firefox } from "./firefox_trials.ts";

const isMissing = spawnSync("firefox-esr", ["--version"]).error !== undefined;
testQuickTrials(firefox, isMissing && "Firefox ESR is not installed; Ubuntu has no package of it");
