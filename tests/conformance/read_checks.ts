/** Checks that only read: the account, payers, methods, conditional requests and refusals. */
import type { Account, Method, Money, Options, Payer } from "./response_bodies.ts";
import { minor } from "./response_bodies.ts";
import { equal, expect, type Client } from "./client.ts";
import type { Check } from "./runner.ts";
import { freshKey, learn, type Facts } from "./context.ts";

const UNKNOWN = "conformance-unknown";

export const reads: readonly Check[] = [
  {
    name: "the status needs no key and reports no maintenance",
    run: async (client) => {
      const { body } = await client.call<{ maintenance: boolean }>("getStatus", { key: null });
      expect(!body.maintenance, "the panel is in maintenance");
    },
  },
  { name: "a missing, wrong or malformed key is refused", run: wrongKeys },
  { name: "the account's amounts have its currency and decimals", run: amounts },
  { name: "the limits are in order and the presets within them", run: limits },
  { name: "exactly one payer is the default and comes first", run: payers },
  { name: "methods belong to payers and are in the order to offer them", run: methods },
  { name: "one method equals its list entry", run: oneMethod },
  { name: "unchanged content keeps its ETag and answers 304", run: conditional },
  { name: "a request that is no operation is refused with a problem", run: noOperation },
];

async function wrongKeys(client: Client): Promise<void> {
  for (const key of [null, "wrong", "  ", "x".repeat(4000)])
    await client.refused("getAccount", { key }, 401, "unauthorized");
  await client.refused("listPayments", { key: null }, 401, "unauthorized");
  await client.refused("createPayment", { key: null, body: {}, headers: freshKey() }, 401, "unauthorized");
}

async function amounts(client: Client): Promise<void> {
  const { body } = await client.call<Account>("getAccount");
  for (const money of [body.balance, body.daily_spend]) if (money !== null) inCurrency(body, money);
}

export function inCurrency(account: Account, money: Money): void {
  equal(money.currency, account.currency, "the currency of an amount");
  const decimals = money.amount.split(".")[1]?.length ?? 0;
  equal(decimals, account.currency_decimals, `the decimals of ${money.amount}`);
}

async function limits(client: Client, facts: Facts): Promise<void> {
  const { body } = await client.call<Options>("getTopUpOptions");
  for (const money of [body.min, body.max, ...body.presets]) inCurrency(facts.account, money);
  const steps = [body.min, ...body.presets, body.max].map(minor);
  expect(
    steps.every((step, place) => place === 0 || step >= (steps[place - 1] ?? 0n)),
    "min, presets and max do not ascend",
  );
  expect(minor(body.min) > 0n, "min is zero");
}

async function payers(client: Client): Promise<void> {
  const { items } = (await client.call<{ items: Payer[] }>("listPayers")).body;
  distinct(items);
  if (items.length === 0) return;
  equal(items.map((payer) => payer.is_default).filter(Boolean).length, 1, "how many payers are the default");
  expect(items[0]?.is_default === true, "the default payer is not the first");
}

export function distinct(items: readonly { readonly id: string }[]): void {
  equal(new Set(items.map((item) => item.id)).size, items.length, "how many ids are different");
}

async function methods(client: Client, facts: Facts): Promise<void> {
  distinct(facts.methods);
  const known = new Set(facts.payers.map((payer) => payer.id));
  for (const method of facts.methods) expect(known.has(method.payer), `${method.id} is of an unknown payer`);
  for (const payer of facts.payers) {
    const list = await client.call<{ items: Method[] }>("listPaymentMethods", { query: { payer: payer.id } });
    const { items } = list.body;
    expect(
      items.every((method) => method.payer === payer.id),
      "the list of a payer has another's method",
    );
    const all = facts.methods.filter((method) => method.payer === payer.id).map((method) => method.id);
    equal(items.map((method) => method.id).toSorted(), all.toSorted(), "a payer's methods, requested alone");
    const ranks = items.map(rank);
    equal(
      ranks,
      ranks.toSorted((one, other) => one - other),
      "the order of the kinds of methods",
    );
    expect(items.filter((method) => method.is_default).length <= 1, "a payer has two default methods");
    for (const method of items)
      expect(
        (method.reason ?? null) === null || method.status === "failed",
        `${method.id} has a reason but not failed`,
      );
  }
  await client.refused("listPaymentMethods", { query: { payer: UNKNOWN } }, 422, "unknown_payer");
}

function rank(method: Method): number {
  if (method.kind === "saved") return method.is_default === true ? 0 : 1;
  return method.kind === "payment_system" ? 2 : 3;
}

async function oneMethod(client: Client, facts: Facts): Promise<void> {
  for (const kind of ["saved", "payment_system", "invoice"]) {
    const method = facts.methods.find((one) => one.kind === kind);
    if (method === undefined) continue;
    const { body } = await client.call("getPaymentMethod", { path: { method: method.id } });
    equal(body, method, "a method, requested alone");
  }
  await client.refused("getPaymentMethod", { path: { method: UNKNOWN } }, 404, "not_found");
}

async function conditional(client: Client): Promise<void> {
  const { methods: known } = await learn(client);
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
    equal(again.headers.get("etag"), tag, `the tag of ${id}`);
    await client.call(id, { path, headers: { "if-none-match": '"another"' } });
  }
}

async function noOperation(client: Client): Promise<void> {
  const nowhere = await client.raw("GET", "/conformance-nowhere");
  equal([nowhere.status, nowhere.body.code], [404, "not_found"], "an unknown path");
  const method = await client.raw("DELETE", "/account");
  equal([method.status, method.body.code], [405, "method_not_allowed"], "an unknown method");
  const headers = freshKey();
  await client.refused("createPayment", { raw: "{", headers }, 400, "bad_request");
  await client.refused("createPayment", { raw: "[]", headers }, 400, "bad_request");
  await client.refused("createPayment", { raw: "{}", headers }, 422, "invalid");
  const text = { ...headers, "content-type": "text/plain" };
  await client.refused("createPayment", { raw: "{}", headers: text }, 415, "unsupported_media_type");
  const large = JSON.stringify({ padding: "x".repeat(70_000) });
  await client.refused("createPayment", { raw: large, headers }, 413, "too_large");
}
