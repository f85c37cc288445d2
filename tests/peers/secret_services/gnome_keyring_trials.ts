/** What is tried with gnome-keyring beyond what is tried with every secret service: its prompts. */
import type { TestScope } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { staysTrue } from "../../session/wait.ts";
import { seconds, works, type Finding, type Peer, type Trial } from "../peer.ts";
import { commonTrials } from "./common_trials.ts";
import { GnomeKeyring, gnomeKeyringVersion } from "./gnome_keyring.ts";
import {
  BACK_WITHIN,
  beginTrial,
  connectWithKey,
  openApp,
  waitForKeyringWarning,
  waitUntilSignedIn,
  type KeyringTrial,
} from "./session.ts";

export const gnomeKeyring: Peer = {
  name: "gnome-keyring",
  title: "gnome-keyring",
  group: "Secret services",
  debian: ["gcr"],
  version: () => Promise.resolve(gnomeKeyringVersion()),
  trials: [
    ...commonTrials((desktop) => Promise.resolve(new GnomeKeyring(desktop))),
    lockedTrial("its prompt answered with the password", promptAnswered),
    lockedTrial("its prompt closed, and asked again on request", promptClosed),
    lockedTrial("its prompt ignored; unlocked at login meanwhile", promptIgnored),
  ],
};

/** The keyring has the key and is locked, and it can show prompts. */
function lockedTrial(what: string, run: (trial: KeyringTrial, service: GnomeKeyring) => Promise<Finding>): Trial {
  return {
    what,
    run: async (scope: TestScope, sandbox: Sandbox) => {
      const trial = await beginTrial(scope, sandbox);
      const service = new GnomeKeyring(trial.desktop);
      await service.start();
      await connectWithKey(trial);
      await service.stop();
      await service.start("locked");
      await service.ensurePrompter();
      return run(trial, service);
    },
  };
}

async function promptAnswered(trial: KeyringTrial, service: GnomeKeyring): Promise<Finding> {
  const { window } = await openApp(trial);
  const prompt = await service.waitForPrompt();
  await trial.desktop.screenshot("prompt");
  const back = await seconds(async () => {
    await service.answer(prompt, "password");
    await waitUntilSignedIn(window, { timeout: BACK_WITHIN });
  });
  return works("gnome-keyring asks once for the password.", back);
}

async function promptClosed(trial: KeyringTrial, service: GnomeKeyring): Promise<Finding> {
  const { window } = await openApp(trial);
  await service.answer(await service.waitForPrompt(), "close");
  const said = await waitForKeyringWarning(window);
  const isQuiet = async (): Promise<boolean> => {
    await service.ensurePrompter();
    return (await service.prompts()).length === 0;
  };
  await staysTrue("no prompt is shown", isQuiet, 60_000, 500);
  await service.ensurePrompter();
  await window.id("nav-accounts").click();
  await window.id("refresh-all").click();
  await service.answer(await service.waitForPrompt(), "password");
  await waitUntilSignedIn(window);
  return works(said);
}

async function promptIgnored(trial: KeyringTrial, service: GnomeKeyring): Promise<Finding> {
  const { window } = await openApp(trial);
  await service.waitForPrompt();
  const said = await waitForKeyringWarning(window);
  const back = await seconds(async () => {
    await service.unlock();
    await waitUntilSignedIn(window, { timeout: BACK_WITHIN });
  });
  const left = (await service.prompts()).length;
  return works(`${said} ${left === 0 ? "The prompt is gone." : "The prompt stays until the user closes it."}`, back);
}
