import { describe, expect, it } from "vitest";
import { isUsable, methodName, methodsOf, preselected, sameLimits, settle, settlePayer } from "./methods.ts";
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
    saved: { state: "confirmed", is_default: false, detail: "•••• 4242", ...more },
    can_be_saved: false,
    debits_at_once: true,
  };
}

const HERS = saved("hers", "jane");
const HIS = saved("his", "acme", { is_default: true });
const WAITING = saved("waiting", "jane", { state: "pending", is_default: true });
const ALL = [PLAIN, HERS, HIS, WAITING];

describe("methodsOf", () => {
  it("narrows to the payer and keeps what is anybody's", () => {
    expect(methodsOf(ALL, "jane")).toEqual([PLAIN, HERS, WAITING]);
    expect(methodsOf(ALL, "acme")).toEqual([PLAIN, HIS]);
  });

  it("narrows nothing where nobody is asked who pays", () => {
    expect(methodsOf(ALL, null)).toEqual(ALL);
  });
});

describe("settlePayer", () => {
  const jane = { id: "jane", name: "Jane Doe" };
  const acme = { id: "acme", name: "Acme" };

  it("begins with the provider's first one, or nobody where none is asked for", () => {
    expect(settlePayer([jane, acme], null)).toEqual({ payer: jane, letGo: null });
    expect(settlePayer([], null)).toEqual({ payer: null, letGo: null });
  });

  it("keeps who was chosen, by the name of now", () => {
    const renamed = { ...acme, name: "Acme Engineering" };
    expect(settlePayer([jane, renamed], acme)).toEqual({ payer: renamed, letGo: null });
  });

  it("lets go who is gone, and says so", () => {
    expect(settlePayer([jane], acme)).toEqual({ payer: jane, letGo: acme });
    expect(settlePayer([], acme)).toEqual({ payer: null, letGo: acme });
  });
});

describe("preselected", () => {
  it("is the default saved method", () => {
    expect(preselected(methodsOf(ALL, "acme"))).toBe(HIS);
  });

  it("is never one that cannot be paid with", () => {
    expect(isUsable(WAITING)).toBe(false);
    expect(preselected(methodsOf(ALL, "jane"))).toBe(PLAIN);
    expect(preselected([WAITING, saved("broken", "jane", { state: "failed" })])).toBeNull();
  });
});

describe("settle", () => {
  it("keeps what was chosen, as it is offered now", () => {
    const newer = { ...HERS, name: "Visa Gold" };
    expect(settle([PLAIN, newer], "jane", HERS)).toEqual({ method: newer, letGo: null });
  });

  it("lets go what does not belong to the payer, and says so", () => {
    expect(settle(ALL, "acme", HERS)).toEqual({ method: HIS, letGo: { method: HERS, why: "payer" } });
  });

  it("lets go what was removed elsewhere", () => {
    expect(settle([PLAIN], "jane", HERS)).toEqual({ method: PLAIN, letGo: { method: HERS, why: "gone" } });
  });

  it("lets go what can no longer be paid with", () => {
    const broken = saved("hers", "jane", { state: "failed" });
    expect(settle([broken], "jane", HERS)).toEqual({ method: null, letGo: { method: HERS, why: "unusable" } });
  });
});

describe("methodName", () => {
  it("says what tells saved ones apart, once", () => {
    expect(methodName(HERS)).toBe("Visa •••• 4242");
    expect(methodName({ ...HERS, name: "Visa •••• 4242" })).toBe("Visa •••• 4242");
    expect(methodName({ ...HERS, name: "Visa ending in 4242" })).toBe("Visa ending in 4242");
    const mail = saved("x", "jane", { detail: "jane@example.org" });
    expect(methodName({ ...mail, name: "PayPal (jane@example.org)" })).toBe("PayPal (jane@example.org)");
    expect(methodName({ ...mail, name: "PayPal" })).toBe("PayPal jane@example.org");
    expect(methodName(saved("x", "jane", { detail: "Visa •••• 1" }))).toBe("Visa •••• 1");
    expect(methodName(PLAIN)).toBe("Card");
  });
});

describe("sameLimits", () => {
  it("holds for several with equal limits only", () => {
    expect(sameLimits(ALL)).toBe(true);
    expect(sameLimits([PLAIN])).toBe(false);
    expect(sameLimits([PLAIN, { ...HERS, max: null }])).toBe(false);
  });
});
