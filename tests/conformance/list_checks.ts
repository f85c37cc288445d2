/** Checks of the lists: order, pages, filters and items. */
import { minor, type Expense, type Migration, type Page, type Payment, type Period, type Service } from "./response_bodies.ts";
import { equal, expect, type Client } from "./client.ts";
import type { Check } from "./runner.ts";
import { begin, cancel, paymentSystem, Skipped, topUp, type Facts } from "./context.ts";
import { distinct, inCurrency } from "./read_checks.ts";

/** The most items to read, because lists may be years long. */
const ENOUGH = 400;

export const lists: readonly Check[] = [
  { name: "payments come newest first, in pages of any size", run: paymentPages },
  { name: "payments can be filtered by status, payer and time", run: filters },
  { name: "a payment's fields fit its status", run: consistent },
  { name: "one payment equals its list entry, and has its invoice", run: onePayment },
  { name: "a new payment does not shift pages that are being read", run: stable },
  { name: "invalid limits and cursors are refused", run: wrongPages },
  { name: "renewable services are sorted by due date, with their periods", run: services },
  { name: "ordered migrations come newest first, with their periods", run: migrations },
  { name: "expenses come newest first, within the requested days", run: expenses },
];

/** Reads pages until the last one, or until there are enough items. */
async function all<T>(client: Client, id: string, limit: number, query: Record<string, string> = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = (
      await client.call<Page<T>>(id, {
        query: { ...query, limit: String(limit), ...(cursor === null ? {} : { cursor }) },
      })
    ).body;
    expect(page.items.length <= limit, `${id}: ${page.items.length} items came, ${limit} were asked for`);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && items.length < ENOUGH);
  return items;
}

function descends(keys: readonly string[], what: string): void {
  equal(keys, keys.toSorted().toReversed(), `the order of ${what}`);
}

/** Sorts by time, then by id. Times may have fractions of a second or not. */
function placeOf(time: string, id: string): string {
  return `${String(Date.parse(time)).padStart(15, "0")} ${id}`;
}

async function paymentPages(client: Client): Promise<void> {
  const long = await all<Payment>(client, "listPayments", 200);
  distinct(long);
  descends(
    long.map((payment) => placeOf(payment.created_at, payment.id)),
    "payments",
  );
  const short = await all<Payment>(client, "listPayments", 7);
  const ids = (items: readonly Payment[]): string[] => items.slice(0, ENOUGH).map((payment) => payment.id);
  equal(ids(short), ids(long), "payments in pages of 7 and of 200");
}

async function filters(client: Client): Promise<void> {
  const long = await all<Payment>(client, "listPayments", 200);
  const [newest] = long;
  if (newest === undefined) throw new Skipped("there is no payment");
  const middle = long[Math.floor(long.length / 2)] ?? newest;
  const found = (query: Record<string, string>): Promise<Payment[]> => all<Payment>(client, "listPayments", 50, query);
  for (const payment of await found({ status: `${newest.status},refunded` }))
    expect([newest.status, "refunded"].includes(payment.status), `${payment.id} is ${payment.status}`);
  for (const payment of await found({ payer: newest.payer.id })) equal(payment.payer.id, newest.payer.id, "the payer");
  equal((await found({ payer: "conformance-unknown" })).length, 0, "payments of an unknown payer");
  const since = await found({ created_since: middle.created_at });
  equal(
    since.map((payment) => payment.id),
    long
      .filter((payment) => Date.parse(payment.created_at) >= Date.parse(middle.created_at))
      .map((payment) => payment.id),
    "payments created since then",
  );
  const updated = await found({ updated_since: newest.updated_at });
  expect(
    updated.some((payment) => payment.id === newest.id),
    "updated_since leaves out what changed at that time",
  );
  for (const query of [{ status: "odd" }, { created_since: "yesterday" }, { updated_since: "2026-13-01T00:00:00Z" }])
    await client.refused("listPayments", { query }, 400, "bad_request");
}

async function consistent(client: Client, facts: Facts): Promise<void> {
  for (const payment of await all<Payment>(client, "listPayments", 200)) {
    const { status } = payment;
    const where = `${payment.id} (${status})`;
    inCurrency(facts.account, payment.amount);
    expect(minor(payment.amount) > 0n, `${where} is of nothing`);
    equal(payment.reason !== null, status === "cancelled" || status === "fraudulent", `${where} has a reason`);
    expect(payment.page === null || status === "new", `${where} has a page`);
    equal(payment.expires_at !== null, payment.page !== null, `${where} has an end of its page`);
    expect(!payment.can_cancel || status === "new", `${where} can be cancelled`);
    expect(payment.has_invoice || payment.paid_at === null, `${where} was paid and has no invoice`);
    const came = ["paid", "waiting_refund", "refunded"].includes(status);
    expect(!came || payment.paid_at !== null, `${where} was never paid`);
    expect(Date.parse(payment.updated_at) >= Date.parse(payment.created_at), `${where} was changed before it was made`);
  }
}

