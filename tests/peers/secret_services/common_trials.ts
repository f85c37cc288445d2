/** What is tried with every secret service in the same way. */
import assert from "node:assert/strict";
import type { Desktop } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { staysTrue, until } from "../../session/wait.ts";
import type { TestScope } from "../../session/desktop.ts";
import { seconds, works, type Finding, type Trial } from "../peer.ts";
import { deleteItem, doubleItem, findItems } from "./items.ts";
import {
  BACK_WITHIN,
  beginTrial,
  connectWithKey,
  onlyItem,
  openApp,
  saidAboutKeyring,
  waitForKeyringWarning,
  waitUntilSignedIn,
  type KeyringTrial,
} from "./session.ts";

/** A secret service as its user runs it: it keeps its items while it is stopped. */
export interface SecretServiceProgram {
  start(state?: "unlocked" | "locked"): Promise<void>;
  stop(): Promise<void>;
  lock(): Promise<void>;
  /** Unlocks it in its own program or at login, not in a prompt that Bursar caused. */
  unlock(): Promise<void>;
  /** From now on its user answers every prompt with yes. */
  answerPrompts(): void;
  /** From now on its user answers none. */
  ignorePrompts(): void;
  /** What the prompts that were answered so far asked. */
  readonly answered: readonly string[];
}

export type Install = (desktop: Desktop) => Promise<SecretServiceProgram>;

export function commonTrials(install: Install): Trial[] {
  const trial = (
    what: string,
    run: (scope: TestScope, sandbox: Sandbox) => Promise<Finding>,
    quick = false,
  ): Trial => ({ what, run, quick });
  return [
    trial(
      "unlocked: a key is kept, and read at the next start",
      (scope, sandbox) => keepsKey(install, scope, sandbox),
      true,
    ),
    trial("locked at the start, unlocked later", (scope, sandbox) => lockedAtStart(install, scope, sandbox), true),
    trial("late at login", (scope, sandbox) => lateAtLogin(install, scope, sandbox)),
    trial("locked while Bursar runs, then unlocked", (scope, sandbox) => lockedMidSession(install, scope, sandbox)),
    trial("restarted while Bursar runs", (scope, sandbox) => restartedMidSession(install, scope, sandbox)),
    trial("the item doubled, as by an import", (scope, sandbox) => itemDoubled(install, scope, sandbox)),
    trial("the item deleted by the user", (scope, sandbox) => itemDeleted(install, scope, sandbox)),
    trial("signed out in Bursar", (scope, sandbox) => signedOut(install, scope, sandbox)),
  ];
}

/** A session whose account is connected, with its key in the service. */
async function connected(
  install: Install,
  scope: TestScope,
  sandbox: Sandbox,
): Promise<{ trial: KeyringTrial; service: SecretServiceProgram }> {
  const trial = await beginTrial(scope, sandbox);
  const service = await install(trial.desktop);
  await service.start();
  service.answerPrompts();
  await connectWithKey(trial);
  return { trial, service };
}

/** The finding, with the prompts that the service's user had to answer. */
function worksWith(service: SecretServiceProgram, said: string, back?: number): Finding {
  const prompts = service.answered.length === 0 ? "" : ` The service asked: ${service.answered.join(", ")}.`;
  return works(`${said}${prompts}`, back);
}

async function keepsKey(install: Install, scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const { trial, service } = await connected(install, scope, sandbox);
  const { app, window } = await openApp(trial);
  await waitUntilSignedIn(window);
  await app.kill();
  app.launch();
  await app.window();
  await waitUntilSignedIn(window);
  return worksWith(service, "Nothing about the keyring; the account is signed in.");
}

async function lockedAtStart(install: Install, scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const { trial, service } = await connected(install, scope, sandbox);
  await service.stop();
  await service.start("locked");
  const { window } = await openApp(trial);
  const said = await waitForKeyringWarning(window);
  await service.unlock();
  service.answerPrompts();
  const back = await seconds(() => waitUntilSignedIn(window, { timeout: BACK_WITHIN }));
  return worksWith(service, said, back);
}

async function lateAtLogin(install: Install, scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const { trial, service } = await connected(install, scope, sandbox);
  await service.stop();
  const { window } = await openApp(trial);
  const said = await waitForKeyringWarning(window);
  await service.start();
  service.answerPrompts();
  const back = await seconds(() => waitUntilSignedIn(window, { timeout: BACK_WITHIN }));
  return worksWith(service, said, back);
}

