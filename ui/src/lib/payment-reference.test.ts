import { describe, expect, it } from "vitest";
import { paymentReference } from "./payment-reference.ts";
import type { PaymentView } from "./types.ts";

const TX = `0x${"0b".repeat(32)}`;
const NAMES = { number: null, provider_id: null, transaction: null };
const payment = (of: Partial<PaymentView>) => ({ ...NAMES, ...of }) as PaymentView;

describe("paymentReference", () => {
  it("is its number, else the provider's id, else its transaction", () => {
    const all = { number: "2026-1", provider_id: "pay_1", transaction: TX };
    expect(paymentReference(payment(all))).toEqual({ text: "2026-1", what: "number" });
    expect(paymentReference(payment({ ...all, number: null }))).toEqual({ text: "pay_1", what: "id" });
    expect(paymentReference(payment({ transaction: TX }))).toEqual({ text: TX, what: "transaction" });
  });

  it("is never an id that only Bursar knows", () => {
    expect(paymentReference(payment({ id: `chain:${TX}:1`, transaction: TX }))?.text).toBe(TX);
    expect(paymentReference(payment({ id: "local:6f1c" }))).toBeNull();
  });
});
