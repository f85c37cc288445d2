/** What is tried with KWallet: the same as with every secret service, but it calls a wallet locked that the login has opened. */
import type { TestScope } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { staysTrue } from "../../session/wait.ts";
import { packageVersion } from "../packages.ts";
import { limited, type Finding, type Peer } from "../peer.ts";
import { commonTrials } from "./common_trials.ts";
import { KWallet } from "./kwallet.ts";
import {
  BACK_WITHIN,
  beginTrial,
  connectWithKey,
  onlyItem,
  openApp,
  saidAboutKeyring,
  waitUntilSignedIn,
} from "./session.ts";

const RESTARTED = "restarted while Bursar runs";

export const kwallet: Peer = {
  name: "kwallet",
  title: "KWallet 5",
  group: "Secret services",
  debian: ["libkf5wallet-bin"],
  version: () => Promise.resolve(packageVersion("libkf5wallet-bin")),
  trials: [
    ...commonTrials((desktop) => KWallet.install(desktop)).filter(({ what }) => what !== RESTARTED),
    { what: `${RESTARTED}, and its wallet opened as at login`, run: restarted },
  ],
};

/**
 * Its collection says that it is locked until a program asks to have it unlocked, and Bursar, which has its key in memory, does not
 * ask before it has something to save.
 */
async function restarted(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const trial = await beginTrial(scope, sandbox);
  const service = await KWallet.install(trial.desktop);
  await service.start();
  await connectWithKey(trial);
  const { window } = await openApp(trial);
  await waitUntilSignedIn(window);
  await service.stop();
  await window.id("health-keyring").waitVisible({ timeout: BACK_WITHIN });
  await service.start();
  const works = async (): Promise<boolean> => !(await window.id("banner-signed-out").isVisible());
  await staysTrue("the account is signed in", works, BACK_WITHIN, 1_000);
  const said = await saidAboutKeyring(window);
  const other = await trial.user.createKey(["billing:get_history", "billing:get_spending_history", "billing:top_up"]);
  await window.id("nav-accounts").click();
  await window.id("sign-out").click();
  await window.id("sign-out-confirm-yes").click();
  await window.id("sign-in-again").click();
  await window.id("sign-in-key").fill(other);
  await window.id("sign-in-submit").click();
  await waitUntilSignedIn(window);
  await onlyItem(trial);
  return limited(
    `${said} The account goes on, because its key is in memory, and a new key is saved, after which the warning is gone. KWallet calls an open wallet locked until a program asks for it.`,
  );
}
