// What the window says about payments: their kinds, their states and what those mean for the user's money.

import type { MatchedBy, PaymentKind, PaymentStatus, PaymentView } from "../types.ts";

export const STATUS_LABELS: Record<PaymentStatus, string> = {
  starting: "Starting",
  open: "Pending",
  confirming: "Confirming",
  under_review: "Under review",
  completed: "Completed",
  cancelled: "Cancelled",
  expired: "Expired",
  failed: "Failed",
  not_started: "Not started",
  refunding: "Being refunded",
  refunded: "Refunded",
};

const STATUS_PHRASES: Partial<Record<PaymentStatus, string>> = {
  starting: "it is being asked for",
  open: "it waits to be paid",
  confirming: "the money is on its way",
  under_review: "the provider is checking it",
};

/** A payment's status as part of a sentence. */
export function statusPhrase(status: PaymentStatus): string {
  return STATUS_PHRASES[status] ?? STATUS_LABELS[status].toLowerCase();
}

/** The facts about a payment that decide what its status means. */
export interface StatusContext {
  status: PaymentStatus;
  kind: PaymentKind;
  /** There is a chain that shows the money. */
  verifiable: boolean;
  /** There is a payment page to pay on. */
  page: boolean;
}

const COMPLETED_MEANINGS: Record<PaymentKind, string> = {
  top_up: "The money is on your balance.",
  credit: "The money is on your balance.",
  refund: "The money has been given back.",
  renewal: "It is paid, and what it was for is renewed.",
  migration: "It is paid, and the server is ordered.",
};

const STATUS_MEANINGS: Record<PaymentStatus, (of: StatusContext) => string> = {
  starting: ({ verifiable }) => (verifiable ? "Asking the provider for a payment page." : "Asking the provider."),
  open: ({ page }) =>
    page
      ? "Waiting for you to pay in the browser."
      : "The provider waits for the money. If it gave an invoice, pay that; nothing else is to be done here.",
  confirming: ({ verifiable }) =>
    verifiable
      ? "The payment is on its way and waits for the chain."
      : "The payment system is at work; the money is on its way, and the provider may count it already.",
  under_review: () => "The provider is checking the payment. Nothing is lost; this can take a while.",
  completed: ({ kind }) => COMPLETED_MEANINGS[kind],
  cancelled: () => "Cancelled. If you paid anyway, Bursar keeps checking with the provider.",
  expired: () => "The payment page has expired. If you have already paid, Bursar keeps checking with the provider.",
  failed: () => "Not accepted. If you were charged anyway, Bursar keeps checking with the provider.",
  not_started: () => "No payment was started. Nothing was charged.",
  refunding: () => "The provider is giving the money back.",
  refunded: ({ kind }) =>
    kind === "top_up"
      ? "The provider has given the money back; it is no longer on the balance."
      : "The provider has given the money back.",
};

/** What a status means for the user's money. */
export function statusMeaning(of: StatusContext): string {
  return STATUS_MEANINGS[of.status](of);
}

/** For a payment whose request got no answer in time. */
export const OUTCOME_UNKNOWN =
  "It is not known whether the provider has made this payment. Bursar finds out by itself; until then no second one is made.";

export const KIND_LABELS: Record<PaymentKind, string> = {
  top_up: "Top-up",
  credit: "Credit",
  refund: "Refund",
  renewal: "Renewal",
  migration: "Migration",
};

export const LAST_STEP_LABELS: Record<PaymentKind, string> = {
  top_up: "On your balance",
  credit: "On your balance",
  refund: "Given back",
  renewal: "Renewed",
  migration: "Ordered",
};

/** How certain it is that the money is in the Balance contract. */
export function verificationText(verified: boolean, matched: MatchedBy | null): string {
  if (!verified) return "Not verified yet: the Balance contract has not shown it.";
  if (matched === "by_id") return "Verified: the transaction carries this payment’s id.";
  if (matched === "by_amount")
    return "Verified by amount: one transaction of exactly this amount within a day, and no other candidate.";
  return "Verified: seen in the Balance contract.";
}

/** A warning that only one RPC endpoint confirms transactions; `null` when there are several. */
export function singleRpcHint(rpcHosts: number): string | null {
  return rpcHosts === 1
    ? "This network has one RPC endpoint, so its word alone counts. Add another in Settings to have each transaction confirmed by two."
    : null;
}

/** The name of a payment's source. */
export function sourceName({ source, source_title: title, kind }: PaymentView): string {
  if (source === "chain") return kind === "refund" ? "Refund" : "Credit";
  return title ?? source ?? KIND_LABELS[kind];
}

/** The title of a payment in the history: what it was for, else where the money came from. */
export function paymentTitle(payment: PaymentView): string {
  const { kind, purpose, payer, method } = payment;
  if (purpose !== null) return `${KIND_LABELS[kind]}: ${purpose}`;
  return payer === null && method === null ? sourceName(payment) : KIND_LABELS[kind];
}

/** The method and the payer, as far as they are known. */
export function paidBy({ method, payer }: PaymentView): string {
  return [method, payer].filter((one) => one !== null && one !== "").join(", ");
}

/** For payments of an account without a wallet address: they cannot be found on the chain. */
export const ADDRESS_NEEDED =
  "Not verified: Bursar looks for payments on the chain by the account’s wallet address, which has not been entered.";

const EXPECTED_ON_CHAIN: ReadonlySet<PaymentStatus> = new Set(["confirming", "under_review", "completed"]);

/** Whether to show the verification: only when the money is on the chain, or is expected there. */
export function showsVerification({ verifiable, verified, status }: PaymentView): boolean {
  return verifiable && (verified || EXPECTED_ON_CHAIN.has(status));
}
