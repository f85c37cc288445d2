/**
 * The final check of every journey with the hosting panel: the window, the CLI, the databases and the panel must agree
 * on one balance, the same payments and statuses, and no payment that the panel does not have.
 */
import { cliHistory, cliStatus, normalizeAmount, type PaymentStatus } from "./cli.ts";
import { compareIntegrity, compareNotices, Differences, shownAmount, untilNoDifferences } from "./consistency.ts";
import { queryDatabase } from "./database.ts";
import type { Desktop } from "./desktop.ts";
import type { PanelPayment, PanelStatus, PanelUser, PanelUserState } from "./panel.ts";
import type { WaitOptions } from "./wait.ts";
import type { AppWindow } from "./window.ts";

export interface PanelScenario {
  readonly desktop: Desktop;
  readonly user: PanelUser;
  /** The account's label in the app. */
  readonly label: string;
  readonly window?: AppWindow;
}

const OPEN: ReadonlySet<PanelStatus> = new Set(["new", "processing", "trusted"]);
const STATUS: Record<Exclude<PanelStatus, "new">, PaymentStatus> = {
  processing: "confirming",
  trusted: "confirming",
  paid: "completed",
  waiting_refund: "refunding",
  refunded: "refunded",
  fraudulent: "under_review",
  cancelled: "cancelled",
};

/** The status that the app must show. A saved method's debit is confirming from the start. */
export function expectedPanelStatus({ status, method }: PanelPayment): PaymentStatus {
  if (status === "new") return method.kind === "saved" ? "confirming" : "open";
  return STATUS[status];
}

/** Waits until all four sources agree. Lists the remaining differences at the timeout. */
export async function assertPanelConsistent(scenario: PanelScenario, options: WaitOptions = {}): Promise<void> {
  await untilNoDifferences("window, CLI, database and panel agree", () => compare(scenario), options);
}

async function compare(scenario: PanelScenario): Promise<Differences> {
  const { desktop, user, label, window } = scenario;
  const server = await user.serverState();
  const differences = new Differences();
  const refused = await compareCli(differences, scenario, server);
  await compareDatabase(differences, desktop, server);
  if (window !== undefined) await compareWindow(differences, window, label, server, refused);
  return differences;
}

/** Returns the number of payments that only the app has: it remembers those that the panel refused. */
async function compareCli(
  differences: Differences,
  { desktop, label }: PanelScenario,
  server: PanelUserState,
): Promise<number> {
  const shown = await cliStatus(desktop, label);
  differences.expectEqual(
    "CLI balance",
    normalizeAmount(shown.balance?.amount ?? "unknown"),
    normalizeAmount(server.balance),
  );
  differences.expectEqual("CLI currency", shown.balance?.currency, server.currency);
  differences.expectEqual("CLI source", shown.balance?.source, "api");
  differences.expectEqual("CLI reserved", shown.reserved, null);
  differences.expectEqual("CLI pending", shown.pending !== null, server.payments.some(isFollowed));
  const payments = await cliHistory(desktop, label);
  const refused = payments.filter((one) => one.id.startsWith("local:"));
  for (const one of refused) differences.expectEqual(`CLI ${one.id} status`, one.status, "not_started");
  differences.expectEqual("CLI payments", payments.length - refused.length, server.payment_count);
  for (const payment of server.payments) {
    const entry = payments.find((one) => one.id === payment.id);
    const name = `CLI ${payment.number}`;
    differences.expectEqual(`${name} status`, entry?.status, expectedPanelStatus(payment));
    differences.expectEqual(`${name} amount`, entry && normalizeAmount(entry.amount.amount), amountOf(payment));
    differences.expectEqual(`${name} kind`, entry?.kind, payment.purpose.kind);
    differences.expectEqual(`${name} verified`, entry?.verified, false);
  }
  return refused.length;
}

interface PaymentRow {
  readonly id: string;
  readonly number: string | null;
  readonly amount: string;
  readonly has_invoice: number;
}

async function compareDatabase(differences: Differences, desktop: Desktop, server: PanelUserState): Promise<void> {
  await compareIntegrity(differences, desktop);
  const stored = await queryDatabase<PaymentRow>(
    desktop,
    "history.db",
    "SELECT id, number, amount, has_invoice FROM payment",
  );
  for (const payment of server.payments) {
    const rows = stored.filter((one) => one.id === payment.id);
    const name = `database ${payment.number}`;
    differences.expectEqual(`${name} rows`, rows.length, 1);
    differences.expectEqual(`${name} number`, rows[0]?.number, payment.number);
    differences.expectEqual(`${name} amount`, rows[0] && normalizeAmount(rows[0].amount), amountOf(payment));
    differences.expectEqual(`${name} invoice`, rows[0]?.has_invoice === 1, payment.has_invoice);
  }
  const followed = await queryDatabase<{ remote: string | null; phase: string }>(
    desktop,
    "bursar.db",
    "SELECT remote, phase FROM top_up WHERE phase IN ('starting', 'open', 'confirming')",
  );
  for (const { remote, phase } of followed) {
    if (!server.payments.some((one) => one.id === remote && isOpen(one)))
      differences.add(`database follows ${remote} (${phase})`);
  }
  await compareNotices(differences, desktop);
}

async function compareWindow(
  differences: Differences,
  window: AppWindow,
  label: string,
  server: PanelUserState,
  refused: number,
): Promise<void> {
  await window.css(`[data-testid="account"][data-label="${label}"]`).click();
  await window.id("nav-overview").click();
  const balance = normalizeAmount(server.balance);
  differences.expectEqual("window balance", await shownAmount(window, "balance"), balance);
  differences.expectEqual("window header", await shownAmount(window, "header-balance"), balance);
  differences.expectEqual("window source", await window.id("balance-origin").attribute("data-source"), "api");
  differences.expectEqual(
    "window open payments",
    await window.id("open-top-up").count(),
    server.payments.filter(isOpen).length,
  );
  await window.id("nav-payments").click();
  differences.expectEqual(
    "window payments",
    await window.id("payments-count").attribute("data-total"),
    String(server.payment_count + refused),
  );
  for (const payment of server.payments.slice(0, 3)) {
    const row = window.css(`[data-testid="payment"][data-payment="${payment.id}"]`);
    const name = `window ${payment.number}`;
    differences.expectEqual(`${name} status`, await row.attribute("data-status"), expectedPanelStatus(payment));
    differences.expectEqual(`${name} number`, await row.attribute("data-number"), payment.number);
  }
}

/** A payment under review is no longer open, but it has not ended. */
function isFollowed(payment: PanelPayment): boolean {
  return isOpen(payment) || payment.status === "fraudulent";
}

function isOpen(payment: PanelPayment): boolean {
  return OPEN.has(payment.status);
}

function amountOf({ amount }: PanelPayment): string {
  return normalizeAmount(amount.amount);
}
