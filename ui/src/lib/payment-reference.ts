// The name by which people ask a provider or a block explorer about a payment.

import type { PaymentView } from "./types.ts";

/** A name by which people can ask the provider or the explorer about a payment. */
export interface PaymentReference {
  text: string;
  what: "number" | "id" | "transaction";
}

/** The number, else the provider's id, else the transaction; `null` for what only Bursar has an id of. */
export function paymentReference({ number, provider_id, transaction }: PaymentView): PaymentReference | null {
  if (number !== null) return { text: number, what: "number" };
  if (provider_id !== null) return { text: provider_id, what: "id" };
  return transaction === null ? null : { text: transaction, what: "transaction" };
}

/** "9105eb3…140": the head and tail by which people tell ids apart. */
export function abbreviateId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 7)}…${id.slice(-4)}` : id;
}
