/** What is tried with KeePassXC beyond what is tried with every secret service: its questions, which it asks for each program. */
import assert from "node:assert/strict";
import { cli } from "../../session/cli.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import type { TestScope } from "../../session/desktop.ts";
import type { AppWindow } from "../../session/window.ts";
import { staysTrue, until } from "../../session/wait.ts";
import { limited, seconds, works, type Finding, type Peer, type Trial } from "../peer.ts";
import { commonTrials } from "./common_trials.ts";
import { KeePassXC, keepassxcVersion, PASSWORD } from "./keepassxc.ts";
import {
  BACK_WITHIN,
  beginTrial,
  connectWithKey,
  openApp,
  saidAboutKeyring,
  waitForKeyringWarning,
  waitUntilSignedIn,
  type KeyringTrial,
} from "./session.ts";

const ACCESS = /Access Request/;
const UNLOCK = /Unlock Database/;

export const keepassxc: Peer = {
  name: "keepassxc",
  title: "KeePassXC",
  group: "Secret services",
  version: () => Promise.resolve(keepassxcVersion()),
  trials: [
    ...commonTrials((desktop) => KeePassXC.install(desktop)),
    trial("its question refused, and asked again on request", refused, true),
    trial("its question ignored, then answered", ignored),
    trial("its prompt for the database's password, answered", unlockedByPrompt),
    trial("its prompt closed: it is not shown again by itself", promptClosed),
    trial("the window closed to the tray: no further question", toTray),
    trial("no database open", withoutDatabase),
    trial("`bursar status` in a terminal", terminal),
    trial("what is left in the database after signing out", whatIsLeft),
  ],
};

function trial(what: string, run: (trial: KeyringTrial, service: KeePassXC) => Promise<Finding>, quick = false): Trial {
  return {
    what,
    quick,
    run: async (scope: TestScope, sandbox: Sandbox) => {
      const begun = await beginTrial(scope, sandbox);
      const service = await KeePassXC.install(begun.desktop);
      await service.start();
      await connectWithKey(begun);
      return run(begun, service);
    },
  };
}

async function refused(one: KeyringTrial, service: KeePassXC): Promise<Finding> {
  const { window } = await openApp(one);
  await service.answer(await service.waitForPrompt(ACCESS), { keys: ["Escape"] });
  const said = await waitForKeyringWarning(window);
  await window.id("nav-accounts").click();
  await window.id("refresh-all").click();
  await service.answer(await service.waitForPrompt(ACCESS), { keys: ["Return"] });
  await waitUntilSignedIn(window);
  return works(said);
}

async function ignored(one: KeyringTrial, service: KeePassXC): Promise<Finding> {
  const { window } = await openApp(one);
  const prompt = await service.waitForPrompt(ACCESS);
  const said = await waitForKeyringWarning(window);
  await staysTrue("there is one question", async () => (await service.prompts()).length === 1, 45_000, 1_000);
  const back = await seconds(async () => {
    await service.answer(prompt, { keys: ["Return"] });
    await waitUntilSignedIn(window, { timeout: BACK_WITHIN });
  });
  return works(said, back);
}

async function unlockedByPrompt(one: KeyringTrial, service: KeePassXC): Promise<Finding> {
  await service.stop();
  await service.start("locked");
  const { window } = await openApp(one);
  const back = await seconds(async () => {
    await service.answer(await service.waitForPrompt(UNLOCK), { text: PASSWORD, keys: ["Return"] });
    await service.answer(await service.waitForPrompt(ACCESS), { keys: ["Return"] });
    await waitUntilSignedIn(window, { timeout: BACK_WITHIN });
  });
  return works("KeePassXC asks for the database's password and then whether Bursar may use the entry.", back);
}

async function promptClosed(one: KeyringTrial, service: KeePassXC): Promise<Finding> {
  await service.stop();
  await service.start("locked");
  const { window } = await openApp(one);
  await service.answer(await service.waitForPrompt(UNLOCK), { keys: ["Escape"] });
  const said = await waitForKeyringWarning(window);
  // Bursar looks again by itself within a minute, and must not ask again.
  await staysTrue("no prompt is shown", async () => (await service.prompts()).length === 0, 60_000, 1_000);
  return unlockedLater(service, window, said);
}

/** Unlocks the database in KeePassXC's window. Bursar may have asked already, and then asks again only if the user wants it. */
async function unlockedLater(service: KeePassXC, window: AppWindow, said: string): Promise<Finding> {
  await service.unlock();
  const prompt = await service.waitForPrompt(ACCESS, BACK_WITHIN).catch(() => undefined);
  const later = await saidAboutKeyring(window);
  if (prompt === undefined) {
    await window.id("nav-accounts").click();
    await window.id("refresh-all").click();
  }
  await service.answer(prompt ?? (await service.waitForPrompt(ACCESS)), { keys: ["Return"] });
  await waitUntilSignedIn(window);
  return prompt === undefined ? limited(`${said} Once the database is unlocked: ${later}`) : works(said);
}

async function toTray(one: KeyringTrial, service: KeePassXC): Promise<Finding> {
  const { app, window } = await openApp(one);
  await service.answer(await service.waitForPrompt(ACCESS), { keys: ["Return"] });
  await waitUntilSignedIn(window);
  await app.closeWindow();
  // Bursar replaces its process ten seconds after the window was closed, unless it would lose the key by it.
  await staysTrue("no question is shown", async () => (await service.prompts()).length === 0, 25_000, 500);
  const tray = await one.desktop.tray.icon();
  assert.ok(
    (await tray.labels()).some((label) => /\d USDC/.test(label)),
    "the balance is in the tray",
  );
  assert.ok(!app.hasHiddenProcess(), "the process was not replaced");
  return limited(
    "Nothing. Bursar keeps its process, because KeePassXC would ask again for a new one, and so it does not give back the memory of the closed window.",
  );
}

async function withoutDatabase(one: KeyringTrial, service: KeePassXC): Promise<Finding> {
  await service.stop();
  await service.start("without a database");
  const { window } = await openApp(one);
  const said = await waitForKeyringWarning(window);
  assert.deepEqual(await service.prompts(), [], "KeePassXC asks nothing");
  return unlockedLater(service, window, said);
}

async function terminal(one: KeyringTrial, service: KeePassXC): Promise<Finding> {
  const running = cli(one.desktop, ["status", "--json"], { timeout: 60_000 });
  const prompt = await service.waitForPrompt(ACCESS);
  await one.desktop.screenshot("question");
  await service.answer(prompt, { keys: ["Return"] });
  const done = await running;
  const { errors } = JSON.parse(done.stdout) as { errors: { code: string; message: string }[] };
  assert.deepEqual(errors, []);
  return works("KeePassXC asks for each command; the command waits for the answer.");
}

async function whatIsLeft(one: KeyringTrial, service: KeePassXC): Promise<Finding> {
  service.answerPrompts();
  const { window } = await openApp(one);
  await waitUntilSignedIn(window);
  await window.id("nav-accounts").click();
  await window.id("sign-out").click();
  await window.id("sign-out-confirm-yes").click();
  await window.id("banner-signed-out").waitVisible({ timeout: BACK_WITHIN });
  const said = await saidAboutKeyring(window);
  const key = await until("the entry is in the recycle bin", () => service.secretIn("Recycle Bin"));
  assert.ok(key.includes(one.user.key), "the key is in the recycle bin");
  return limited(
    `${said} KeePassXC moves the entry into its recycle bin, where the key stays until the user empties it.`,
  );
}
