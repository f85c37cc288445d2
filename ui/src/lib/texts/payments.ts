// What the window says about payments: their states and what those mean for the user's money.

import { t } from "../l10n/l10n.svelte.ts";
import type { MatchedBy, PaymentKind, PaymentStatus, PaymentView } from "../types.ts";

/** In the order in which they are listed. */
export const STATUSES: readonly PaymentStatus[] = [
  "starting",
  "open",
  "confirming",
  "under_review",
  "completed",
  "cancelled",
  "expired",
  "failed",
  "not_started",
  "refunding",
  "refunded",
];

/** The facts about a payment that decide what its status means. */
export interface StatusContext {
  status: PaymentStatus;
  kind: PaymentKind;
  /** There is a chain that shows the money. */
  verifiable: boolean;
  /** There is a payment page to pay on. */
  page: boolean;
}

/** What a status means for the user's money. */
export function statusMeaning({ status, kind, verifiable, page }: StatusContext): string {
  if (status === "open") return page ? t("meaning-open-page") : t("meaning-open-invoice");
  if (status === "confirming") return verifiable ? t("meaning-confirming-chain") : t("meaning-confirming-provider");
  if (status === "completed") return t(`meaning-completed-${kind}`);
  if (status === "refunded" && kind === "top_up") return t("meaning-refunded-balance");
  return t(`meaning-${status}`);
}

/** How certain it is that the money is in the Balance contract. */
export function verificationText(verified: boolean, matched: MatchedBy | null): string {
  if (!verified) return t("verification-none");
  return t(`verification-${matched ?? "seen"}`);
}

/** The name of a payment's source. */
export function sourceName({ source, source_title: title, kind }: PaymentView): string {
  if (source === "chain") return t(`kind-${kind === "refund" ? "refund" : "credit"}`);
  return title ?? source ?? t(`kind-${kind}`);
}

/** The title of a payment in the history: what it was for, else where the money came from. */
export function paymentTitle(payment: PaymentView): string {
  const { kind, purpose, payer, method } = payment;
  if (purpose !== null) return t("payment-title", { kind: t(`kind-${kind}`), purpose });
  return payer === null && method === null ? sourceName(payment) : t(`kind-${kind}`);
}

/** The method and the payer, as far as they are known. */
export function paidBy({ method, payer }: PaymentView): string {
  return method && payer ? t("payment-paid-by", { method, payer }) : method || payer || "";
}

const EXPECTED_ON_CHAIN: ReadonlySet<PaymentStatus> = new Set(["confirming", "under_review", "completed"]);

/** Whether to show the verification: only when the money is on the chain, or is expected there. */
export function showsVerification({ verifiable, verified, status }: PaymentView): boolean {
  return verifiable && (verified || EXPECTED_ON_CHAIN.has(status));
}
