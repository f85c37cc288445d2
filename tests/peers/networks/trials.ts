/** What is tried in other people's networks: proxies that must be used, a company's certificates, IPv6 without IPv4. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { App } from "../../session/app.ts";
import { cli, cliStatus } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Environment } from "../../session/processes.ts";
import type { Sandbox, User } from "../../session/sandbox.ts";
import { text } from "../../session/texts.ts";
import type { AppWindow } from "../../session/window.ts";
import { waitForAmount, waitForKnownBalance } from "../../journeys/steps.ts";
import { packageVersion } from "../packages.ts";
import { limited, seconds, works, type Finding, type Peer } from "../peer.ts";
import { makeCertificates } from "./certificates.ts";
import { frontOf, type FrontOptions } from "./front.ts";
import { Portal, type PortalAnswer } from "./portal.ts";
import { Squid, startMicrosocks } from "./proxies.ts";

/** A name that no name server knows. */
const NAME = "provider.test";
/** With a window open, everything must work again within this time after a server is back; in milliseconds. */
const BACK_WITHIN = 60_000;

export const squid: Peer = {
  name: "squid",
  title: "Squid, an HTTP proxy that must be used",
  group: "Networks",
  debian: ["squid", "openssl"],
  version: () => Promise.resolve(packageVersion("squid")),
  trials: [
    { what: "balance and history through the proxy (`https_proxy`), and the proxy away for a while", run: httpProxy },
    { what: "without `https_proxy` in the environment", run: withoutProxy },
  ],
};

export const microsocks: Peer = {
  name: "microsocks",
  title: "microsocks, a SOCKS5 proxy",
  group: "Networks",
  debian: ["microsocks", "openssl"],
  version: () => Promise.resolve(packageVersion("microsocks")),
  trials: [{ what: "balance through the proxy (`all_proxy=socks5h://…`)", run: socksProxy }],
};

export const certificates: Peer = {
  name: "private-ca",
  title: "Certificates by a private authority (OpenSSL)",
  group: "Networks",
  debian: ["openssl"],
  version: () => Promise.resolve(packageVersion("openssl")),
  trials: [
    { what: "the machine does not trust the authority", run: untrusted },
    { what: "the machine trusts the authority (`SSL_CERT_FILE`)", run: trusted },
  ],
};

export const ipv6: Peer = {
  name: "ipv6",
  title: "Servers with IPv6 addresses only (Linux)",
  group: "Networks",
  version: () => Promise.resolve(readFileSync("/proc/sys/kernel/osrelease", "utf8").trim()),
  trials: [{ what: "balance, and a credit by the WebSocket", run: overIpv6 }],
};

export const captivePortal: Peer = {
  name: "captive-portal",
  title: "A captive portal, by nginx",
  group: "Networks",
  debian: ["nginx-light"],
  version: () => Promise.resolve(packageVersion("nginx-light")),
  trials: [
    {
      what: "every answer is a redirection to the sign-in page, until the user has signed in there",
      run: (scope, sandbox) => behindPortal(scope, sandbox, "redirect"),
    },
    {
      what: "every answer is the sign-in page, with status 200",
      run: (scope, sandbox) => behindPortal(scope, sandbox, "page"),
    },
  ],
};

interface Behind {
  readonly desktop: Desktop;
  readonly user: User;
  readonly network: string;
  readonly ports: readonly number[];
}

/** The addresses of a provider's servers. The payment pages stay where they are, because Bursar does not read them. */
type Addresses = readonly [api: string, rpc: string, ws: string];

function addressesOf(sandbox: Sandbox): Addresses {
  const socket = /^ws = "(.*)"$/m.exec(readFileSync(sandbox.networkFile, "utf8"))?.[1] ?? "";
  return [sandbox.ready.fluence.api, sandbox.ready.rpc["9999999"] ?? "", socket];
}

