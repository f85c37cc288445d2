import { describe, expect, it } from "vitest";
import type { PaymentKind, PaymentView } from "../types.ts";
import { showsVerification, sourceName, STATUSES } from "./payments.ts";
import { statusMeaning } from "./status-meaning.ts";

const payment = (of: Partial<PaymentView>) => of as PaymentView;

it("names a source by its title, else by its code, else by the kind of payment", () => {
  const top_up = { kind: "top_up", source: "code", source_title: "Title" } as const;
  expect(sourceName(payment(top_up))).toBe("Title");
  expect(sourceName(payment({ ...top_up, source_title: null }))).toBe("code");
  expect(sourceName(payment({ ...top_up, source: null, source_title: null }))).toBe("Top-up");
  expect(sourceName(payment({ kind: "refund", source: "chain" }))).toBe("Refund");
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
