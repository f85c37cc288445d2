/** Checks that only read: the account, payers, methods, conditional requests and refusals. */
import type { Account, Method, Money, Options, Payer } from "./response_bodies.ts";
import { minorUnits } from "./response_bodies.ts";
import type { Check } from "./check.ts";
import { expectEqual, expectThat, type Client } from "./client.ts";
import { newIdempotencyKey, loadContext, type Context, UNKNOWN } from "./context.ts";

export const readChecks: readonly Check[] = [
  {
    name: "the status needs no key and reports no maintenance",
    run: async (client) => {
      const { body } = await client.call<{ maintenance: boolean }>("getStatus", { key: null });
      expectThat(!body.maintenance, "the panel is in maintenance");
    },
  },
  { name: "a missing, wrong or malformed key is refused", run: invalidKeys },
  { name: "the account's amounts have its currency and decimals", run: amounts },
  { name: "the limits are in order and the presets within them", run: limits },
  { name: "exactly one payer is the default and comes first", run: payers },
  { name: "methods belong to payers and are in the order to offer them", run: methods },
  { name: "one method equals its list entry", run: oneMethod },
  { name: "unchanged content keeps its ETag and answers 304", run: conditionalRequests },
  { name: "a request that is no operation is refused with a problem", run: unknownOperations },
];

async function invalidKeys(client: Client): Promise<void> {
  for (const key of [null, "wrong", "  ", "x".repeat(4000)])
    await client.expectRefusal("getAccount", { key }, 401, "unauthorized");
  await client.expectRefusal("listPayments", { key: null }, 401, "unauthorized");
  await client.expectRefusal(
    "createPayment",
    { key: null, body: {}, headers: newIdempotencyKey() },
    401,
    "unauthorized",
  );
}

async function amounts(client: Client): Promise<void> {
  const { body } = await client.call<Account>("getAccount");
  for (const money of [body.balance, body.daily_spend]) if (money !== null) expectAccountCurrency(body, money);
}

export function expectAccountCurrency(account: Account, money: Money): void {
  expectEqual(money.currency, account.currency, "the currency of an amount");
  const decimals = money.amount.split(".")[1]?.length ?? 0;
  expectEqual(decimals, account.currency_decimals, `the decimals of ${money.amount}`);
}

async function limits(client: Client, context: Context): Promise<void> {
  const { body } = await client.call<Options>("getTopUpOptions");
  for (const money of [body.min, body.max, ...body.presets]) expectAccountCurrency(context.account, money);
  const steps = [body.min, ...body.presets, body.max].map(minorUnits);
  expectThat(
    steps.every((step, index) => index === 0 || step >= (steps[index - 1] ?? 0n)),
    "min, presets and max do not ascend",
  );
  expectThat(minorUnits(body.min) > 0n, "min is zero");
}

async function payers(client: Client): Promise<void> {
  const { items } = (await client.call<{ items: Payer[] }>("listPayers")).body;
  expectDistinctIds(items);
  if (items.length === 0) return;
  expectEqual(items.map((payer) => payer.is_default).filter(Boolean).length, 1, "how many payers are the default");
  expectThat(items[0]?.is_default === true, "the default payer is not the first");
}

export function expectDistinctIds(items: readonly { readonly id: string }[]): void {
  expectEqual(new Set(items.map((item) => item.id)).size, items.length, "how many ids are different");
}

async function methods(client: Client, context: Context): Promise<void> {
  expectDistinctIds(context.methods);
  const known = new Set(context.payers.map((payer) => payer.id));
  for (const method of context.methods) expectThat(known.has(method.payer), `${method.id} is of an unknown payer`);
  for (const payer of context.payers) {
    const list = await client.call<{ items: Method[] }>("listPaymentMethods", { query: { payer: payer.id } });
    const { items } = list.body;
    expectThat(
      items.every((method) => method.payer === payer.id),
      "the list of a payer has another's method",
    );
    const all = context.methods.filter((method) => method.payer === payer.id).map((method) => method.id);
    expectEqual(items.map((method) => method.id).toSorted(), all.toSorted(), "a payer's methods, requested alone");
    const ranks = items.map(rank);
    expectEqual(
      ranks,
      ranks.toSorted((one, other) => one - other),
      "the order of the kinds of methods",
    );
    expectThat(items.filter((method) => method.is_default).length <= 1, "a payer has two default methods");
    for (const method of items)
      expectThat(
        (method.reason ?? null) === null || method.status === "failed",
        `${method.id} has a reason but not failed`,
      );
  }
  await client.expectRefusal("listPaymentMethods", { query: { payer: UNKNOWN } }, 422, "unknown_payer");
}

function rank(method: Method): number {
  if (method.kind === "saved") return method.is_default === true ? 0 : 1;
  return method.kind === "payment_system" ? 2 : 3;
}

async function oneMethod(client: Client, context: Context): Promise<void> {
  for (const kind of ["saved", "payment_system", "invoice"]) {
    const method = context.methods.find((one) => one.kind === kind);
    if (method === undefined) continue;
    const { body } = await client.call("getPaymentMethod", { path: { method: method.id } });
    expectEqual(body, method, "a method, requested alone");
  }
  await client.expectRefusal("getPaymentMethod", { path: { method: UNKNOWN } }, 404, "not_found");
}

async function conditionalRequests(client: Client): Promise<void> {
  const { methods: known } = await loadContext(client);
  const calls: [string, Record<string, string>][] = [
    ["getStatus", {}],
    ["getAccount", {}],
    ["getTopUpOptions", {}],
    ["listPayers", {}],
    ["listPaymentMethods", {}],
    ["listPayments", {}],
    ["listRenewableServices", {}],
    ["listMigrations", {}],
    ["listExpenses", {}],
    ...known.slice(0, 1).map((method): [string, Record<string, string>] => ["getPaymentMethod", { method: method.id }]),
  ];
  for (const [id, path] of calls) {
    const first = await client.call(id, { path });
    const tag = first.headers.get("etag") ?? "";
    const again = await client.call(id, { path, headers: { "if-none-match": tag } }, 304);
    expectEqual(again.headers.get("etag"), tag, `the tag of ${id}`);
    await client.call(id, { path, headers: { "if-none-match": '"another"' } });
  }
}

async function unknownOperations(client: Client): Promise<void> {
  const nowhere = await client.raw("GET", "/conformance-nowhere");
  expectEqual([nowhere.status, nowhere.body.code], [404, "not_found"], "an unknown path");
  const method = await client.raw("DELETE", "/account");
  expectEqual([method.status, method.body.code], [405, "method_not_allowed"], "an unknown method");
  const headers = newIdempotencyKey();
  await client.expectRefusal("createPayment", { raw: "{", headers }, 400, "bad_request");
  await client.expectRefusal("createPayment", { raw: "[]", headers }, 400, "bad_request");
  await client.expectRefusal("createPayment", { raw: "{}", headers }, 422, "invalid");
  const text = { ...headers, "content-type": "text/plain" };
  await client.expectRefusal("createPayment", { raw: "{}", headers: text }, 415, "unsupported_media_type");
  const large = JSON.stringify({ padding: "x".repeat(70_000) });
  await client.expectRefusal("createPayment", { raw: large, headers }, 413, "too_large");
}
