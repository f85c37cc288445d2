/**
 * What proofs with a window share: a desktop session outside the test runner, a user connected to the sandbox through
 * proxies, and the app's commands, called as a script in its window would call them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, type LaunchOptions } from "../session/app.ts";
import { connectAccount } from "../session/cli.ts";
import type { Desktop } from "../session/desktop.ts";
import type { NewUser, Sandbox, User } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import { waitForKnownBalance } from "../journeys/steps.ts";
import { InterceptingProxy } from "./intercepting_proxy.ts";

/** Proxies in front of the sandbox: its API, and one RPC endpoint or two. */
export interface Way {
  readonly api: InterceptingProxy;
  readonly rpcs: readonly InterceptingProxy[];
}

export async function way(sandbox: Sandbox, rpcs = 2): Promise<Way> {
  const truth = sandbox.ready.rpc["9999999"] ?? "";
  return {
    api: await InterceptingProxy.start(sandbox.ready.fluence.api),
    rpcs: await Promise.all(Array.from({ length: rpcs }, () => InterceptingProxy.start(truth))),
  };
}

/** The sandbox's network file with these addresses and without a WebSocket, so that the app only polls. */
export function networkFile(
  sandbox: Sandbox,
  folder: string,
  { api, rpcs, hosts }: { readonly api: string; readonly rpcs: readonly string[]; readonly hosts?: readonly string[] },
): string {
  const listed = hosts ?? [new URL(sandbox.ready.checkout).host];
  const text = readFileSync(sandbox.networkFile, "utf8")
    .replace(/^api = .*$/m, `api = "${api}"`)
    .replace(/^checkout_hosts = .*$/m, `checkout_hosts = ${JSON.stringify(listed)}`)
    .replace(/^rpc = .*$/m, `rpc = ${JSON.stringify(rpcs)}`)
    .replace(/^ws = .*\n/m, "")
    .replace(/^token = "http.*$/m, `token = "${api}/oauth/token"`);
  const path = join(folder, "network.toml");
  writeFileSync(path, text);
  return path;
}

export interface Person {
  readonly desktop: Desktop;
  readonly user: User;
  readonly app: App;
  readonly window: AppWindow;
  readonly account: string;
  readonly way: Way;
}

/** Creates a user and connects them through the proxies; the app is open and the balance known. */
export async function person(
  desktop: Desktop,
  sandbox: Sandbox,
  by: Way,
  more: { readonly user?: NewUser; readonly start?: LaunchOptions; readonly hosts?: readonly string[] } = {},
): Promise<Person> {
  return connectUser(desktop, sandbox, by, await sandbox.user(more.user), more);
}

/** Connects an existing user. Without a label, the account is named by the API. */
export async function connectUser(
  desktop: Desktop,
  sandbox: Sandbox,
  by: Way,
  user: User,
  more: { readonly start?: LaunchOptions; readonly hosts?: readonly string[]; readonly label?: string | null } = {},
): Promise<Person> {
  const file = networkFile(sandbox, desktop.processes.scratch, {
    api: by.api.address,
    rpcs: by.rpcs.map((rpc) => rpc.address),
    ...(more.hosts === undefined ? {} : { hosts: more.hosts }),
  });
  await connectAccount(desktop, user, { network: file, label: more.label === undefined ? "Test" : more.label });
  const app = await App.open(desktop, more.start);
  const window = await app.window();
  await waitForKnownBalance(window);
  const { accounts } = (await call(window, "app")) as { accounts: { id: string }[] };
  const account = accounts[0]?.id;
  if (account === undefined) throw new Error("no account is connected");
  return { desktop, user, app, window, account, way: by };
}

/** A command's error, as a script in the window sees it. */
export class Refused extends Error {
  readonly code: string;

  constructor(command: string, thrown: unknown) {
    super(`${command}: ${JSON.stringify(thrown)}`);
    const { code } = (thrown ?? {}) as { code?: unknown };
    this.code = typeof code === "string" ? code : "";
  }
}

/** Calls a command as a script in the window would, without the page's own code. */
export async function call(window: AppWindow, command: string, args: Record<string, unknown> = {}): Promise<unknown> {
  const source = `const [command, args, done] = arguments;
    window.__TAURI_INTERNALS__.invoke(command, args).then((ok) => done({ ok }), (error) => done({ error }));`;
  const told = (await window.driver.command("POST", "/execute/async", { script: source, args: [command, args] })) as {
    ok?: unknown;
    error?: unknown;
  };
  if ("error" in told) throw new Refused(command, told.error);
  return told.ok;
}

/** Starts a top-up as a script in the window would; returns its id. */
export async function startTopUp(window: AppWindow, account: string, amount: string): Promise<string> {
  const wish = { purpose: { what: "top_up", amount }, payer: null, method: "usdc", save_method: false };
  const { attempt } = (await call(window, "top_up_form", { account })) as { attempt: string };
  const { id } = (await call(window, "pay", { account, wish, attempt, confirmedTotal: null })) as { id: string };
  return id;
}
