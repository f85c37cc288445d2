/**
 * The final check of every journey: the window, the CLI, the databases and the contract must agree. What the contract
 * and the provider hold comes from the sandbox, which shares no code with the app.
 */
import { cliHistory, cliStatus, normalizeAmount } from "./cli.ts";
import type { CliPayment, CliStatus, Money, PaymentStatus } from "./cli.ts";
import { DATABASE_FILES, INTEGRITY_CHECK, queryDatabase } from "./database.ts";
import type { Desktop } from "./desktop.ts";
import type { SandboxTopUp, User, UserState } from "./sandbox.ts";
import { until, type WaitOptions } from "./wait.ts";
import type { AppWindow } from "./window.ts";

interface PaymentRow {
  readonly id: string;
  readonly amount: string;
  readonly verified: number;
  readonly tx: string | null;
}

/** What is compared. Without a window (closed, or never opened), the window is left out. */
export interface Scenario {
  readonly desktop: Desktop;
  readonly user: User;
  readonly window?: AppWindow;
}

/** Waits until all four sources agree. Lists the remaining differences at the timeout. */
export async function assertConsistent(scenario: Scenario, options: WaitOptions = {}): Promise<void> {
  await untilNoDifferences("window, CLI, database and contract agree", () => compare(scenario), options);
}

/** Compares again and again until there are no differences. */
export async function untilNoDifferences(
  what: string,
  compareAll: () => Promise<Differences>,
  options: WaitOptions,
): Promise<void> {
  await until(
    what,
    async () => {
      const { all } = await compareAll();
      if (all.length > 0) throw new Error(`\n  ${all.join("\n  ")}\n`);
      return true;
    },
    { timeout: 30_000, interval: 500, ...options },
  );
}

/** The status that the app must show for the provider's status of a top-up. */
export function expectedStatus(topUp: SandboxTopUp): PaymentStatus {
  const known: Record<string, PaymentStatus> = {
    created: "open",
    pending: "confirming",
    completed: "completed",
    aml_failed: "under_review",
    failed: "failed",
    canceled: "cancelled",
    expired: "expired",
  };
  const status = known[topUp.status];
  if (status === undefined) throw new Error(`unknown status of the sandbox: ${topUp.status}`);
  return status;
}

async function compare({ desktop, user, window }: Scenario): Promise<Differences> {
  const server = await user.serverState();
  const differences = new Differences();
  compareStatus(differences, await cliStatus(desktop), server);
  const payments = await cliHistory(desktop);
  for (const topUp of server.top_ups) comparePayment(differences, topUp, payments);
  await compareDatabase(differences, desktop, server);
  if (window !== undefined) await compareWindow(differences, window, server);
  return differences;
}

function compareStatus(differences: Differences, shown: CliStatus, server: UserState): void {
  const money = (one: Money | null): string => (one === null ? "unknown" : normalizeAmount(one.amount));
  differences.expectEqual("CLI balance", money(shown.balance), normalizeAmount(server.chain.free));
  differences.expectEqual("CLI reserved", money(shown.reserved), normalizeAmount(server.chain.reserved));
  differences.expectEqual("CLI held", money(shown.held), normalizeAmount(server.chain.limbo));
  differences.expectEqual("CLI frozen", shown.frozen, server.chain.frozen);
  differences.expectEqual("CLI API balance", money(shown.api_balance), normalizeAmount(server.api.balance));
  differences.expectEqual("CLI pending", shown.pending !== null, server.open_top_up !== null);
}

function comparePayment(differences: Differences, topUp: SandboxTopUp, payments: readonly CliPayment[]): void {
  const payment = payments.find((one) => one.id === topUp.id);
  if (payment === undefined) {
    differences.add(`${topUp.id} is missing from the history`);
    return;
  }
  const name = `history ${topUp.id}`;
  differences.expectEqual(`${name} status`, payment.status, expectedStatus(topUp));
  differences.expectEqual(`${name} amount`, normalizeAmount(payment.amount.amount), normalizeAmount(topUp.amount));
  if (topUp.transaction !== null) {
    differences.expectEqual(`${name} verified`, payment.verified, true);
    differences.expectEqual(`${name} transaction`, payment.transaction?.toLowerCase(), topUp.transaction.toLowerCase());
  }
}