async function onePayment(client: Client): Promise<void> {
  const long = await all<Payment>(client, "listPayments", 200);
  for (const payment of long.slice(0, 3)) {
    const path = { payment: payment.id };
    equal((await client.call("getPayment", { path })).body, payment, "a payment, requested alone");
  }
  const unknown = { path: { payment: "conformance-unknown" } };
  for (const id of ["getPayment", "getInvoice", "cancelPayment"]) await client.refused(id, unknown, 404, "not_found");
  const without = long.find((payment) => !payment.has_invoice);
  if (without !== undefined) await client.refused("getInvoice", { path: { payment: without.id } }, 404, "no_invoice");
  const billed = long.find((payment) => payment.has_invoice);
  if (billed === undefined) throw new Skipped("no payment has an invoice");
  const { bytes } = await client.call("getInvoice", { path: { payment: billed.id } });
  expect(bytes.subarray(0, 5).toString() === "%PDF-", "the invoice does not begin as a PDF file");
  expect(bytes.subarray(-1024).includes("%%EOF"), "the invoice does not end as a PDF file");
}

async function stable(client: Client, facts: Facts): Promise<void> {
  const method = paymentSystem(facts);
  const query = { limit: "2" };
  const first = (await client.call<Page<Payment>>("listPayments", { query })).body;
  if (first.next_cursor === null) throw new Skipped("there is only one page of payments");
  const { body: fresh } = await begin(client, topUp(facts, method));
  try {
    const more = { ...query, cursor: first.next_cursor };
    const second = (await client.call<Page<Payment>>("listPayments", { query: more })).body;
    distinct([...first.items, ...second.items]);
    expect(!second.items.some((payment) => payment.id === fresh.id), "a new payment is on a later page");
    const now = (await client.call<Page<Payment>>("listPayments", { query: { limit: "5" } })).body.items;
    const expected = [fresh.id, ...[...first.items, ...second.items].map((payment) => payment.id)];
    equal(now.map((payment) => payment.id).slice(0, expected.length), expected, "the pages, put together");
  } finally {
    await cancel(client, fresh);
  }
}

async function wrongPages(client: Client): Promise<void> {
  for (const id of ["listPayments", "listRenewableServices", "listMigrations", "listExpenses"]) {
    for (const limit of ["0", "201", "-1", "many", "1.5"])
      await client.refused(id, { query: { limit } }, 400, "bad_request");
    await client.refused(id, { query: { cursor: "conformance" } }, 400, "invalid_cursor");
  }
  const { next_cursor: cursor } = (await client.call<Page<Payment>>("listPayments", { query: { limit: "1" } })).body;
  if (cursor === null) throw new Skipped("there is only one page of payments");
  const other = { limit: "1", status: "paid", cursor };
  await client.refused("listPayments", { query: other }, 400, "invalid_cursor");
}

function periodsOf(facts: Facts, periods: readonly Period[], from: string | undefined): void {
  distinct(periods);
  const months = periods.map((period) => period.months);
  equal(
    months,
    months.toSorted((one, other) => one - other),
    "the order of periods",
  );
  for (const period of periods) {
    inCurrency(facts.account, period.price);
    if (from !== undefined) expect(Date.parse(period.until) > Date.parse(from), `${period.id} ends before it begins`);
  }
}

async function services(client: Client, facts: Facts): Promise<void> {
  const items = await all<Service>(client, "listRenewableServices", 1);
  distinct(items);
  const places = items.map((service) => placeOf(service.due_at, service.id));
  equal(places, places.toSorted(), "the order of services");
  for (const service of items) periodsOf(facts, service.periods, service.due_at);
  equal(await all<Service>(client, "listRenewableServices", 200), items, "services in pages of 200 and of 1");
}

async function migrations(client: Client, facts: Facts): Promise<void> {
  const items = await all<Migration>(client, "listMigrations", 1);
  distinct(items);
  descends(
    items.map((order) => placeOf(order.ordered_at, order.id)),
    "migrations",
  );
  for (const order of items) periodsOf(facts, order.periods, order.ordered_at);
}

async function expenses(client: Client, facts: Facts): Promise<void> {
  const items = await all<Expense>(client, "listExpenses", 60);
  distinct(items);
  descends(
    items.map((expense) => expense.date),
    "expenses",
  );
  for (const expense of items) inCurrency(facts.account, expense.amount);
  const day = { from: "2026-01-02", to: "2026-01-01" };
  await client.refused("listExpenses", { query: day }, 400, "bad_request");
  await client.refused("listExpenses", { query: { from: "soon" } }, 400, "bad_request");
  const middle = items[Math.floor(items.length / 2)]?.date;
  if (middle === undefined) throw new Skipped("there is no expense");
  const query = { from: middle, to: middle };
  const found = await all<Expense>(client, "listExpenses", 3, query);
  const ids = items.filter((expense) => expense.date === middle).map((expense) => expense.id);
  equal(
    found.map((expense) => expense.id),
    ids,
    "the expenses of one day",
  );
}
