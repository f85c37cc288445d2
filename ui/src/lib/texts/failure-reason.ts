// Why a payment did not succeed.

import { t } from "../l10n/l10n.svelte.ts";
import type { FailureReason } from "../types.ts";

/** The reason and what to do about it, with the provider's own text if it sends one. */
export function failureReason({ why, words }: FailureReason): string {
  const reason = t(`reason-${why}`);
  return words ? t("reason-with-words", { reason, words }) : reason;
}
