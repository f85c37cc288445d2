import { describe, expect, it } from "vitest";
import { Confirmation } from "./confirmation.svelte.ts";
import { paymentsInProgressFor, changedTerms, type PaymentTerms, type CurrentTerms } from "./payment-terms.ts";
import type { DuePaymentInProgress, MethodView, Quote, TopUpView, PaymentRequest } from "./types.ts";

const usd = (amount: string) => ({ amount, currency: "USD" });

const VISA: MethodView = {
  code: "pm_visa",
  name: "Visa",
  kind: "saved",
  payers: ["jane"],
  min: usd("0.50"),
  max: null,
  saved: { state: "confirmed", is_default: true, detail: "•••• 4242", expires: null },
  can_be_saved: false,
  debits_at_once: true,
};

const REQUEST: PaymentRequest = {
  purpose: { what: "top_up", amount: "54" },
  payer: "jane",
  method: "pm_visa",
  save_method: false,
};

const QUOTE: Quote = {
  amount: usd("54.00"),
  fee: usd("0.00"),
  total: usd("54.00"),
  balance_after: null,
  purpose: null,
  method: "pm_visa",
  needs_confirmation: true,
  error: null,
  warning: null,
};

const TERMS: PaymentTerms = {
  request: REQUEST,
  total: usd("54.00"),
  purpose: null,
  method: VISA,
  payer: { id: "jane", name: "Jane Doe" },
  duplicates: [],
};

const NOW: CurrentTerms = { request: REQUEST, quote: QUOTE, duplicates: [] };

const TOP_UP: TopUpView = {
  id: "t1",
  payment_id: "pay_1",
  kind: "renewal",
  purpose: "vm-14 (1 month)",
  amount: usd("24.90"),
  status: "open",
  reason: null,
  created_at: "2026-01-31T12:00:00Z",
  expires_at: null,
  can_open: false,
  refused_host: null,
  late_money: "credited",
  help: "none",
  usually_expires_at: null,
  can_cancel: true,
  cancel_requested: false,
  checked_at: null,
  error: null,
};

function under(services: string[], order: string | null = null, id = "t1"): DuePaymentInProgress {
  return { services, order, top_up: { ...TOP_UP, id } };
}

function what(now: Partial<CurrentTerms>, terms: PaymentTerms = TERMS) {
  return changedTerms(terms, { ...NOW, ...now })?.what ?? null;
}

describe("changedTerms", () => {
  it("reports nothing while the terms are the same, also after they were read again", () => {
    expect(what({})).toBeNull();
    expect(what({ request: structuredClone(REQUEST), quote: structuredClone(QUOTE) })).toBeNull();
  });

  it("reports nothing while the price is loading, as the total on screen is the one that is sent", () => {
    expect(what({ quote: null })).toBeNull();
  });

  it("reports the method when it was replaced or removed", () => {
    expect(what({ request: { ...REQUEST, method: "pm_master" }, quote: null })).toBe("method");
    expect(what({ request: { ...REQUEST, method: null }, quote: null })).toBe("method");
    expect(what({ request: { ...REQUEST, save_method: true } })).toBe("method");
  });

  it("reports the payer, whichever method came with the new one", () => {
    expect(what({ request: { ...REQUEST, payer: "acme" } })).toBe("payer");
    expect(what({ request: { ...REQUEST, payer: "acme", method: "pm_acme" }, quote: null })).toBe("payer");
  });

  it("reports the purpose when it is gone or has changed", () => {
    expect(what({ request: null, quote: null })).toBe("purpose");
    const renewal = (period: string): PaymentRequest => ({
      ...REQUEST,
      purpose: { what: "renewal", services: [{ service: "s1", period }] },
    });
    expect(what({ request: renewal("1m") }, { ...TERMS, request: renewal("1m") })).toBeNull();
    expect(what({ request: renewal("3m") }, { ...TERMS, request: renewal("1m") })).toBe("purpose");
  });

  it("reports the total, with the new one", () => {
    const dearer = changedTerms(TERMS, { ...NOW, quote: { ...QUOTE, total: usd("60.00") } });
    expect(dearer).toEqual({ what: "total", terms: TERMS, total: usd("60.00") });
    expect(what({ quote: { ...QUOTE, total: { amount: "54.00", currency: "EUR" } } })).toBe("total");
  });

  it("reports a refusal when the payment is not possible any more or its price is unknown", () => {
    const error = { code: "amount_too_large", detail: "The most is 50.00 USD.", retryable: false } as const;
    expect(what({ quote: { ...QUOTE, error } })).toBe("refused");
    expect(what({ quote: { ...QUOTE, total: null } })).toBe("refused");
  });

  it("reports a payment for the same purpose that was started elsewhere, unless it was shown before", () => {
    expect(what({ duplicates: [under(["s1"])] })).toBe("already");
    expect(what({ duplicates: [under(["s1"])] }, { ...TERMS, duplicates: [under(["s1"])] })).toBeNull();
    expect(what({ duplicates: [] }, { ...TERMS, duplicates: [under(["s1"])] })).toBeNull();
  });
});

