/**
 * The keyring in all its states. In each the window opens soon, and it explains what the state means and what to do.
 */
import assert from "node:assert/strict";
import { NameFlag } from "@jellybrick/dbus-next";
import { App } from "../session/app.ts";
import { until } from "../session/wait.ts";
import { withDesktop, type Desktop } from "../session/desktop.ts";
import type { Sandbox } from "../session/sandbox.ts";
import { times, type Tally } from "./proof.ts";
import { invokeCommand, connectUser, startProxies } from "./proof_session.ts";

const NAME = "org.freedesktop.secrets";
/** The longest from start to window, whatever the keyring does; in milliseconds. */
const WINDOW_TIMEOUT = 2_000;

type State = "unlocked" | "absent" | "empty" | "locked" | "silent";

export async function tryKeyringStates(tally: Tally, sandbox: Sandbox): Promise<void> {
  const took: string[] = [];
  let usual = 0;
  for (const state of ["unlocked", "absent", "empty", "locked", "silent"] as const) {
    await withDesktop(
      `keyring ${state}`,
      { automation: false, ...(state === "empty" ? { keyring: state } : {}) },
      (desktop) =>
        tally
          .try(`a keyring that is ${state}: the window opens`, async () => {
            await setKeyringState(desktop, state);
            const time = await timeToWindow(desktop);
            took.push(`${state} ${Math.round(time)} ms`);
            // On a busy machine every start is slow; the keyring must not make it slower.
            if (state === "unlocked") usual = time;
            assert.ok(time < Math.max(WINDOW_TIMEOUT, usual * 1.5), `after ${Math.round(time)} ms`);
          })
          .then(() => undefined),
    );
  }
  const states = ["locked", "silent", "absent", "empty"] as const;
  for (const state of states.slice(0, times(4, 1))) {
    const options = state === "empty" ? { keyring: "absent" as const } : {};
    await withDesktop(`keyring ${state}, said`, options, (desktop) =>
      tally
        .try(`a keyring that is ${state}: the app reports it`, () => reportsState(desktop, sandbox, state))
        .then(() => undefined),
    );
  }
  await withDesktop("keyring fails midway", {}, (desktop) =>
    tally
      .try("a keyring that disappears while the app runs", () => losesKeyring(desktop, sandbox))
      .then(() => undefined),
  );
  tally.note(`window after: ${took.join(", ")}`);
}

async function setKeyringState(desktop: Desktop, state: State): Promise<void> {
  if (state === "empty" && (await desktop.keyring.state()) === "empty") return;
  if (state !== "silent") return desktop.keyring.setState(state);
  await desktop.keyring.setState("absent");
  // Owns the name but never replies, like a daemon that waits for a prompt nobody sees.
  const connection = await desktop.bus.connect();
  connection.addMethodHandler(() => true);
  await connection.requestName(NAME, NameFlag.DO_NOT_QUEUE);
}

async function timeToWindow(desktop: Desktop): Promise<number> {
  const app = new App(desktop);
  const began = performance.now();
  app.launch();
  await app.waitForWindow({ interval: 10 });
  const time = performance.now() - began;
  await app.kill();
  return time;
}

async function reportsState(desktop: Desktop, sandbox: Sandbox, state: State): Promise<void> {
  // The account was connected while the keyring worked; now its key is out of reach.
  const proxies = await startProxies(sandbox, 1);
  const user = await sandbox.user();
  const { app, window } = await connectUser(desktop, sandbox, proxies, user);
  await app.kill();
  await setKeyringState(desktop, state);
  app.launch();
  await app.window();
  // The app waits half a minute for a prompt that nobody answers.
  await window.id("health-keyring").waitVisible({ timeout: 45_000 });
  const text = await window.id("health-keyring").text();
  assert.ok(text.length > 20 && !/null|undefined|dbus|zbus/i.test(text), text);
  await window.id("banner-signed-out").waitVisible({ timeout: 20_000 });
  const { accounts } = (await invokeCommand(window, "app")) as { accounts: { signed_in: boolean }[] };
  assert.equal(accounts[0]?.signed_in, false);
}

async function losesKeyring(desktop: Desktop, sandbox: Sandbox): Promise<void> {
  const proxies = await startProxies(sandbox, 1);
  const user = await sandbox.user();
  const { app, window, account } = await connectUser(desktop, sandbox, proxies, user);
  await desktop.keyring.setState("absent");
  // Secrets in memory still work; the app reports that it cannot store new ones.
  await invokeCommand(window, "check_now", { account });
  const connected = (await invokeCommand(window, "sign_in_again", { account, key: user.key })) as {
    account: { session_only: boolean };
  };
  assert.equal(connected.account.session_only, true, "the key cannot be stored");
  await until("the app reports it", async () => await window.id("health-keyring").isVisible(), { timeout: 20_000 });
  await invokeCommand(window, "check_now", { account });
  await app.kill();
}
