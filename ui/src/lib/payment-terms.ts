// What a confirmation asks for: taken down once, so that what is drawn is what is paid, whatever is read meanwhile; and
// what of it no longer holds. Pure: the same readings give the same word.

import { isSameAmount } from "./money.ts";
import type { Amount, DueUnderWay, MethodView, Payer, Quote, Wish } from "./types.ts";

/** What the user is asked to agree to. */
export interface PaymentTerms {
  readonly wish: Wish;
  readonly total: Amount;
  /** In the provider's words; `null` for the balance itself. */
  readonly purpose: string | null;
  readonly method: MethodView;
  /** `null` where the provider asks for no payer. */
  readonly payer: Payer | null;
  /** Payments for the same that have not ended yet. */
  readonly already: readonly DueUnderWay[];
}

/** How it reads by now. */
export interface CurrentTerms {
  readonly wish: Wish | null;
  /** `null` while it is on its way. */
  readonly quote: Quote | null;
  readonly already: readonly DueUnderWay[];
}

export interface TermsChange {
  readonly what: "payer" | "method" | "purpose" | "already" | "total" | "refused";
  readonly terms: PaymentTerms;
  /** What it costs now, where that is what has changed. */
  readonly total: Amount | null;
}

/** What of the question no longer holds; `null` as long as all of it does. */
export function changedTerms(terms: PaymentTerms, now: CurrentTerms): TermsChange | null {
  const change = (what: TermsChange["what"], total: Amount | null = null): TermsChange => ({ what, terms, total });
  const { wish, quote } = now;
  if (wish === null || !isEqual(wish.purpose, terms.wish.purpose)) return change("purpose");
  if (wish.payer !== terms.wish.payer) return change("payer");
  if (wish.method !== terms.wish.method || wish.save_method !== terms.wish.save_method) return change("method");
  const known = new Set(terms.already.map(({ top_up }) => top_up.id));
  if (now.already.some(({ top_up }) => !known.has(top_up.id))) return change("already");
  if (quote === null) return null;
  if (quote.error !== null || quote.total === null) return change("refused");
  return isSameAmount(quote.total, terms.total) ? null : change("total", quote.total);
}

/** The payments that are under way for what is wished for. */
export function paymentsUnderWayFor(purpose: Wish["purpose"] | null, underWay: readonly DueUnderWay[]): DueUnderWay[] {
  if (purpose === null || purpose.what === "top_up") return [];
  return underWay.filter(({ services, order }) =>
    purpose.what === "migration"
      ? order === purpose.order
      : purpose.services.some(({ service }) => services.includes(service)),
  );
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
