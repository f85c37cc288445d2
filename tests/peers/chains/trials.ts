/** What is tried with every Ethereum node in the same way: the account's figures come from the node, the API from the sandbox. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "../../session/app.ts";
import { cliStatus, connectAccount, normalizeAmount } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Sandbox, User } from "../../session/sandbox.ts";
import { until } from "../../session/wait.ts";
import type { AppWindow } from "../../session/window.ts";
import { waitForAmount, waitForKnownBalance, waitForPayment } from "../../journeys/steps.ts";
import { Relay } from "../relay.ts";
import { seconds, works, type Finding, type Trial } from "../peer.ts";
import { BalanceContract, rpc } from "./balance_contract.ts";

/** An Ethereum node, as its own documentation starts it for one chain. */
export interface NodeProgram {
  readonly hasWebSocket: boolean;
  /** Starts it and returns its port on 127.0.0.1. */
  start(desktop: Desktop, chainId: number): Promise<number>;
}

const CHAIN = 9_999_999;
/** With a window open, the chain is read every minute and as soon as its WebSocket announces a credit; in milliseconds. */
const BY_POLLING = 75_000;
const BY_WEBSOCKET = 5_000;
/** With a window open, everything must work again within this time after a server is back; in milliseconds. */
const BACK_WITHIN = 60_000;

interface NodeTrial {
  readonly desktop: Desktop;
  readonly user: User;
  readonly sandbox: Sandbox;
  readonly contract: BalanceContract;
  /** The node's own address, which no relay cuts. */
  readonly url: string;
  readonly relay: Relay;
}

/** With `quick`, those that do not wait for a poll are quick trials. */
export function nodeTrials(program: NodeProgram, quick: boolean): Trial[] {
  const trial = (
    what: string,
    run: (trial: NodeTrial) => Promise<Finding>,
    { socket = false, waits = false }: { socket?: boolean; waits?: boolean } = {},
  ): Trial => ({
    what,
    quick: quick && !waits,
    run: async (scope, sandbox) => run(await begin(program, scope, sandbox, socket)),
  });
  const trials = [
    trial("connected: balance and reserve from the contract", figures),
    trial("the history of credits, read from the node's logs", history),
    trial("a top-up that the provider credits on this chain", topUp),
    trial("a credit while the window is open, by polling", (one) => credit(one, BY_POLLING), { waits: true }),
    trial("a credit taken back: snapshot and revert", revert, { waits: true }),
    trial("the node away for a while", away, { waits: true }),
  ];
  if (program.hasWebSocket) {
    const what = "a credit while the window is open, by the WebSocket";
    trials.push(trial(what, (one) => credit(one, BY_WEBSOCKET), { socket: true }));
  }
  return trials;
}

