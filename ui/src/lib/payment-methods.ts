// Which payment methods a payer has, and which one stays chosen when payers or methods change. These functions are pure:
// the same lists give the same choice.

import { isSameAmount } from "./amount-math.ts";
import { t } from "./l10n/l10n.svelte.ts";
import type { MethodView, Payer } from "./types.ts";

/** A chosen method that cannot stay chosen, and the reason. */
export interface DroppedMethod {
  method: MethodView;
  /** It is not linked to the payer, it is no longer offered, or it cannot be used at the moment. */
  reason: "payer" | "gone" | "unusable";
}

export interface MethodSelection {
  method: MethodView | null;
  dropped: DroppedMethod | null;
}

/** Keeps the chosen payer, as it is offered now. A payer who is gone is dropped for the provider's first one. */
export function reselectPayer(
  payers: readonly Payer[],
  chosen: Payer | null,
): { payer: Payer | null; dropped: Payer | null } {
  const first = payers[0] ?? null;
  if (chosen === null) return { payer: first, dropped: null };
  const now = payers.find((one) => one.id === chosen.id);
  return now ? { payer: now, dropped: null } : { payer: first, dropped: chosen };
}

/** The methods that are linked to the payer or to no payer at all, in the provider's order. */
export function methodsForPayer(methods: readonly MethodView[], payer: string | null): MethodView[] {
  return methods.filter(
    (one) => one.payers.length === 0 || payer === null || one.payers.some((linked) => linked === payer),
  );
}

/** A saved method can be used once it is confirmed. */
export function isUsable(method: MethodView): boolean {
  return method.saved === null || method.saved.state === "confirmed";
}

/** The default saved method, else the first usable one. */
export function preselectedMethod(offered: readonly MethodView[]): MethodView | null {
  const usable = offered.filter(isUsable);
  return usable.find((one) => one.saved?.is_default) ?? usable[0] ?? null;
}

/** Keeps the chosen method while the payer can use it. Otherwise drops it, with the reason, and chooses another. */
export function reselectMethod(
  methods: readonly MethodView[],
  payer: string | null,
  chosen: MethodView | null,
): MethodSelection {
  const offered = methodsForPayer(methods, payer);
  if (chosen === null) return { method: preselectedMethod(offered), dropped: null };
  const now = offered.find((one) => one.code === chosen.code);
  if (now && isUsable(now)) return { method: now, dropped: null };
  const reason = now ? "unusable" : methods.some((one) => one.code === chosen.code) ? "payer" : "gone";
  return { method: preselectedMethod(offered), dropped: { method: chosen, reason } };
}

/** What distinguishes saved methods: a card's last digits or an e-mail address. */
const DISTINGUISHING_PART = /\d{4}|[^\s,]+@[^\s,]+/;

/** The method's name for users: the provider's name, and what distinguishes a saved method if the name lacks it. */
export function methodName(method: MethodView): string {
  const { detail = "", expires = null } = method.saved ?? {};
  const part = DISTINGUISHING_PART.exec(detail)?.[0] ?? detail;
  if (method.name.includes(part)) return method.name;
  const name = detail.includes(method.name) ? detail : `${method.name} ${detail}`;
  return expires ? t("saved-method-until", { card: name, date: expires }) : name;
}

function isSameMax(one: MethodView["max"], other: MethodView["max"]): boolean {
  return one === null || other === null ? one === other : isSameAmount(one, other);
}

/** Whether all methods have the same limits, so that showing these once is enough. */
export function haveSameLimits(methods: readonly MethodView[]): boolean {
  const [first, ...others] = methods;
  return (
    first !== undefined &&
    others.length > 0 &&
    others.every((one) => isSameAmount(one.min, first.min) && isSameMax(one.max, first.max))
  );
}
