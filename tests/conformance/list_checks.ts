/** Checks of the lists: order, pages, filters and items. */
import {
  minorUnits,
  type Expense,
  type Migration,
  type Page,
  type Payment,
  type Period,
  type Service,
} from "./response_bodies.ts";
import type { Check } from "./check.ts";
import { expectEqual, expectThat, type Client } from "./client.ts";
import {
  createPayment,
  cancelPayment,
  findPaymentSystem,
  topUpBody,
  type Context,
  Skipped,
  UNKNOWN,
} from "./context.ts";
import { expectDistinctIds, expectAccountCurrency } from "./read_checks.ts";

/** The most items to read, because lists may be years long. */
const MAX_ITEMS = 400;

export const listChecks: readonly Check[] = [
  { name: "payments come newest first, in pages of any size", run: paymentPages },
  { name: "payments can be filtered by status, payer and time", run: filters },
  { name: "a payment's fields fit its status", run: statusFields },
  { name: "one payment equals its list entry, and has its invoice", run: onePayment },
  { name: "a new payment does not shift pages that are being read", run: stablePages },
  { name: "invalid limits and cursors are refused", run: invalidPages },
  { name: "renewable services are sorted by due date, with their periods", run: services },
  { name: "ordered migrations come newest first, with their periods", run: migrations },
  { name: "expenses come newest first, within the requested days", run: expenses },
];

/** Reads pages until the last one, or until there are enough items. */
async function readAll<T>(client: Client, id: string, limit: number, query: Record<string, string> = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = (
      await client.call<Page<T>>(id, {
        query: { ...query, limit: String(limit), ...(cursor === null ? {} : { cursor }) },
      })
    ).body;
    expectThat(page.items.length <= limit, `${id}: ${page.items.length} items came, ${limit} were asked for`);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && items.length < MAX_ITEMS);
  return items;
}

function expectDescending(keys: readonly string[], what: string): void {
  expectEqual(keys, keys.toSorted().toReversed(), `the order of ${what}`);
}

/** Sorts by time, then by id. Times may have fractions of a second or not. */
function sortKey(time: string, id: string): string {
  return `${String(Date.parse(time)).padStart(15, "0")} ${id}`;
}

async function paymentPages(client: Client): Promise<void> {
  const long = await readAll<Payment>(client, "listPayments", 200);
  expectDistinctIds(long);
  expectDescending(
    long.map((payment) => sortKey(payment.created_at, payment.id)),
    "payments",
  );
  const short = await readAll<Payment>(client, "listPayments", 7);
  const ids = (items: readonly Payment[]): string[] => items.slice(0, MAX_ITEMS).map((payment) => payment.id);
  expectEqual(ids(short), ids(long), "payments in pages of 7 and of 200");
}

async function filters(client: Client): Promise<void> {
  const long = await readAll<Payment>(client, "listPayments", 200);
  const [newest] = long;
  if (newest === undefined) throw new Skipped("there is no payment");
  const middle = long[Math.floor(long.length / 2)] ?? newest;
  const found = (query: Record<string, string>): Promise<Payment[]> =>
    readAll<Payment>(client, "listPayments", 50, query);
  for (const payment of await found({ status: `${newest.status},refunded` }))
    expectThat([newest.status, "refunded"].includes(payment.status), `${payment.id} is ${payment.status}`);
  for (const payment of await found({ payer: newest.payer.id }))
    expectEqual(payment.payer.id, newest.payer.id, "the payer");
  expectEqual((await found({ payer: UNKNOWN })).length, 0, "payments of an unknown payer");
  const since = await found({ created_since: middle.created_at });
  expectEqual(
    since.map((payment) => payment.id),
    long
      .filter((payment) => Date.parse(payment.created_at) >= Date.parse(middle.created_at))
      .map((payment) => payment.id),
    "payments created since then",
  );
  const updated = await found({ updated_since: newest.updated_at });
  expectThat(
    updated.some((payment) => payment.id === newest.id),
    "updated_since leaves out what changed at that time",
  );
  for (const query of [{ status: "odd" }, { created_since: "yesterday" }, { updated_since: "2026-13-01T00:00:00Z" }])
    await client.expectRefusal("listPayments", { query }, 400, "bad_request");
}

async function statusFields(client: Client, context: Context): Promise<void> {
  for (const payment of await readAll<Payment>(client, "listPayments", 200)) {
    const { status } = payment;
    const where = `${payment.id} (${status})`;
    expectAccountCurrency(context.account, payment.amount);
    expectThat(minorUnits(payment.amount) > 0n, `${where} is of nothing`);
    expectEqual(payment.reason !== null, status === "cancelled" || status === "fraudulent", `${where} has a reason`);
    expectThat(payment.page === null || status === "new", `${where} has a page`);
    expectEqual(payment.expires_at !== null, payment.page !== null, `${where} has an end of its page`);
    expectThat(!payment.can_cancel || status === "new", `${where} can be cancelled`);
    expectThat(payment.has_invoice || payment.paid_at === null, `${where} was paid and has no invoice`);
    const came = ["paid", "waiting_refund", "refunded"].includes(status);
    expectThat(!came || payment.paid_at !== null, `${where} was never paid`);
    expectThat(
      Date.parse(payment.updated_at) >= Date.parse(payment.created_at),
      `${where} was changed before it was made`,
    );
  }
}

