/**
 * The final check of every journey: the window, the CLI, the databases and the contract must agree. What the contract
 * and the provider hold comes from the sandbox, which shares no code with the app.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { cli } from "./app.ts";
import { until, type Patience } from "./wait.ts";
import type { Desktop } from "./desktop.ts";
import { INTEGRITY } from "./database.ts";
import type { SandboxTopUp, User, UserTruth } from "./sandbox.ts";
import type { AppWindow } from "./window.ts";

/** A payment's status as the app names it. */
export type PaymentStatus =
  | "starting"
  | "open"
  | "confirming"
  | "under_review"
  | "completed"
  | "cancelled"
  | "expired"
  | "failed"
  | "not_started"
  | "refunding"
  | "refunded";

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** One line of `bursar status --json`, limited to what tests read. */
export interface StatusLine {
  readonly account: string;
  readonly network: string;
  readonly stale: boolean;
  readonly as_of: string | null;
  readonly balance: (Money & { readonly source: "chain" | "api"; readonly block: number | string | null }) | null;
  readonly reserved: Money | null;
  readonly held: Money | null;
  readonly frozen: boolean | null;
  readonly api_balance: Money | null;
  readonly agrees: boolean | null;
  readonly days_left: number | null;
  readonly pending: unknown;
  readonly errors: readonly { readonly code: string; readonly message: string; readonly retryable: boolean }[];
}

/** One payment of `bursar history --json`, limited to what tests read. */
export interface HistoryLine {
  readonly id: string;
  readonly kind: string;
  readonly status: PaymentStatus;
  readonly amount: Money;
  readonly verified: boolean;
  readonly transaction: string | null;
}

interface PaymentRow {
  readonly id: string;
  readonly amount: string;
  readonly verified: number;
  readonly tx: string | null;
}

/** What is compared. Without a window (closed, or never opened), the window is left out. */
export interface Telling {
  readonly desktop: Desktop;
  readonly user: User;
  readonly window?: AppWindow;
}

/** Waits until all four sources agree. Lists the remaining differences at the timeout. */
export async function allAgree(telling: Telling, patience: Patience = {}): Promise<void> {
  let differences: string[] = [];
  await until(
    "window, CLI, database and contract agree",
    async () => {
      differences = await compare(telling);
      if (differences.length > 0) throw new Error(`\n  ${differences.join("\n  ")}\n`);
      return true;
    },
    { within: 30_000, every: 500, ...patience },
  );
}

/** The CLI's status of the account with that label, or of the first account. */
export async function status(desktop: Desktop, label?: string): Promise<StatusLine> {
  const done = await cli(desktop, [...account(label), "status", "--json"]);
  const [line = ""] = done.stdout.split("\n");
  if (line === "") throw new Error(`bursar status --json printed nothing (exit ${done.code}): ${done.stderr}`);
  return JSON.parse(line) as StatusLine;
}

export async function history(desktop: Desktop, label?: string): Promise<readonly HistoryLine[]> {
  const done = await cli(desktop, [...account(label), "history", "--json"]);
  if (done.code !== 0) throw new Error(`bursar history --json: exit ${done.code}: ${done.stderr}`);
  const text = done.stdout.trim();
  if (text.startsWith("[")) return JSON.parse(text) as HistoryLine[];
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as HistoryLine);
}

function account(label: string | undefined): string[] {
  return label === undefined ? [] : ["--account", label];
}

/** Queries a copy of one of the app's databases, because another connection would disturb the app. */
export async function rows<Row>(desktop: Desktop, file: "bursar.db" | "history.db", query: string): Promise<Row[]> {
  const home = desktop.env["BURSAR_HOME"] ?? "";
  const folder = join(desktop.processes.scratch, "look");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const part of [file, `${file}-wal`]) {
    if (existsSync(join(home, part))) copyFileSync(join(home, part), join(folder, part));
  }
  const done = await desktop.run("sqlite3", ["-json", join(folder, basename(file)), query]);
  if (done.code !== 0) throw new Error(`sqlite3 ${file}: ${done.stderr}`);
  return done.stdout.trim() === "" ? [] : (JSON.parse(done.stdout) as Row[]);
}

