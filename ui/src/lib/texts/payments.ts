// What the window says about payments: their titles, and how certain they are.

import { t } from "../l10n/l10n.svelte.ts";
import type { MatchedBy, PaymentStatus, PaymentView } from "../types.ts";
import { purposeText } from "./purpose.ts";

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

/** How certain it is that the money is in the Balance contract. */
export function verificationText(verified: boolean, matched: MatchedBy | null): string {
  if (!verified) return t("verification-none");
  return t(`verification-${matched ?? "seen"}`);
}

/** The name of a payment's source. */
export function sourceName({ source, source_title: title, other_source: other, kind }: PaymentView): string {
  if (other) return t(`source-${other}`);
  if (source === "chain") return t(`kind-${kind === "refund" ? "refund" : "credit"}`);
  return title ?? source ?? t(`kind-${kind}`);
}

/**
 * Whether the transaction is on the payer's chain, which is not the one of the Balance contract: the network's block explorer
 * does not know it.
 */
export function isPayersTransaction({ other_source: other, verified }: PaymentView): boolean {
  return other === "x402" && !verified;
}

/** The title of a payment in the history: what it was for, else where the money came from. */
export function paymentTitle(payment: PaymentView): string {
  const { kind, payer, method } = payment;
  const purpose = purposeText(payment.purpose);
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
