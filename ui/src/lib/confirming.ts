// What a confirmation asks for: taken down once, so that what is drawn is what is paid, whatever is read meanwhile; and
// what of it no longer holds. Pure: the same readings give the same word.

import { equals } from "./money.ts";
import type { Amount, DueUnderWay, MethodView, Payer, Quote, Wish } from "./types.ts";

/** What the user is asked to agree to. */
export interface Asked {
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
export interface Reading {
  readonly wish: Wish | null;
  /** `null` while it is on its way. */
  readonly quote: Quote | null;
  readonly already: readonly DueUnderWay[];
}

export interface Changed {
  readonly what: "payer" | "method" | "purpose" | "already" | "total" | "refused";
  readonly asked: Asked;
  /** What it costs now, where that is what has changed. */
  readonly total: Amount | null;
}

/** What of the question no longer holds; `null` as long as all of it does. */
export function changedSince(asked: Asked, now: Reading): Changed | null {
  const said = (what: Changed["what"], total: Amount | null = null): Changed => ({ what, asked, total });
  const { wish, quote } = now;
  if (wish === null || !isSame(wish.purpose, asked.wish.purpose)) return said("purpose");
  if (wish.payer !== asked.wish.payer) return said("payer");
  if (wish.method !== asked.wish.method || wish.save_method !== asked.wish.save_method) return said("method");
  const known = new Set(asked.already.map(({ top_up }) => top_up.id));
  if (now.already.some(({ top_up }) => !known.has(top_up.id))) return said("already");
  if (quote === null) return null;
  if (quote.error !== null || quote.total === null) return said("refused");
  return equals(quote.total, asked.total) ? null : said("total", quote.total);
}

/** The payments that are under way for what is wished for. */
export function alreadyPaidFor(purpose: Wish["purpose"] | null, underWay: readonly DueUnderWay[]): DueUnderWay[] {
  if (purpose === null || purpose.what === "top_up") return [];
  return underWay.filter(({ services, order }) =>
    purpose.what === "migration"
      ? order === purpose.order
      : purpose.services.some(({ service }) => services.includes(service)),
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
