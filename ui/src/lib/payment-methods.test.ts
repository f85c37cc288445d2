import { describe, expect, it } from "vitest";
import {
  isUsable,
  methodName,
  methodsForPayer,
  preselectedMethod,
  haveSameLimits,
  reselectMethod,
  reselectPayer,
} from "./payment-methods.ts";
import type { MethodView } from "./types.ts";

const PLAIN: MethodView = {
  code: "card_page",
  name: "Card",
  kind: "payment_system",
  payers: [],
  min: { amount: "0.50", currency: "USD" },
  max: { amount: "15000.00", currency: "USD" },
  saved: null,
  can_be_saved: true,
  debits_at_once: false,
};

function saved(code: string, payer: string, more: Partial<NonNullable<MethodView["saved"]>> = {}): MethodView {
  return {
    ...PLAIN,
    code,
    name: "Visa",
    kind: "saved",
    payers: [payer],
    saved: { state: "confirmed", is_default: false, detail: "•••• 4242", expires: null, ...more },
    can_be_saved: false,
    debits_at_once: true,
  };
}

const HERS = saved("hers", "jane");
const HIS = saved("his", "acme", { is_default: true });
const WAITING = saved("waiting", "jane", { state: "pending", is_default: true });
const ALL = [PLAIN, HERS, HIS, WAITING];

describe("methodsForPayer", () => {
  it("returns the payer's methods and those of all payers", () => {
    expect(methodsForPayer(ALL, "jane")).toEqual([PLAIN, HERS, WAITING]);
    expect(methodsForPayer(ALL, "acme")).toEqual([PLAIN, HIS]);
  });

  it("returns all methods when the provider has no payers", () => {
    expect(methodsForPayer(ALL, null)).toEqual(ALL);
  });
});

describe("reselectPayer", () => {
  const jane = { id: "jane", name: "Jane Doe" };
  const acme = { id: "acme", name: "Acme" };

  it("starts with the provider's first payer, or with none when there are no payers", () => {
    expect(reselectPayer([jane, acme], null)).toEqual({ payer: jane, dropped: null });
    expect(reselectPayer([], null)).toEqual({ payer: null, dropped: null });
  });

  it("keeps the chosen payer, with the current name", () => {
    const renamed = { ...acme, name: "Acme Engineering" };
    expect(reselectPayer([jane, renamed], acme)).toEqual({ payer: renamed, dropped: null });
  });

  it("drops a payer who is gone, and reports it", () => {
    expect(reselectPayer([jane], acme)).toEqual({ payer: jane, dropped: acme });
    expect(reselectPayer([], acme)).toEqual({ payer: null, dropped: acme });
  });
});

describe("preselectedMethod", () => {
  it("is the default saved method", () => {
    expect(preselectedMethod(methodsForPayer(ALL, "acme"))).toBe(HIS);
  });

  it("is never an unusable method", () => {
    expect(isUsable(WAITING)).toBe(false);
    expect(preselectedMethod(methodsForPayer(ALL, "jane"))).toBe(PLAIN);
    expect(preselectedMethod([WAITING, saved("broken", "jane", { state: "failed" })])).toBeNull();
  });
});

describe("reselectMethod", () => {
  it("keeps the chosen method, as it is offered now", () => {
    const newer = { ...HERS, name: "Visa Gold" };
    expect(reselectMethod([PLAIN, newer], "jane", HERS)).toEqual({ method: newer, dropped: null });
  });

  it("drops a method that is not linked to the payer, and reports it", () => {
    expect(reselectMethod(ALL, "acme", HERS)).toEqual({ method: HIS, dropped: { method: HERS, reason: "payer" } });
  });

  it("drops a method that was removed elsewhere", () => {
    expect(reselectMethod([PLAIN], "jane", HERS)).toEqual({ method: PLAIN, dropped: { method: HERS, reason: "gone" } });
  });

  it("drops a method that has become unusable", () => {
    const broken = saved("hers", "jane", { state: "failed" });
    expect(reselectMethod([broken], "jane", HERS)).toEqual({
      method: null,
      dropped: { method: HERS, reason: "unusable" },
    });
  });
});

describe("methodName", () => {
  it("adds the detail that distinguishes saved methods, once", () => {
    expect(methodName(HERS)).toBe("Visa •••• 4242");
    expect(methodName({ ...HERS, name: "Visa •••• 4242" })).toBe("Visa •••• 4242");
    expect(methodName({ ...HERS, name: "Visa ending in 4242" })).toBe("Visa ending in 4242");
    const mail = saved("x", "jane", { detail: "jane@example.org" });
    expect(methodName({ ...mail, name: "PayPal (jane@example.org)" })).toBe("PayPal (jane@example.org)");
    expect(methodName({ ...mail, name: "PayPal" })).toBe("PayPal jane@example.org");
    expect(methodName(saved("x", "jane", { detail: "Visa •••• 1" }))).toBe("Visa •••• 1");
    expect(methodName(saved("x", "jane", { expires: "08/29" }))).toBe("Visa •••• 4242, valid until 08/29");
    expect(methodName(PLAIN)).toBe("Card");
  });
});

describe("haveSameLimits", () => {
  it("is true only for several methods with equal limits", () => {
    expect(haveSameLimits(ALL)).toBe(true);
    expect(haveSameLimits([PLAIN])).toBe(false);
    expect(haveSameLimits([PLAIN, { ...HERS, max: null }])).toBe(false);
  });
});
