// What a user sends to the provider's team about a payment whose money does not arrive by itself.

import { t } from "../l10n/l10n.svelte.ts";
import { formatAmount } from "../money.ts";
import type { PaymentStatus, PaymentView } from "../types.ts";
import { sourceName } from "./payments.ts";

const ENDED: ReadonlySet<PaymentStatus> = new Set(["cancelled", "expired", "failed", "under_review"]);

/** Whether only people at the provider can help: the payment has ended, and late money is not credited by itself. */
export function isReportable({ kind, status, late_money: lateMoney }: PaymentView): boolean {
  return kind === "top_up" && ENDED.has(status) && lateMoney === "not_credited";
}

/** The report: what the team needs to find the payment, with exact times in UTC. */
export function paymentReport(payment: PaymentView): string {
  return t("payment-report", {
    id: payment.provider_id ?? payment.id,
    amount: formatAmount(payment.amount),
    status: t(`status-${payment.status}`),
    source: sourceName(payment),
    created: payment.created_at,
    updated: payment.updated_at,
    transaction: payment.transaction ?? "—",
  });
}