describe("paymentsInProgressFor", () => {
  const paymentsInProgress = [under(["s1", "s2"], null, "t1"), under([], "m1", "t2")];

  it("finds the payments for any of the services or for the order", () => {
    const renewal = { what: "renewal" as const, services: [{ service: "s2", period: "1m" }] };
    expect(paymentsInProgressFor(renewal, paymentsInProgress).map(({ top_up }) => top_up.id)).toEqual(["t1"]);
    expect(paymentsInProgressFor({ what: "migration", order: "m1", period: "1m" }, paymentsInProgress)).toEqual([
      paymentsInProgress[1],
    ]);
  });

  it("finds no payment for another purpose, for a top-up, or without a purpose", () => {
    expect(
      paymentsInProgressFor({ what: "renewal", services: [{ service: "s3", period: "1m" }] }, paymentsInProgress),
    ).toEqual([]);
    expect(paymentsInProgressFor({ what: "migration", order: "m2", period: "1m" }, paymentsInProgress)).toEqual([]);
    expect(paymentsInProgressFor({ what: "top_up", amount: "10" }, paymentsInProgress)).toEqual([]);
    expect(paymentsInProgressFor(null, paymentsInProgress)).toEqual([]);
  });
});

describe("Confirmation", () => {
  const gone = { code: "method_unknown", detail: "It is not offered any more.", retryable: false } as const;

  it("stays open while nothing changes", () => {
    const confirmation = new Confirmation();
    confirmation.ask(TERMS);
    confirmation.recheck({ ...NOW, quote: null });
    expect([confirmation.terms, confirmation.withdrawn]).toEqual([TERMS, null]);
  });

  it("is withdrawn, with the most precise reason that was read", () => {
    const confirmation = new Confirmation();
    confirmation.ask(TERMS);
    confirmation.recheck({ ...NOW, quote: { ...QUOTE, error: gone } });
    expect([confirmation.terms, confirmation.withdrawn?.what]).toEqual([null, "refused"]);
    confirmation.recheck({ ...NOW, request: { ...REQUEST, method: "pm_master" }, quote: null });
    expect([confirmation.terms, confirmation.withdrawn?.what]).toEqual([null, "method"]);
    confirmation.recheck(NOW);
    expect(confirmation.withdrawn?.what, "a withdrawn question does not open again by itself").toBe("method");
    expect(confirmation.terms).toBeNull();
  });

  it("gives no reason after the user has moved on or has answered", () => {
    const confirmation = new Confirmation();
    confirmation.ask(TERMS);
    confirmation.recheck({ ...NOW, request: null });
    confirmation.clearWithdrawn();
    confirmation.recheck({ ...NOW, request: { ...REQUEST, payer: "acme" } });
    expect(confirmation.withdrawn).toBeNull();
    confirmation.ask(TERMS);
    confirmation.close();
    confirmation.recheck({ ...NOW, request: null });
    expect([confirmation.terms, confirmation.withdrawn]).toEqual([null, null]);
  });
});
