import { describe, expect, it } from "vitest";
import { PaymentChoice } from "./payment-choice.svelte.ts";
import type { MethodView, TopUpForm } from "./types.ts";

const usd = (amount: string) => ({ amount, currency: "USD" });
const JANE = { id: "jane", name: "Jane Doe" };
const ACME = { id: "acme", name: "Acme" };

function method(code: string, payer: string, is_default = false): MethodView {
  return {
    code,
    name: code,
    kind: "saved",
    payers: [payer],
    min: usd("0.50"),
    max: null,
    saved: { state: "confirmed", is_default, detail: "•••• 4242", expires: null },
    can_be_saved: false,
    debits_at_once: true,
  };
}

const PAGE: MethodView = { ...method("page", "jane"), kind: "payment_system", saved: null, can_be_saved: true };
const HERS = method("hers", "jane", true);
const THEIRS = method("theirs", "acme", true);

const FORM: TopUpForm = {
  top_up_id: "6f1c1c5e-6f0c-4f6e-9c7e-2f6c0aa1c141",
  payers: [JANE, ACME],
  methods: [PAGE, HERS, THEIRS],
  methods_as_of: null,
  currency: "USD",
  decimals: 2,
  presets: [],
  clears_debt: null,
  headroom: null,
  balance_max: null,
  open: null,
  returns_by_link: true,
  blocked: null,
};

describe("PaymentChoice", () => {
  it("starts with the first payer and their default method, and drops nothing", () => {
    const choice = new PaymentChoice(FORM);
    expect([choice.payer, choice.method, choice.droppedMethod, choice.droppedPayer]).toEqual([JANE, HERS, null, null]);
    expect(choice.methods).toEqual([PAGE, HERS]);
  });

  it("keeps the choice when the form is read again", () => {
    const choice = new PaymentChoice(FORM);
    choice.selectMethod("page");
    choice.update(structuredClone(FORM));
    expect([choice.payer, choice.method, choice.droppedMethod]).toEqual([JANE, PAGE, null]);
  });

  it("reports which payer and method are gone until the user chooses again", () => {
    const choice = new PaymentChoice(FORM);
    const without = { ...FORM, payers: [ACME], methods: [THEIRS] };
    choice.update(without);
    expect([choice.payer, choice.droppedPayer]).toEqual([ACME, JANE]);
    expect([choice.method, choice.droppedMethod]).toEqual([THEIRS, { method: HERS, reason: "gone" }]);
    choice.update(structuredClone(without));
    expect(choice.droppedPayer, "reported until the user chooses").toEqual(JANE);
    choice.selectPayer("acme");
    expect([choice.droppedPayer, choice.droppedMethod]).toEqual([null, null]);
  });

  it("ignores a payer who is not offered", () => {
    const choice = new PaymentChoice(FORM);
    choice.selectPayer("nobody");
    expect(choice.payer).toEqual(JANE);
  });

  it("saves a method only when it can be saved", () => {
    const choice = new PaymentChoice(FORM);
    choice.saveRequested = true;
    expect(choice.savesMethod).toBe(false);
    choice.selectMethod("page");
    expect(choice.savesMethod).toBe(true);
  });
});
