// The terms that the user agrees to before a payment. They are stored when the question opens, so that the user pays what
// was shown, whatever is read meanwhile. This file also finds out which of the terms no longer hold.

import { isSameAmount } from "./amount-math.ts";
import type { Amount, DuePaymentInProgress, MethodView, Payer, Quote, PaymentRequest } from "./types.ts";

export interface PaymentTerms {
  readonly request: PaymentRequest;
  readonly total: Amount;
  /** What is paid for; `null` for a top-up. */
  readonly purpose: string | null;
  readonly method: MethodView;
  /** `null` where the provider asks for no payer. */
  readonly payer: Payer | null;
  /** Payments for the same purpose that have not ended yet. */
  readonly duplicates: readonly DuePaymentInProgress[];
}

/** The same terms as they are now. */
export interface CurrentTerms {
  readonly request: PaymentRequest | null;
  /** `null` while the quote is loading. */
  readonly quote: Quote | null;
  readonly duplicates: readonly DuePaymentInProgress[];
}

export interface TermsChange {
  readonly what: "payer" | "method" | "purpose" | "already" | "total" | "refused";
  readonly terms: PaymentTerms;
  /** The new total, if the total has changed. */
  readonly total: Amount | null;
}

/** The first of the terms that no longer holds; `null` while all of them do. */
export function changedTerms(terms: PaymentTerms, now: CurrentTerms): TermsChange | null {
  const change = (what: TermsChange["what"], total: Amount | null = null): TermsChange => ({ what, terms, total });
  const { request, quote } = now;
  if (request === null || !isEqual(request.purpose, terms.request.purpose)) return change("purpose");
  if (request.payer !== terms.request.payer) return change("payer");
  if (request.method !== terms.request.method || request.save_method !== terms.request.save_method)
    return change("method");
  const known = new Set(terms.duplicates.map(({ top_up }) => top_up.id));
  if (now.duplicates.some(({ top_up }) => !known.has(top_up.id))) return change("already");
  if (quote === null) return null;
  if (quote.error !== null || quote.total === null) return change("refused");
  return isSameAmount(quote.total, terms.total) ? null : change("total", quote.total);
}

/** The unfinished payments for the same services or the same order. */
export function paymentsInProgressFor(
  purpose: PaymentRequest["purpose"] | null,
  paymentsInProgress: readonly DuePaymentInProgress[],
): DuePaymentInProgress[] {
  if (purpose === null || purpose.what === "top_up") return [];
  return paymentsInProgress.filter(({ services, order }) =>
    purpose.what === "migration"
      ? order === purpose.order
      : purpose.services.some(({ service }) => services.includes(service)),
  );
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