async function behind(desktop: Desktop, sandbox: Sandbox, options: FrontOptions): Promise<Behind> {
  const [api, rpc, ws] = addressesOf(sandbox);
  return userOf(desktop, sandbox, [
    await frontOf(api, options),
    await frontOf(rpc, options),
    await frontOf(ws, options),
  ]);
}

/** A user whose provider has these addresses. */
async function userOf(desktop: Desktop, sandbox: Sandbox, [api, rpc, ws]: Addresses): Promise<Behind> {
  const file = readFileSync(sandbox.networkFile, "utf8");
  const network = join(desktop.processes.scratch, "network.toml");
  writeFileSync(
    network,
    file
      .replaceAll(sandbox.ready.fluence.api, api)
      .replace(/^rpc = .*$/m, `rpc = ["${rpc}"]`)
      .replace(/^ws = .*$/m, `ws = "${ws}"`),
  );
  const ports = [api, rpc, ws].map((address) => Number(new URL(address).port));
  return { desktop, user: await sandbox.user({ history: 30, history_on_chain: 3 }), network, ports };
}

/** Adds the account by the terminal, and returns what that printed beside its result. */
async function connect({ desktop, user, network }: Behind, env: Environment): Promise<string> {
  const args = ["account", "add", "fluence", "--network", network, "--address", user.address, "--label", "Test"];
  const done = await cli(desktop, args, { input: `${user.key}\n`, env, timeout: 90_000 });
  if (done.code !== 0) throw new Error(`account add: ${done.stderr}`);
  return done.stderr.trim();
}

async function openApp(one: Behind, env: Environment): Promise<AppWindow> {
  const window = await (await App.open(one.desktop, { env })).window();
  await waitForKnownBalance(window);
  return window;
}

/** Waits until the window shows a new credit from the chain, and returns the seconds. */
function creditSeconds({ user }: Behind, window: AppWindow, amount: string, sum: string): Promise<number> {
  return seconds(async () => {
    await user.credit(amount);
    await waitForAmount(window.id("balance"), sum, { timeout: BACK_WITHIN });
  });
}

async function httpProxy(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const desktop = await Desktop.for(scope);
  const tls = await makeCertificates(desktop, `DNS:${NAME}`);
  const one = await behind(desktop, sandbox, { host: "127.0.0.1", name: NAME, tls });
  const proxy = await Squid.start(scope, desktop, NAME, one.ports);
  const env = { https_proxy: `http://127.0.0.1:${proxy.port}`, SSL_CERT_FILE: tls.authority };
  await connect(one, env);
  const window = await openApp(one, env);
  const start = (await window.id("balance").attribute("data-amount")) ?? "";
  await proxy.stop();
  const failure = window.id("overview-failure");
  await failure.waitVisible({ timeout: 150_000 });
  const said = await failure.text();
  await one.user.credit("5");
  await proxy.restart();
  const back = await seconds(() =>
    waitForAmount(window.id("balance"), String(Number(start) + 5), { timeout: BACK_WITHIN }),
  );
  return works(`While the proxy is away: ${said}`, back);
}

/** The API answers by a name that only the proxy can find, so nothing works past it. */
async function withoutProxy(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const desktop = await Desktop.for(scope);
  const tls = await makeCertificates(desktop, `DNS:${NAME}`);
  const one = await behind(desktop, sandbox, { host: "127.0.0.1", name: NAME, tls });
  const proxy = await Squid.start(scope, desktop, NAME, one.ports);
  await connect(one, {});
  const window = await (await App.open(desktop)).window();
  const failure = window.id("overview-failure");
  await failure.waitVisible({ timeout: BACK_WITHIN });
  const said = await failure.text();
  // The same home with the proxy: the account was kept.
  const env = { https_proxy: `http://127.0.0.1:${proxy.port}`, SSL_CERT_FILE: tls.authority };
  const done = await cli(desktop, ["status", "--json"], { env });
  assert.equal((JSON.parse(done.stdout) as { errors: unknown[] }).errors.length, 0, done.stdout);
  return limited(`${said} Bursar takes its proxy from the environment, not from the desktop's settings.`);
}

