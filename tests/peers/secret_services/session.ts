/** What the trials of all secret services do with the app: a session without a keyring, and what its window then says. */
import assert from "node:assert/strict";
import { App } from "../../session/app.ts";
import { connectAccount } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Sandbox, User } from "../../session/sandbox.ts";
import { until, type WaitOptions } from "../../session/wait.ts";
import type { AppWindow } from "../../session/window.ts";
import { invokeCommand } from "../../proofs/proof_session.ts";
import { findItems, itemAttributes } from "./items.ts";

/** With a window open, everything must work again within this time after the keyring is back; in milliseconds. */
export const BACK_WITHIN = 60_000;

export interface KeyringTrial {
  readonly desktop: Desktop;
  readonly user: User;
}

/** A session whose secret service the trial starts itself, and a user of the provider. */
export async function beginTrial(scope: TestScope, sandbox: Sandbox): Promise<KeyringTrial> {
  const desktop = await Desktop.for(scope, { keyring: "absent", linkOrigins: sandbox.origins });
  return { desktop, user: await sandbox.user() };
}

/** Connects the account, with its key in the secret service, and checks that the key is there. */
export async function connectWithKey({ desktop, user }: KeyringTrial): Promise<void> {
  await connectAccount(desktop, user);
  const { unlocked, locked } = await findItems(desktop.bus);
  assert.equal(unlocked.length + locked.length, 1, "the secret service has one item of Bursar's");
}

export async function openApp({ desktop }: KeyringTrial): Promise<{ app: App; window: AppWindow }> {
  const app = await App.open(desktop);
  return { app, window: await app.window() };
}

/** Waits until the account is signed in and its balance was read from the provider in this run. */
export async function waitUntilSignedIn(window: AppWindow, options: WaitOptions = {}): Promise<void> {
  await until("the account is signed in", () => isSignedIn(window), { timeout: BACK_WITHIN, ...options });
}

export async function isSignedIn(window: AppWindow): Promise<boolean> {
  const account = window.id("frame");
  await account.waitVisible();
  const signedOut = await window.id("banner-signed-out").isVisible();
  const noKeyring = await window.id("health-keyring").isVisible();
  return !signedOut && !noKeyring && (await accountIsSignedIn(window));
}

async function accountIsSignedIn(window: AppWindow): Promise<boolean> {
  const { accounts } = (await invokeCommand(window, "app")) as { accounts: { signed_in: boolean }[] };
  return accounts[0]?.signed_in === true;
}

/**
 * What the window says about the keyring: the banner about the account without its button and the age of the figures, and the
 * first sentence of the banner about missing services.
 */
export async function saidAboutKeyring(window: AppWindow): Promise<string> {
  const textOf = async (id: string): Promise<string> => {
    const element = window.id(id);
    return (await element.isVisible()) ? (await element.text()).replaceAll(/\s+/g, " ") : "";
  };
  const account = (await textOf("banner-signed-out")).replace(/ (Showing figures from [^.]*\. )?Sign in again$/, "");
  const service = (await textOf("health-keyring")).replace(/(?<=\.) .*/, "");
  return [account, service].filter((text) => text !== "").join(" / ");
}

/** Waits until the window says that it waits for the keyring, and returns what it says. */
export async function waitForKeyringWarning(window: AppWindow): Promise<string> {
  await window.id("banner-signed-out").waitVisible({ timeout: 45_000 });
  return saidAboutKeyring(window);
}

/** The only item of Bursar's, by path. */
export async function onlyItem({ desktop }: KeyringTrial): Promise<string> {
  const { unlocked, locked } = await findItems(desktop.bus);
  const [item, ...others] = [...unlocked, ...locked];
  assert.ok(item !== undefined && others.length === 0, `${unlocked.length} unlocked and ${locked.length} locked items`);
  return item;
}

/** What names an item of Bursar's in the service's own program. */
export async function itemName(trial: KeyringTrial): Promise<string> {
  const attributes = await itemAttributes(trial.desktop.bus, await onlyItem(trial));
  return attributes["username"] ?? "";
}