async function begin(program: NodeProgram, scope: TestScope, sandbox: Sandbox, socket: boolean): Promise<NodeTrial> {
  const desktop = await Desktop.for(scope);
  const port = await program.start(desktop, CHAIN);
  const url = `http://127.0.0.1:${port}`;
  const relay = await Relay.to(port);
  const contract = await BalanceContract.deploy(url);
  const user = await sandbox.user({ credits: "0" });
  const text = readFileSync(sandbox.networkFile, "utf8")
    .replace(/^rpc = .*$/m, `rpc = ["http://127.0.0.1:${relay.port}"]`)
    .replace(/^ws = .*$/m, socket ? `ws = "ws://127.0.0.1:${relay.port}"` : "")
    .replace(/^balance = .*$/m, `balance = "${contract.address}"`)
    .replace(/^token = "0x.*$/m, `token = "${contract.token}"`);
  const network = join(desktop.processes.scratch, "network.toml");
  writeFileSync(network, text);
  await contract.credit(user.address, 100, "first-credit");
  await contract.reserve(user.address, 9);
  await user.update({ api_balance: "91" });
  await connectAccount(desktop, user, { network });
  return { desktop, user, sandbox, contract, url, relay };
}

async function open({ desktop }: NodeTrial): Promise<AppWindow> {
  const window = await (await App.open(desktop)).window();
  await waitForKnownBalance(window);
  return window;
}

/** Waits for a balance that the window reads from the chain, not from the API. */
async function waitForChainBalance(window: AppWindow, amount: string, timeout: number): Promise<void> {
  await window.id("nav-overview").click();
  await waitForAmount(window.id("balance"), amount, { timeout });
  await window.css('[data-testid="balance-origin"][data-source="chain"]').waitVisible();
}

async function figures(trial: NodeTrial): Promise<Finding> {
  const status = await cliStatus(trial.desktop);
  assert.deepEqual(status.errors, []);
  assert.equal(status.balance?.source, "chain");
  assert.equal(normalizeAmount(status.balance.amount), "91");
  assert.equal(normalizeAmount(status.reserved?.amount ?? ""), "9");
  assert.equal(status.frozen, false);
  const window = await open(trial);
  await waitForChainBalance(window, "91", 15_000);
  await waitForAmount(window.id("reserved"), "9");
  return works(await window.id("balance-origin").text());
}

async function history(trial: NodeTrial): Promise<Finding> {
  const count = 30;
  for (let number = 1; number <= count; number += 1)
    await trial.contract.credit(trial.user.address, number, `credit-${number}`);
  const sum = String(91 + (count * (count + 1)) / 2);
  await trial.user.update({ api_balance: sum });
  const window = await open(trial);
  await waitForChainBalance(window, sum, 30_000);
  await window.id("nav-payments").click();
  await until(`${count + 1} credits are listed`, async () => {
    const shown = await window.id("payments-count").attribute("data-total", { timeout: 500 });
    return shown === String(count + 1);
  });
  const verified = await window.css('[data-testid="payment"][data-verified="true"]').count();
  assert.ok(verified > 0, "the credits are verified");
  return works(await window.id("payments-count").text());
}

async function topUp(trial: NodeTrial): Promise<Finding> {
  const { sandbox, user, contract } = trial;
  const window = await open(trial);
  await sandbox.setRelayer({ hold: true });
  const { id } = await user.createTopUp(2500);
  await window.id("check-now").waitVisible({ timeout: 70_000 });
  await sandbox.pay(id);
  await contract.credit(user.address, 25, id);
  await sandbox.setRelayer({ hold: false });
  await user.update({ api_balance: "116" });
  await waitForPayment(window, id, "completed", true);
  await waitForChainBalance(window, "116", 30_000);
  return works("The payment is Completed and Verified, with its transaction on this chain.");
}

async function credit(trial: NodeTrial, within: number): Promise<Finding> {
  const window = await open(trial);
  await waitForChainBalance(window, "91", 15_000);
  await trial.user.update({ api_balance: "103.5" });
  await trial.contract.credit(trial.user.address, 12.5, "while-open");
  const took = await seconds(() => waitForChainBalance(window, "103.5", Math.max(within, BY_POLLING)));
  assert.ok(took * 1_000 <= within, `the credit was shown after ${took} s`);
  return works(`The new balance, ${took} s after the credit.`);
}

async function revert(trial: NodeTrial): Promise<Finding> {
  const window = await open(trial);
  await waitForChainBalance(window, "91", 15_000);
  const snapshot = await rpc(trial.url, "evm_snapshot");
  await trial.user.update({ api_balance: "103.5" });
  await trial.contract.credit(trial.user.address, 12.5, "taken-back");
  await waitForChainBalance(window, "103.5", BY_POLLING);
  await trial.user.update({ api_balance: "91" });
  await rpc(trial.url, "evm_revert", [snapshot]);
  const took = await seconds(() => waitForChainBalance(window, "91", BY_POLLING));
  return works(`The earlier balance, ${took} s after the block was replaced.`);
}

async function away(trial: NodeTrial): Promise<Finding> {
  const window = await open(trial);
  await waitForChainBalance(window, "91", 15_000);
  trial.relay.cut();
  await trial.contract.credit(trial.user.address, 12.5, "while-away");
  await trial.user.update({ api_balance: "103.5" });
  const failure = window.id("overview-failure");
  await failure.waitVisible({ timeout: 150_000 });
  const said = await failure.text();
  await trial.relay.restore();
  const back = await seconds(() => waitForChainBalance(window, "103.5", BACK_WITHIN));
  return works(said, back);
}