async function socksProxy(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const host = externalAddress();
  const desktop = await Desktop.for(scope);
  const tls = await makeCertificates(desktop, `IP:${host}`);
  const one = await behind(desktop, sandbox, { host, tls });
  const proxy = await startMicrosocks(desktop);
  const env = { all_proxy: `socks5h://127.0.0.1:${proxy.port}`, SSL_CERT_FILE: tls.authority };
  const printed = await connect(one, env);
  assert.match(proxy.log(), new RegExp(`connected to ${host.replaceAll(".", "\\.")}:`));
  const window = await openApp(one, env);
  assert.equal(await window.id("banner-offline").isVisible(), false, printed);
  return works("Nothing; balance and history come through the proxy.");
}

/** An address of this machine that is not loopback, because no proxy is used for loopback addresses. */
function externalAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const found = all.find(({ family, internal }) => family === "IPv4" && !internal);
  if (found === undefined) throw new Error("this machine has no IPv4 address beside loopback");
  return found.address;
}

async function untrusted(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const desktop = await Desktop.for(scope);
  const tls = await makeCertificates(desktop, "IP:127.0.0.1");
  const one = await behind(desktop, sandbox, { host: "127.0.0.1", tls });
  await connect(one, {});
  const { errors, balance } = await cliStatus(desktop);
  assert.equal(balance, null);
  const [said = "", ...others] = new Set(errors.map(({ message }) => message.replaceAll(/:\d+/g, "")));
  assert.deepEqual(others, []);
  assert.equal(said, text("detail-certificate-not-trusted", { host: "127.0.0.1" }));
  return limited(said);
}

async function trusted(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const desktop = await Desktop.for(scope);
  const tls = await makeCertificates(desktop, "IP:127.0.0.1");
  const one = await behind(desktop, sandbox, { host: "127.0.0.1", tls });
  const env = { SSL_CERT_FILE: tls.authority };
  assert.equal(await connect(one, env), "");
  const window = await openApp(one, env);
  const start = Number(await window.id("balance").attribute("data-amount"));
  const took = await creditSeconds(one, window, "5", String(start + 5));
  return works(`Nothing; a credit is shown after ${took} s.`);
}

async function overIpv6(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const desktop = await Desktop.for(scope);
  const one = await behind(desktop, sandbox, { host: "::1" });
  assert.equal(await connect(one, {}), "");
  const window = await openApp(one, {});
  const start = Number(await window.id("balance").attribute("data-amount"));
  const took = await creditSeconds(one, window, "5", String(start + 5));
  return works(`Nothing; a credit is shown after ${took} s.`);
}

async function behindPortal(scope: TestScope, sandbox: Sandbox, answer: PortalAnswer): Promise<Finding> {
  const desktop = await Desktop.for(scope);
  const portal = await Portal.start(scope, desktop, addressesOf(sandbox));
  const [api = "", rpc = "", ws = ""] = portal.addresses;
  const one = await userOf(desktop, sandbox, [api, rpc, ws]);
  assert.equal(await connect(one, {}), "");
  const window = await openApp(one, {});
  const start = Number(await window.id("balance").attribute("data-amount"));
  portal.close(answer);
  const failure = window.id("overview-failure");
  await failure.waitVisible({ timeout: 150_000 });
  const said = (await failure.text()).replaceAll(/\s+/g, " ");
  assert.equal(await window.id("banner-signed-out").isVisible(), false, "the key counts as good");
  assert.equal(Number(await window.id("balance").attribute("data-amount")), start, "the balance stays");
  await one.user.credit("5");
  portal.open();
  const back = await seconds(() => waitForAmount(window.id("balance"), String(start + 5), { timeout: BACK_WITHIN }));
  await failure.waitHidden({ timeout: BACK_WITHIN });
  return works(said, back);
}