/** A decimal number without trailing zeros: `10.100000` becomes `10.1`. */
export function plainAmount(text: string): string {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

/** The status that the app must show for the provider's status of a top-up. */
export function statusOf(topUp: SandboxTopUp): PaymentStatus {
  const known: Record<string, PaymentStatus> = {
    created: "open",
    pending: "confirming",
    completed: "completed",
    aml_failed: "under_review",
    failed: "failed",
    canceled: "cancelled",
    expired: "expired",
  };
  const word = known[topUp.status];
  if (word === undefined) throw new Error(`unknown status of the sandbox: ${topUp.status}`);
  return word;
}

async function compare(telling: Telling): Promise<string[]> {
  const { desktop, user } = telling;
  const truth = await user.truth();
  const told = new Differences();
  compareStatus(told, await status(desktop), truth);
  const lines = await history(desktop);
  for (const topUp of truth.top_ups) compareHistory(told, topUp, lines);
  await compareDatabase(told, desktop, truth);
  if (telling.window !== undefined) await compareWindow(told, telling.window, truth);
  return told.all;
}

function compareStatus(told: Differences, cliSays: StatusLine, truth: UserTruth): void {
  const money = (one: Money | null): string => (one === null ? "unknown" : plainAmount(one.amount));
  told.same("CLI balance", money(cliSays.balance), plainAmount(truth.chain.free));
  told.same("CLI reserved", money(cliSays.reserved), plainAmount(truth.chain.reserved));
  told.same("CLI held", money(cliSays.held), plainAmount(truth.chain.limbo));
  told.same("CLI frozen", cliSays.frozen, truth.chain.frozen);
  told.same("CLI API balance", money(cliSays.api_balance), plainAmount(truth.api.balance));
  told.same("CLI pending", cliSays.pending !== null, truth.open_top_up !== null);
}

function compareHistory(told: Differences, topUp: SandboxTopUp, lines: readonly HistoryLine[]): void {
  const line = lines.find((one) => one.id === topUp.id);
  if (line === undefined) {
    told.add(`${topUp.id} is missing from the history`);
    return;
  }
  told.same(`history ${topUp.id} status`, line.status, statusOf(topUp));
  told.same(`history ${topUp.id} amount`, plainAmount(line.amount.amount), plainAmount(topUp.amount));
  if (topUp.transaction !== null) {
    told.same(`history ${topUp.id} verified`, line.verified, true);
    told.same(`history ${topUp.id} transaction`, line.transaction?.toLowerCase(), topUp.transaction.toLowerCase());
  }
}

async function compareDatabase(told: Differences, desktop: Desktop, truth: UserTruth): Promise<void> {
  for (const file of ["bursar.db", "history.db"] as const) {
    const [check] = await rows<{ integrity_check: string }>(desktop, file, INTEGRITY);
    told.same(`${file} integrity`, check?.integrity_check, "ok");
  }
  const payments = await rows<PaymentRow>(
    desktop,
    "history.db",
    "SELECT id, amount, verified, lower(hex(tx)) AS tx FROM payment",
  );
  for (const topUp of truth.top_ups) {
    const row = payments.find((one) => one.id === topUp.id);
    told.same(`database ${topUp.id} amount`, row && plainAmount(row.amount), plainAmount(topUp.amount));
    if (topUp.transaction === null) continue;
    told.same(`database ${topUp.id} verified`, row?.verified, 1);
    told.same(`database ${topUp.id} transaction`, `0x${row?.tx ?? ""}`, topUp.transaction.toLowerCase());
  }
  const live = await rows<{ id: string }>(
    desktop,
    "bursar.db",
    "SELECT id FROM top_up WHERE phase IN ('starting', 'open', 'confirming', 'under_review')",
  );
  if (live.length > 1) told.add(`database has ${live.length} open top-ups`);
  const twice = await rows<{ subject: string }>(
    desktop,
    "bursar.db",
    "SELECT subject FROM notice GROUP BY account, kind, subject HAVING count(*) > 1",
  );
  for (const { subject } of twice) told.add(`there are two notices about ${subject}`);
}

async function compareWindow(told: Differences, window: AppWindow, truth: UserTruth): Promise<void> {
  const drawn = async (testid: string): Promise<string> =>
    plainAmount((await window.id(testid).attribute("data-amount")) ?? "unknown");
  await window.id("nav-overview").click();
  told.same("window balance", await drawn("balance"), plainAmount(truth.chain.free));
  told.same("window reserved", await drawn("reserved"), plainAmount(truth.chain.reserved));
  told.same("window held", await drawn("held"), plainAmount(truth.chain.limbo));
  told.same(
    "window frozen",
    await window.id("frozen-state").attribute("data-frozen"),
    truth.chain.frozen ? "true" : "false",
  );
  told.same("window open top-up", await window.id("open-top-up").visible(), truth.open_top_up !== null);
  await window.id("nav-payments").click();
  for (const topUp of truth.top_ups.slice(0, 3)) {
    const line = window.css(`[data-testid="payment"][data-payment="${topUp.id}"]`);
    told.same(`window ${topUp.id} status`, await line.attribute("data-status"), statusOf(topUp));
    if (topUp.transaction !== null) {
      told.same(`window ${topUp.id} verified`, await line.attribute("data-verified"), "true");
    }
  }
}

/** Collects differences between the sources. */
export class Differences {
  readonly all: string[] = [];

  add(difference: string): void {
    this.all.push(difference);
  }

  same(what: string, seen: unknown, expected: unknown): void {
    if (seen !== expected) this.add(`${what}: ${String(seen)} instead of ${String(expected)}`);
  }
}