async function compareDatabase(differences: Differences, desktop: Desktop, server: UserState): Promise<void> {
  await compareIntegrity(differences, desktop);
  const payments = await queryDatabase<PaymentRow>(
    desktop,
    "history.db",
    "SELECT id, amount, verified, lower(hex(tx)) AS tx FROM payment",
  );
  for (const topUp of server.top_ups) {
    const row = payments.find((one) => one.id === topUp.id);
    const name = `database ${topUp.id}`;
    differences.expectEqual(`${name} amount`, row && normalizeAmount(row.amount), normalizeAmount(topUp.amount));
    if (topUp.transaction === null) continue;
    differences.expectEqual(`${name} verified`, row?.verified, 1);
    differences.expectEqual(`${name} transaction`, `0x${row?.tx ?? ""}`, topUp.transaction.toLowerCase());
  }
  const open = await queryDatabase<{ id: string }>(
    desktop,
    "bursar.db",
    "SELECT id FROM top_up WHERE phase IN ('starting', 'open', 'confirming', 'under_review')",
  );
  if (open.length > 1) differences.add(`database has ${open.length} open top-ups`);
  await compareNotices(differences, desktop);
}

/** Both databases must pass SQLite's integrity check. */
export async function compareIntegrity(differences: Differences, desktop: Desktop): Promise<void> {
  for (const file of DATABASE_FILES) {
    const [check] = await queryDatabase<{ integrity_check: string }>(desktop, file, INTEGRITY_CHECK);
    differences.expectEqual(`${file} integrity`, check?.integrity_check, "ok");
  }
}

/** No two notices may be about the same event. */
export async function compareNotices(differences: Differences, desktop: Desktop): Promise<void> {
  const duplicates = await queryDatabase<{ subject: string }>(
    desktop,
    "bursar.db",
    "SELECT subject FROM notice GROUP BY account, kind, subject HAVING count(*) > 1",
  );
  for (const { subject } of duplicates) differences.add(`there are two notices about ${subject}`);
}

async function compareWindow(differences: Differences, window: AppWindow, server: UserState): Promise<void> {
  await window.id("nav-overview").click();
  const { chain } = server;
  differences.expectEqual("window balance", await shownAmount(window, "balance"), normalizeAmount(chain.free));
  differences.expectEqual("window reserved", await shownAmount(window, "reserved"), normalizeAmount(chain.reserved));
  differences.expectEqual("window held", await shownAmount(window, "held"), normalizeAmount(chain.limbo));
  differences.expectEqual(
    "window frozen",
    await window.id("frozen-state").attribute("data-frozen"),
    chain.frozen ? "true" : "false",
  );
  differences.expectEqual(
    "window open top-up",
    await window.id("open-top-up").isVisible(),
    server.open_top_up !== null,
  );
  await window.id("nav-payments").click();
  for (const topUp of server.top_ups.slice(0, 3)) {
    const row = window.css(`[data-testid="payment"][data-payment="${topUp.id}"]`);
    const name = `window ${topUp.id}`;
    differences.expectEqual(`${name} status`, await row.attribute("data-status"), expectedStatus(topUp));
    if (topUp.transaction !== null) {
      differences.expectEqual(`${name} verified`, await row.attribute("data-verified"), "true");
    }
  }
}

/** The amount that an element of the window shows. */
export async function shownAmount(window: AppWindow, testid: string): Promise<string> {
  return normalizeAmount((await window.id(testid).attribute("data-amount")) ?? "unknown");
}

/** Collects differences between the sources. */
export class Differences {
  readonly all: string[] = [];

  add(difference: string): void {
    this.all.push(difference);
  }

  expectEqual(name: string, actual: unknown, expected: unknown): void {
    if (actual !== expected) this.add(`${name}: ${String(actual)} instead of ${String(expected)}`);
  }
}
