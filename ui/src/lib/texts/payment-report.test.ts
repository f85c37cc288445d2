import { expect, it } from "vitest";
import type { PaymentView } from "../types.ts";
import { isReportable, paymentReport } from "./payment-report.ts";
import { statusMeaning } from "./status-meaning.ts";

function payment(of: Partial<PaymentView>): PaymentView {
  return {
    account: "a",
    id: "p-1",
    provider_id: "p-1",
    number: null,
    kind: "top_up",
    purpose: null,
    status: "expired",
    reason: null,
    amount: { amount: "25.00", currency: "USD" },
    fee: null,
    source: "nowpayments",
    source_title: "NOWPayments",
    late_money: "not_credited",
    payer: null,
    method: null,
    has_invoice: false,
    created_at: "2026-11-30T12:00:00Z",
    updated_at: "2026-12-01T12:00:00Z",
    verifiable: false,
    verified: false,
    matched: null,
    transaction: null,
    block: null,
    top_up: null,
    ...of,
  };
}

it("names what the team needs to find the payment", () => {
  const report = paymentReport(payment({ transaction: "0xabc" }));
  for (const part of ["p-1", "25.00 USD", "NOWPayments", "2026-11-30T12:00:00Z", "2026-12-01T12:00:00Z", "0xabc"])
    expect(report).toContain(part);
});

it("is offered only for a top-up that has ended where late money is not credited by itself", () => {
  expect(isReportable(payment({}))).toBe(true);
  expect(isReportable(payment({ status: "open" }))).toBe(false);
  expect(isReportable(payment({ status: "completed" }))).toBe(false);
  expect(isReportable(payment({ late_money: "credited" }))).toBe(false);
});

it("tells nobody to wait for money that is not credited by itself", () => {
  for (const status of ["expired", "cancelled", "failed"] as const) {
    const facts = { status, kind: "top_up", verifiable: false, page: false } as const;
    expect(statusMeaning({ ...facts, late_money: "not_credited" })).toMatch(/contact the provider/);
    expect(statusMeaning({ ...facts, late_money: "credited" })).toMatch(/keeps checking/);
    expect(statusMeaning(facts)).toMatch(/keeps checking/);
  }
});