async function lockedMidSession(install: Install, scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const { trial, service } = await connected(install, scope, sandbox);
  const { app, window } = await openApp(trial);
  await waitUntilSignedIn(window);
  await service.lock();
  // The key is in memory, so a locked keyring takes nothing away while Bursar runs.
  await window.id("nav-accounts").click();
  await window.id("refresh-all").click();
  await staysTrue("the account is signed in", async () => !(await window.id("banner-signed-out").isVisible()), 3_000);
  const said = (await saidAboutKeyring(window)) || "Nothing, because the key is in memory while Bursar runs.";
  service.ignorePrompts();
  await app.kill();
  app.launch();
  await app.window();
  const later = await waitForKeyringWarning(window);
  await service.unlock();
  service.answerPrompts();
  const back = await seconds(() => waitUntilSignedIn(window, { timeout: BACK_WITHIN }));
  return worksWith(service, `${said} After a restart of Bursar: ${later}`, back);
}

async function restartedMidSession(install: Install, scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const { trial, service } = await connected(install, scope, sandbox);
  const { window } = await openApp(trial);
  await waitUntilSignedIn(window);
  await service.stop();
  await window.id("health-keyring").waitVisible({ timeout: BACK_WITHIN });
  const said = await saidAboutKeyring(window);
  await service.start();
  service.answerPrompts();
  const back = await seconds(() => waitUntilSignedIn(window, { timeout: BACK_WITHIN }));
  // A new key gets into the service that came back.
  const other = await trial.user.createKey(["billing:get_history", "billing:get_spending_history", "billing:top_up"]);
  await window.id("nav-accounts").click();
  await window.id("sign-out").click();
  await window.id("sign-out-confirm-yes").click();
  await window.id("sign-in-again").click();
  await window.id("sign-in-key").fill(other);
  await window.id("sign-in-submit").click();
  await waitUntilSignedIn(window);
  await onlyItem(trial);
  return worksWith(service, said, back);
}

async function itemDoubled(install: Install, scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const { trial, service } = await connected(install, scope, sandbox);
  // The copy is the newer of the two, and its key is another valid one of the same user.
  const other = await trial.user.createKey(["billing:get_history", "billing:get_spending_history", "billing:top_up"]);
  await doubleItem(trial.desktop.bus, await onlyItem(trial), JSON.stringify({ api_key: other }));
  const both = await findItems(trial.desktop.bus);
  assert.equal(both.unlocked.length + both.locked.length, 2, "there are two items of the same name");
  const { window } = await openApp(trial);
  await waitUntilSignedIn(window);
  const left = await findItems(trial.desktop.bus);
  const count = left.unlocked.length + left.locked.length;
  return worksWith(service, `Nothing. The newer item counts; the older one ${count === 1 ? "is removed" : "stays"}.`);
}

async function itemDeleted(install: Install, scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const { trial, service } = await connected(install, scope, sandbox);
  await deleteItem(trial.desktop.bus, await onlyItem(trial));
  await until("the item is gone", async () => {
    const { unlocked, locked } = await findItems(trial.desktop.bus);
    return unlocked.length + locked.length === 0;
  });
  const { window } = await openApp(trial);
  await window.id("banner-signed-out").waitVisible({ timeout: 30_000 });
  const said = await saidAboutKeyring(window);
  await window.id("nav-accounts").click();
  await window.id("sign-in-again").click();
  await window.id("sign-in-key").fill(trial.user.key);
  await window.id("sign-in-submit").click();
  await waitUntilSignedIn(window);
  return worksWith(service, said);
}

async function signedOut(install: Install, scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const { trial, service } = await connected(install, scope, sandbox);
  const { window } = await openApp(trial);
  await waitUntilSignedIn(window);
  await window.id("nav-accounts").click();
  await window.id("sign-out").click();
  await window.id("sign-out-confirm-yes").click();
  await window.id("banner-signed-out").waitVisible({ timeout: BACK_WITHIN });
  const said = await saidAboutKeyring(window);
  const { unlocked, locked } = await findItems(trial.desktop.bus);
  assert.equal(unlocked.length + locked.length, 0, "nothing of Bursar's is left");
  return worksWith(service, `${said} No item of Bursar's is left.`);
}
