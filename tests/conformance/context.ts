/** What the checks know about the account whose key they use, and payments that a check creates and cancels again. */
import { randomUUID } from "node:crypto";
import { moneyOf, type Account, type Method, type Options, type Payer, type Payment } from "./response_bodies.ts";
import type { Answer, Client } from "./client.ts";

export const RETURN_URL = "org.bursar.desktop://top-up/return?state=conformance";

/** An id that no server has. */
export const UNKNOWN = "conformance-unknown";

/** Thrown by a check that this account's data does not allow. */
export class Skipped extends Error {}

export interface Context {
  readonly account: Account;
  readonly options: Options;
  readonly payers: readonly Payer[];
  readonly methods: readonly Method[];
}

export async function loadContext(client: Client): Promise<Context> {
  const [account, options, payers, methods] = await Promise.all([
    client.call<Account>("getAccount"),
    client.call<Options>("getTopUpOptions"),
    client.call<{ items: Payer[] }>("listPayers"),
    client.call<{ items: Method[] }>("listPaymentMethods"),
  ]);
  return { account: account.body, options: options.body, payers: payers.body.items, methods: methods.body.items };
}

/** Finds a payment system, through which a check can create payments that nobody has to pay. */
export function findPaymentSystem(context: Context): Method {
  const found = context.methods.find((method) => method.kind === "payment_system");
  if (found === undefined) throw new Skipped("this account has no usable payment system");
  return found;
}

/** The body of a top-up of the minimum amount through that method. */
export function topUpBody(context: Context, method: Method): Record<string, unknown> {
  return paymentBody(method, { kind: "top_up", amount: context.options.min }, context.options.min);
}

export function paymentBody(method: Method, purpose: unknown, total: unknown): Record<string, unknown> {
  return { purpose, payer: method.payer, method: method.id, expected_total: total, return_url: RETURN_URL };
}

export function moneyIn(context: Context, count: bigint): { amount: string; currency: string } {
  return moneyOf(count, context.account);
}

export function newIdempotencyKey(): { "idempotency-key": string } {
  return { "idempotency-key": `conformance-${randomUUID()}` };
}

export async function createPayment(client: Client, body: unknown): Promise<Answer<Payment>> {
  return client.call<Payment>("createPayment", { body, headers: newIdempotencyKey() }, 201);
}

export async function cancelPayment(client: Client, payment: Payment): Promise<Payment> {
  return (await client.call<Payment>("cancelPayment", { path: { payment: payment.id } })).body;
}

/** Creates a payment, inspects it, and cancels it whatever happens. */
export async function withPayment(
  client: Client,
  body: unknown,
  inspect: (payment: Payment) => Promise<void>,
): Promise<void> {
  const { body: payment } = await createPayment(client, body);
  try {
    await inspect(payment);
  } finally {
    await cancelPayment(client, payment);
  }
}
