/** The trials that `scripts/test.sh` runs too, as tests. */
import { after, before, test } from "node:test";
import { Sandbox } from "../session/sandbox.ts";
import type { Peer } from "./peer.ts";

/** Runs a peer's quick trials, or skips them with the reason. */
export function testQuickTrials(peer: Peer, skip: string | false = false): void {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await Sandbox.start(peer.name);
  });
  after(() => sandbox.end());
  for (const trial of peer.trials.filter(({ quick }) => quick)) {
    test(`${peer.title}: ${trial.what}`, { skip }, async (t) => {
      await sandbox.reset();
      const { outcome, seen } = await trial.run(t, sandbox);
      t.diagnostic(`${outcome}: ${seen}`);
    });
  }
}
