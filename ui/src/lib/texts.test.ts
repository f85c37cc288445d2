import { describe, expect, it } from "vitest";
import type { PaymentKind, PaymentStatus, PaymentView } from "./types.ts";
import { statusMeaning, paymentReference, STATUS_LABELS, showsVerification } from "./texts.ts";

const TX = `0x${"0b".repeat(32)}`;
const NAMES = { number: null, provider_id: null, transaction: null };
const payment = (of: Partial<PaymentView>) => ({ ...NAMES, ...of }) as PaymentView;
const STATUSES = Object.keys(STATUS_LABELS) as PaymentStatus[];

describe("what a payment is called", () => {
  it("is its number, else the provider's id, else its transaction", () => {
    const all = { number: "2026-1", provider_id: "pay_1", transaction: TX };
    expect(paymentReference(payment(all))).toEqual({ text: "2026-1", what: "number" });
    expect(paymentReference(payment({ ...all, number: null }))).toEqual({ text: "pay_1", what: "id" });
    expect(paymentReference(payment({ transaction: TX }))).toEqual({ text: TX, what: "transaction" });
  });

  it("is never an id of Bursar's own", () => {
    expect(paymentReference(payment({ id: `chain:${TX}:1`, transaction: TX }))?.text).toBe(TX);
    expect(paymentReference(payment({ id: "local:6f1c" }))).toBeNull();
  });
});

describe("verification", () => {
  const told = (of: Partial<PaymentView>) =>
    STATUSES.filter((status) => showsVerification(payment({ verifiable: true, verified: false, status, ...of })));

  it("is spoken of only where the money is on the chain or expected there", () => {
    expect(told({})).toEqual(["confirming", "under_review", "completed"]);
    expect(told({ verified: true })).toEqual(STATUSES);
  });

  it("is not spoken of where there is no chain", () => {
    expect(told({ verifiable: false })).toEqual([]);
    expect(told({ verifiable: false, verified: true })).toEqual([]);
  });
});

it("speaks of no wallet and no chain where there is none", () => {
  for (const status of STATUSES)
    for (const kind of ["top_up", "renewal", "migration", "credit", "refund"] as PaymentKind[])
      for (const page of [true, false])
        expect(statusMeaning({ status, kind, page, verifiable: false })).not.toMatch(/wallet|chain|contract|verif/i);
});
