// What a payment's status means for the user's money.

import { t } from "../l10n/l10n.svelte.ts";
import type { LateMoney, PaymentKind, PaymentStatus } from "../types.ts";

/** The facts about a payment that decide what its status means. */
export interface StatusContext {
  status: PaymentStatus;
  kind: PaymentKind;
  /** There is a chain that shows the money. */
  verifiable: boolean;
  /** There is a payment page to pay on. */
  page: boolean;
  /** What happens to money that arrives after the end; where nothing is known, the provider credits it. */
  late_money?: LateMoney | null;
}

/** What a status means for the user's money. */
export function statusMeaning({ status, kind, verifiable, page, late_money: lateMoney }: StatusContext): string {
  if (status === "open") return page ? t("meaning-open-page") : t("meaning-open-invoice");
  if (status === "confirming") return verifiable ? t("meaning-confirming-chain") : t("meaning-confirming-provider");
  if (status === "completed") return t(`meaning-completed-${kind}`);
  if (status === "refunded" && kind === "top_up") return t("meaning-refunded-balance");
  const ended = status === "expired" || status === "cancelled" || status === "failed";
  if (ended && lateMoney === "not_credited") return t(`meaning-${status}-not-credited`);
  return t(`meaning-${status}`);
}
