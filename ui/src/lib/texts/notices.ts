// What the inbox says about a notice. Pop-ups say the same in the same words (`crates/bursar-l10n/src/notice.rs`).

import { t } from "../l10n/l10n.svelte.ts";
import { formatAmount } from "../money.ts";
import type { NoticeView, PaymentKind } from "../types.ts";
import { failureReason } from "./failure-reason.ts";

export function noticeTitle({ kind, about }: NoticeView): string {
  if (
    kind === "completed" ||
    kind === "failed" ||
    kind === "expired" ||
    kind === "cancelled" ||
    kind === "under_review" ||
    kind === "reversed" ||
    kind === "refunded"
  )
    return t(`notice-${kind}`, { kind: kindOf(about) });
  return t(`notice-${kind}`);
}

/** What happened and what to do, in one or two sentences. `hide` leaves the amount out. */
export function noticeBody(notice: NoticeView, hide: boolean): string {
  const { kind, label: account } = notice;
  const amount = notice.amount === null || hide ? null : formatAmount(notice.amount);
  if (kind === "key_expires") return t("notice-key_expires.body", { account, days: notice.days_left ?? 0 });
  if (kind === "signed_out") return t("notice-signed_out.body", { account });
  if (kind === "low_balance") return lowBalance(account, notice.days_left, amount);
  if (kind === "completed" || kind === "refunded") {
    const about = { account, kind: kindOf(notice.about) };
    return amount === null ? t(`notice-${kind}.body-hidden`, about) : t(`notice-${kind}.body`, { ...about, amount });
  }
  if (kind === "failed" || kind === "cancelled") {
    const why = notice.reason ? failureReason(notice.reason) : t("notice-paid-anyway");
    return amount === null
      ? t(`notice-${kind}.body-hidden`, { account, why })
      : t(`notice-${kind}.body`, { account, why, amount });
  }
  return amount === null ? t(`notice-${kind}.body-hidden`, { account }) : t(`notice-${kind}.body`, { account, amount });
}

function lowBalance(account: string, days: number | null, amount: string | null): string {
  if (days !== null) return t("notice-low_balance.days", { account, days });
  if (amount !== null) return t("notice-low_balance.amount", { account, amount });
  return t("notice-low_balance.amount-hidden", { account });
}

/** The variant of a message for this kind of payment. */
function kindOf(kind: PaymentKind): Exclude<PaymentKind, "credit" | "refund"> | "payment" {
  return kind === "credit" || kind === "refund" ? "payment" : kind;
}