async function onePayment(client: Client): Promise<void> {
  const long = await readAll<Payment>(client, "listPayments", 200);
  for (const payment of long.slice(0, 3)) {
    const path = { payment: payment.id };
    expectEqual((await client.call("getPayment", { path })).body, payment, "a payment, requested alone");
  }
  const unknown = { path: { payment: UNKNOWN } };
  for (const id of ["getPayment", "getInvoice", "cancelPayment"])
    await client.expectRefusal(id, unknown, 404, "not_found");
  const without = long.find((payment) => !payment.has_invoice);
  if (without !== undefined)
    await client.expectRefusal("getInvoice", { path: { payment: without.id } }, 404, "no_invoice");
  const billed = long.find((payment) => payment.has_invoice);
  if (billed === undefined) throw new Skipped("no payment has an invoice");
  const { bytes } = await client.call("getInvoice", { path: { payment: billed.id } });
  expectThat(bytes.subarray(0, 5).toString() === "%PDF-", "the invoice does not begin as a PDF file");
  expectThat(bytes.subarray(-1024).includes("%%EOF"), "the invoice does not end as a PDF file");
}

async function stablePages(client: Client, context: Context): Promise<void> {
  const method = findPaymentSystem(context);
  const query = { limit: "2" };
  const first = (await client.call<Page<Payment>>("listPayments", { query })).body;
  if (first.next_cursor === null) throw new Skipped("there is only one page of payments");
  const { body: fresh } = await createPayment(client, topUpBody(context, method));
  try {
    const more = { ...query, cursor: first.next_cursor };
    const second = (await client.call<Page<Payment>>("listPayments", { query: more })).body;
    expectDistinctIds([...first.items, ...second.items]);
    expectThat(!second.items.some((payment) => payment.id === fresh.id), "a new payment is on a later page");
    const now = (await client.call<Page<Payment>>("listPayments", { query: { limit: "5" } })).body.items;
    const expected = [fresh.id, ...[...first.items, ...second.items].map((payment) => payment.id)];
    expectEqual(now.map((payment) => payment.id).slice(0, expected.length), expected, "the pages, put together");
  } finally {
    await cancelPayment(client, fresh);
  }
}

async function invalidPages(client: Client): Promise<void> {
  for (const id of ["listPayments", "listRenewableServices", "listMigrations", "listExpenses"]) {
    for (const limit of ["0", "201", "-1", "many", "1.5"])
      await client.expectRefusal(id, { query: { limit } }, 400, "bad_request");
    await client.expectRefusal(id, { query: { cursor: "conformance" } }, 400, "invalid_cursor");
  }
  const { next_cursor: cursor } = (await client.call<Page<Payment>>("listPayments", { query: { limit: "1" } })).body;
  if (cursor === null) throw new Skipped("there is only one page of payments");
  const other = { limit: "1", status: "paid", cursor };
  await client.expectRefusal("listPayments", { query: other }, 400, "invalid_cursor");
}

function expectPeriods(context: Context, periods: readonly Period[], from: string | undefined): void {
  expectDistinctIds(periods);
  const months = periods.map((period) => period.months);
  expectEqual(
    months,
    months.toSorted((one, other) => one - other),
    "the order of periods",
  );
  for (const period of periods) {
    expectAccountCurrency(context.account, period.price);
    if (from !== undefined)
      expectThat(Date.parse(period.until) > Date.parse(from), `${period.id} ends before it begins`);
  }
}

async function services(client: Client, context: Context): Promise<void> {
  const items = await readAll<Service>(client, "listRenewableServices", 1);
  expectDistinctIds(items);
  const keys = items.map((service) => sortKey(service.due_at, service.id));
  expectEqual(keys, keys.toSorted(), "the order of services");
  for (const service of items) expectPeriods(context, service.periods, service.due_at);
  expectEqual(await readAll<Service>(client, "listRenewableServices", 200), items, "services in pages of 200 and of 1");
}

async function migrations(client: Client, context: Context): Promise<void> {
  const items = await readAll<Migration>(client, "listMigrations", 1);
  expectDistinctIds(items);
  expectDescending(
    items.map((order) => sortKey(order.ordered_at, order.id)),
    "migrations",
  );
  for (const order of items) expectPeriods(context, order.periods, order.ordered_at);
}

async function expenses(client: Client, context: Context): Promise<void> {
  const items = await readAll<Expense>(client, "listExpenses", 60);
  expectDistinctIds(items);
  expectDescending(
    items.map((expense) => expense.date),
    "expenses",
  );
  for (const expense of items) expectAccountCurrency(context.account, expense.amount);
  const day = { from: "2026-01-02", to: "2026-01-01" };
  await client.expectRefusal("listExpenses", { query: day }, 400, "bad_request");
  await client.expectRefusal("listExpenses", { query: { from: "soon" } }, 400, "bad_request");
  const middle = items[Math.floor(items.length / 2)]?.date;
  if (middle === undefined) throw new Skipped("there is no expense");
  const query = { from: middle, to: middle };
  const found = await readAll<Expense>(client, "listExpenses", 3, query);
  const ids = items.filter((expense) => expense.date === middle).map((expense) => expense.id);
  expectEqual(
    found.map((expense) => expense.id),
    ids,
    "the expenses of one day",
  );
}
