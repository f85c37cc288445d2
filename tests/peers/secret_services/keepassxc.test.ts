/** KeePassXC in `scripts/test.sh`. */
import { testQuickTrials } from "../quick_trials.ts";
import { keepassxc } from "./keepassxc_trials.ts";

testQuickTrials(keepassxc);
