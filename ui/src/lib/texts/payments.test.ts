import { describe, expect, it } from "vitest";
import type { PaymentKind, PaymentView } from "../types.ts";
import { isPayersTransaction, showsVerification, sourceName, STATUSES } from "./payments.ts";
import { statusMeaning } from "./status-meaning.ts";

const payment = (of: Partial<PaymentView>) => of as PaymentView;

it("names a source by its title, else by its code, else by the kind of payment", () => {
  const top_up = { kind: "top_up", source: "code", source_title: "Title" } as const;
  expect(sourceName(payment(top_up))).toBe("Title");
  expect(sourceName(payment({ ...top_up, source_title: null }))).toBe("code");
  expect(sourceName(payment({ ...top_up, source: null, source_title: null }))).toBe("Top-up");
  expect(sourceName(payment({ kind: "refund", source: "chain" }))).toBe("Refund");
});

it("has words for sources without a payment page", () => {
  expect(sourceName(payment({ kind: "top_up", source: "x402", other_source: "x402" }))).toBe("x402 payment");
  expect(sourceName(payment({ kind: "top_up", source: "promo", other_source: "promo_code" }))).toBe("Promo code");
});

it("knows whose chain a transaction is on", () => {
  expect(isPayersTransaction(payment({ other_source: "x402", verified: false }))).toBe(true);
  expect(isPayersTransaction(payment({ other_source: "x402", verified: true }))).toBe(false);
  expect(isPayersTransaction(payment({ other_source: null, verified: false }))).toBe(false);
});

describe("verification", () => {
  const statusesShown = (of: Partial<PaymentView>) =>
    STATUSES.filter((status) => showsVerification(payment({ verifiable: true, verified: false, status, ...of })));

  it("is mentioned only when the money is on the chain or expected there", () => {
    expect(statusesShown({})).toEqual(["confirming", "under_review", "completed"]);
    expect(statusesShown({ verified: true })).toEqual(STATUSES);
  });

  it("is not mentioned when there is no chain", () => {
    expect(statusesShown({ verifiable: false })).toEqual([]);
    expect(statusesShown({ verifiable: false, verified: true })).toEqual([]);
  });
});

it("does not mention a wallet or a chain when there is none", () => {
  for (const status of STATUSES)
    for (const kind of ["top_up", "renewal", "migration", "credit", "refund"] as PaymentKind[])
      for (const page of [true, false])
        expect(statusMeaning({ status, kind, page, verifiable: false })).not.toMatch(/wallet|chain|contract|verif/i);
});
