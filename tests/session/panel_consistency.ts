/**
 * The final check of every journey with the hosting panel: the window, the CLI, the databases and the panel must agree
 * on one balance, the same payments and statuses, and no payment that the panel does not have.
 */
import type { Desktop } from "./desktop.ts";
import { until, type Patience } from "./wait.ts";
import { INTEGRITY } from "./database.ts";
import type { PanelPayment, PanelStatus, PanelTruth, PanelUser } from "./panel.ts";
import { Differences, history, plainAmount, rows, status, type PaymentStatus } from "./consistency.ts";
import type { AppWindow } from "./window.ts";

export interface PanelTelling {
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
export function panelStatus({ status: word, method }: PanelPayment): PaymentStatus {
  if (word === "new") return method.kind === "saved" ? "confirming" : "open";
  return STATUS[word];
}

/** Waits until all four sources agree. Lists the remaining differences at the timeout. */
export async function panelAgrees(telling: PanelTelling, patience: Patience = {}): Promise<void> {
  let differences: string[] = [];
  await until(
    "window, CLI, database and panel agree",
    async () => {
      differences = await compare(telling);
      if (differences.length > 0) throw new Error(`\n  ${differences.join("\n  ")}\n`);
      return true;
    },
    { within: 30_000, every: 500, ...patience },
  );
}

async function compare(telling: PanelTelling): Promise<string[]> {
  const truth = await telling.user.truth();
  const told = new Differences();
  const refused = await compareCli(told, telling, truth);
  await compareDatabase(told, telling.desktop, truth);
  if (telling.window !== undefined) await compareWindow(told, telling.window, telling.label, truth, refused);
  return told.all;
}

/** Returns the number of payments that only the app has: it remembers those that the panel refused. */
async function compareCli(told: Differences, { desktop, label }: PanelTelling, truth: PanelTruth): Promise<number> {
  const says = await status(desktop, label);
  told.same("CLI balance", plainAmount(says.balance?.amount ?? "unknown"), plainAmount(truth.balance));
  told.same("CLI currency", says.balance?.currency, truth.currency);
  told.same("CLI source", says.balance?.source, "api");
  told.same("CLI reserved", says.reserved, null);
  told.same("CLI pending", says.pending !== null, truth.payments.some(isFollowed));
  const lines = await history(desktop, label);
  const refused = lines.filter((one) => one.id.startsWith("local:"));
  for (const one of refused) told.same(`CLI ${one.id} status`, one.status, "not_started");
  told.same("CLI payments", lines.length - refused.length, truth.payment_count);
  for (const payment of truth.payments) {
    const line = lines.find((one) => one.id === payment.id);
    told.same(`CLI ${payment.number} status`, line?.status, panelStatus(payment));
    told.same(`CLI ${payment.number} amount`, line && plainAmount(line.amount.amount), exact(payment));
    told.same(`CLI ${payment.number} kind`, line?.kind, payment.purpose.kind);
    told.same(`CLI ${payment.number} verified`, line?.verified, false);
  }
  return refused.length;
}

interface PaymentRow {
  readonly id: string;
  readonly number: string | null;
  readonly amount: string;
  readonly has_invoice: number;
}

async function compareDatabase(told: Differences, desktop: Desktop, truth: PanelTruth): Promise<void> {
  for (const file of ["bursar.db", "history.db"] as const) {
    const [check] = await rows<{ integrity_check: string }>(desktop, file, INTEGRITY);
    told.same(`${file} integrity`, check?.integrity_check, "ok");
  }
  const kept = await rows<PaymentRow>(desktop, "history.db", "SELECT id, number, amount, has_invoice FROM payment");
  for (const payment of truth.payments) {
    const lines = kept.filter((one) => one.id === payment.id);
    told.same(`database ${payment.number} lines`, lines.length, 1);
    told.same(`database ${payment.number} number`, lines[0]?.number, payment.number);
    told.same(`database ${payment.number} amount`, lines[0] && plainAmount(lines[0].amount), exact(payment));
    told.same(`database ${payment.number} invoice`, lines[0]?.has_invoice === 1, payment.has_invoice);
  }
  const followed = await rows<{ remote: string | null; phase: string }>(
    desktop,
    "bursar.db",
    "SELECT remote, phase FROM top_up WHERE phase IN ('starting', 'open', 'confirming')",
  );
  for (const { remote, phase } of followed) {
    if (!truth.payments.some((one) => one.id === remote && isOpen(one)))
      told.add(`database follows ${remote} (${phase})`);
  }
  const twice = await rows<{ subject: string }>(
    desktop,
    "bursar.db",
    "SELECT subject FROM notice GROUP BY account, kind, subject HAVING count(*) > 1",
  );
  for (const { subject } of twice) told.add(`there are two notices about ${subject}`);
}

async function compareWindow(
  told: Differences,
  window: AppWindow,
  label: string,
  truth: PanelTruth,
  refused: number,
): Promise<void> {
  await window.css(`[data-testid="account"][data-label="${label}"]`).click();
  await window.id("nav-overview").click();
  const drawn = async (testid: string): Promise<string> =>
    plainAmount((await window.id(testid).attribute("data-amount")) ?? "unknown");
  told.same("window balance", await drawn("balance"), plainAmount(truth.balance));
  told.same("window header", await drawn("header-balance"), plainAmount(truth.balance));
  told.same("window source", await window.id("balance-origin").attribute("data-source"), "api");
  told.same("window open payments", await window.id("open-top-up").count(), truth.payments.filter(isOpen).length);
  await window.id("nav-payments").click();
  told.same(
    "window payments",
    await window.id("payments-count").attribute("data-total"),
    String(truth.payment_count + refused),
  );
  for (const payment of truth.payments.slice(0, 3)) {
    const line = window.css(`[data-testid="payment"][data-payment="${payment.id}"]`);
    told.same(`window ${payment.number} status`, await line.attribute("data-status"), panelStatus(payment));
    told.same(`window ${payment.number} number`, await line.attribute("data-number"), payment.number);
  }
}

/** A payment under review is no longer open, but it has not ended. */
function isFollowed(payment: PanelPayment): boolean {
  return isOpen(payment) || payment.status === "fraudulent";
}

function isOpen(payment: PanelPayment): boolean {
  return OPEN.has(payment.status);
}

function exact({ amount }: PanelPayment): string {
  return plainAmount(amount.amount);
}
