// What users quote when they ask a provider about a payment or look it up in a block explorer.

import type { PaymentView } from "./types.ts";

export interface PaymentReference {
  text: string;
  what: "number" | "id" | "transaction";
}

/** The payment's number, else the provider's id, else the transaction; `null` when only Bursar has an id for it. */
export function paymentReference({ number, provider_id, transaction }: PaymentView): PaymentReference | null {
  if (number !== null) return { text: number, what: "number" };
  if (provider_id !== null) return { text: provider_id, what: "id" };
  return transaction === null ? null : { text: transaction, what: "transaction" };
}

/** "9105eb3…c140": the start and the end are enough to distinguish ids. */
export function abbreviateId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 7)}…${id.slice(-4)}` : id;
}
