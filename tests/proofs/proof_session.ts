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
export interface Proxies {
  readonly api: InterceptingProxy;
  readonly rpcs: readonly InterceptingProxy[];
}

export async function startProxies(sandbox: Sandbox, rpcs = 2): Promise<Proxies> {
  const rpcAddress = sandbox.ready.rpc["9999999"] ?? "";
  return {
    api: await InterceptingProxy.start(sandbox.ready.fluence.api),
    rpcs: await Promise.all(Array.from({ length: rpcs }, () => InterceptingProxy.start(rpcAddress))),
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

export interface ConnectedUser {
  readonly desktop: Desktop;
  readonly user: User;
  readonly app: App;
  readonly window: AppWindow;
  readonly account: string;
  readonly proxies: Proxies;
}

/** Creates a user and connects them through the proxies; the app is open and the balance known. */
export async function connectNewUser(
  desktop: Desktop,
  sandbox: Sandbox,
  proxies: Proxies,
  options: { readonly user?: NewUser; readonly start?: LaunchOptions; readonly hosts?: readonly string[] } = {},
): Promise<ConnectedUser> {
  return connectUser(desktop, sandbox, proxies, await sandbox.user(options.user), options);
}

/** Connects an existing user. Without a label, the account is named by the API. */
export async function connectUser(
  desktop: Desktop,
  sandbox: Sandbox,
  proxies: Proxies,
  user: User,
  options: { readonly start?: LaunchOptions; readonly hosts?: readonly string[]; readonly label?: string | null } = {},
): Promise<ConnectedUser> {
  const file = networkFile(sandbox, desktop.processes.scratch, {
    api: proxies.api.address,
    rpcs: proxies.rpcs.map((rpc) => rpc.address),
    ...(options.hosts === undefined ? {} : { hosts: options.hosts }),
  });
  await connectAccount(desktop, user, { network: file, label: options.label === undefined ? "Test" : options.label });
  const app = await App.open(desktop, options.start);
  const window = await app.window();
  await waitForKnownBalance(window);
  const { accounts } = (await invokeCommand(window, "app")) as { accounts: { id: string }[] };
  const account = accounts[0]?.id;
  if (account === undefined) throw new Error("no account is connected");
  return { desktop, user, app, window, account, proxies };
}

/** A command's error, as a script in the window sees it. */
export class CommandError extends Error {
  readonly code: string;

  constructor(command: string, thrown: unknown) {
    super(`${command}: ${JSON.stringify(thrown)}`);
    const { code } = (thrown ?? {}) as { code?: unknown };
    this.code = typeof code === "string" ? code : "";
  }
}

/** Calls a command as a script in the window would, without the page's own code. */
export async function invokeCommand(
  window: AppWindow,
  command: string,
  args: Record<string, unknown> = {},
): Promise<unknown> {
  const source = `const [command, args, done] = arguments;
    window.__TAURI_INTERNALS__.invoke(command, args).then((ok) => done({ ok }), (error) => done({ error }));`;
  const outcome = (await window.driver.command("POST", "/execute/async", {
    script: source,
    args: [command, args],
  })) as {
    ok?: unknown;
    error?: unknown;
  };
  if ("error" in outcome) throw new CommandError(command, outcome.error);
  return outcome.ok;
}

/** Starts a top-up as a script in the window would; returns its id. */
export async function startTopUp(window: AppWindow, account: string, amount: string): Promise<string> {
  const request = { purpose: { what: "top_up", amount }, payer: null, method: "usdc", save_method: false };
  const { top_up_id: topUpId } = (await invokeCommand(window, "top_up_form", { account })) as { top_up_id: string };
  const { id } = (await invokeCommand(window, "pay", { account, request, topUpId, confirmedTotal: null })) as {
    id: string;
  };
  return id;
}
