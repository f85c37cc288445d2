// What the window says a payment is for.

import { t } from "../l10n/l10n.svelte.ts";
import type { PaidFor, PaidItem } from "../types.ts";

/** What a renewal or migration pays for, in a few words; `null` for a top-up. */
export function purposeText(paidFor: PaidFor | null): string | null {
  // Earlier versions stored English words.
  return Array.isArray(paidFor) ? paidFor.map(itemText).join(", ") : paidFor;
}

function itemText({ name, server, period }: PaidItem): string {
  const what = server === null ? name : t("purpose-moved", { name, server });
  if (period === null) return what;
  const { months, named } = period;
  const length = months === undefined ? named : t("purpose-months", { months });
  return t("purpose-for", { what, length });
}
