/** Checks that create payments and cancel them again; no money moves. */
import { minorUnits, type Method, type Migration, type Page, type Payment, type Service } from "./response_bodies.ts";
import type { Check } from "./check.ts";
import { expectEqual, expectThat, type Client } from "./client.ts";
import {
  createPayment,
  cancelPayment,
  withPayment,
  newIdempotencyKey,
  loadContext,
  findPaymentSystem,
  RETURN_URL,
  topUpBody,
  moneyIn,
  paymentBody,
  type Context,
  Skipped,
  UNKNOWN,
} from "./context.ts";

export const writeChecks: readonly Check[] = [
  { name: "a top-up through a page is new and can be cancelled", run: throughPage },
  { name: "the same key and body return one payment, even after it has ended", run: sameKey },
  { name: "the same key with another body is refused", run: reusedKey },
  { name: "the same key sent several times at once creates one payment", run: concurrentRequests },
  { name: "a refused request does not use up its key", run: refusedKey },
  { name: "a missing or malformed key is refused", run: malformedKey },
  { name: "amounts beyond the limits are refused with the limits", run: beyondLimits },
  { name: "amounts in another currency or form are refused", run: invalidAmounts },
  { name: "unknown references, and another payer's, are refused by name", run: unknownReferences },
  { name: "only allowed return addresses are accepted", run: returnUrls },
  { name: "a total other than expected creates nothing", run: changedTotal },
  { name: "a renewal costs the sum of its periods", run: renewal },
  { name: "an ordered migration can be paid for", run: migration },
  { name: "an invoice exists from the start and can be cancelled", run: byInvoice },
  { name: "a paid payment can no longer be cancelled", run: notCancellable },
  { name: "a method can be added on a page and removed again", run: addMethod },
  { name: "the default method stays the default", run: defaultMethod },
];

async function throughPage(client: Client, context: Context): Promise<void> {
  const answer = await createPayment(client, topUpBody(context, findPaymentSystem(context)));
  const payment = answer.body;
  try {
    expectEqual([payment.status, payment.can_cancel, payment.has_invoice], ["new", true, false], "a new payment");
    expectEqual(payment.amount, context.options.min, "its amount");
    expectSafePage(payment.page);
    expectThat(
      payment.expires_at !== null && Date.parse(payment.expires_at) > Date.now(),
      "its page has ended already",
    );
    const location = answer.headers.get("location") ?? "";
    expectThat(location.endsWith(`/payments/${payment.id}`), `Location (${location}) is not the payment's`);
    expectEqual(
      (await client.call("getPayment", { path: { payment: payment.id } })).body,
      payment,
      "the payment, read",
    );
  } finally {
    const ended = await cancelPayment(client, payment);
    expectEqual(
      [ended.status, ended.reason?.code, ended.page],
      ["cancelled", "cancelled_by_user", null],
      "the cancelled payment",
    );
    expectThat(Date.parse(ended.updated_at) >= Date.parse(payment.updated_at), "updated_at went back");
    expectEqual(await cancelPayment(client, payment), ended, "cancelled again");
  }
}

function expectSafePage(page: string | null | undefined): void {
  const url = new URL(page ?? "about:blank");
  const loopback = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  expectThat(url.protocol === "https:" || (url.protocol === "http:" && loopback), `the page (${page}) is not https`);
  expectThat(url.username === "" && url.password === "", "the page's address has user info");
}

async function sameKey(client: Client, context: Context): Promise<void> {
  const body = topUpBody(context, findPaymentSystem(context));
  const headers = newIdempotencyKey();
  const { body: first } = await client.call<Payment>("createPayment", { body, headers }, 201);
  try {
    const { body: again } = await client.call<Payment>("createPayment", { body, headers }, 200);
    expectEqual(again, first, "the payment, requested again");
    const turned = Object.fromEntries(Object.entries(body).toReversed());
    const raw = JSON.stringify(turned, null, 2);
    expectEqual(
      (await client.call<Payment>("createPayment", { raw, headers }, 200)).body.id,
      first.id,
      "members in reverse order",
    );
  } finally {
    await cancelPayment(client, first);
  }
  const { body: ended } = await client.call<Payment>("createPayment", { body, headers }, 200);
  expectEqual([ended.id, ended.status], [first.id, "cancelled"], "the payment, requested after it had ended");
}

async function reusedKey(client: Client, context: Context): Promise<void> {
  const body = topUpBody(context, findPaymentSystem(context));
  const headers = newIdempotencyKey();
  const { body: first } = await client.call<Payment>("createPayment", { body, headers }, 201);
  try {
    const other = { ...body, return_url: `${RETURN_URL}2` };
    await client.expectRefusal("createPayment", { body: other, headers }, 409, "idempotency_key_reused");
    expectEqual(await newestPaymentId(client), first.id, "the newest payment");
  } finally {
    await cancelPayment(client, first);
  }
}

async function newestPaymentId(client: Client): Promise<string | undefined> {
  const { body } = await client.call<Page<Payment>>("listPayments", { query: { limit: "1" } });
  return body.items[0]?.id;
}

async function concurrentRequests(client: Client, context: Context): Promise<void> {
  const body = topUpBody(context, findPaymentSystem(context));
  const headers = newIdempotencyKey();
  const answers = await Promise.all(
    [1, 2, 3].map(() => client.call<Payment>("createPayment", { body, headers }, 200, 201, 409)),
  );
  const made = answers.filter((answer) => answer.status !== 409).map((answer) => answer.body);
  const [first] = made;
  expectThat(first !== undefined, "none of them succeeded");
  for (const payment of made) await cancelPayment(client, payment);
  expectEqual(new Set(made.map((payment) => payment.id)).size, 1, "how many payments one key created");
  expectEqual(answers.filter((answer) => answer.status === 201).length, 1, "how many of them were created");
}

async function refusedKey(client: Client, context: Context): Promise<void> {
  const body = topUpBody(context, findPaymentSystem(context));
  const headers = newIdempotencyKey();
  await client.expectRefusal("createPayment", { body: { ...body, payer: UNKNOWN }, headers }, 422, "unknown_payer");
  const { body: payment } = await client.call<Payment>("createPayment", { body, headers }, 201);
  await cancelPayment(client, payment);
}

async function malformedKey(client: Client, context: Context): Promise<void> {
  const body = topUpBody(context, findPaymentSystem(context));
  for (const headers of [{}, { "idempotency-key": "short" }, { "idempotency-key": "with spaces in between" }])
    await client.expectRefusal("createPayment", { body, headers }, 400, "idempotency_key_missing");
  await client.expectRefusal("addPaymentMethod", { body: {} }, 400, "idempotency_key_missing");
}

async function expectRefusedTopUp(
  client: Client,
  context: Context,
  amount: unknown,
  codes: readonly string[],
): Promise<{ min?: unknown; max?: unknown }> {
  const before = await newestPaymentId(client);
  const body = paymentBody(findPaymentSystem(context), { kind: "top_up", amount }, amount);
  const { body: problem } = await client.expectRefusal(
    "createPayment",
    { body, headers: newIdempotencyKey() },
    422,
    ...codes,
  );
  expectEqual(await newestPaymentId(client), before, "the newest payment after a refusal");
  return problem;
}

async function beyondLimits(client: Client, context: Context): Promise<void> {
  const { min, max } = context.options;
  const small = await expectRefusedTopUp(client, context, moneyIn(context, minorUnits(min) - 1n), ["amount_too_small"]);
  const large = await expectRefusedTopUp(client, context, moneyIn(context, minorUnits(max) + 1n), ["amount_too_large"]);
  for (const problem of [small, large])
    expectEqual([problem.min, problem.max], [min, max], "the limits in the refusal");
}

async function invalidAmounts(client: Client, context: Context): Promise<void> {
  const { amount, currency } = context.options.min;
  const other = currency === "USD" ? "EUR" : "USD";
  await expectRefusedTopUp(client, context, { amount, currency: other }, ["currency_mismatch"]);
  const decimals = context.account.currency_decimals === 0 ? ["1.0"] : ["1", `${amount}0`];
  for (const text of [...decimals, `-${amount}`, "1e2", "", ` ${amount}`, `${amount},5`, "NaN"])
    await expectRefusedTopUp(client, context, { amount: text, currency }, ["invalid"]);
  await expectRefusedTopUp(client, context, { amount: 1, currency }, ["invalid"]);
}

async function unknownReferences(client: Client, context: Context): Promise<void> {
  const method = findPaymentSystem(context);
  const body = topUpBody(context, method);
  const refuse = (change: object, ...codes: string[]): Promise<unknown> =>
    client.expectRefusal(
      "createPayment",
      { body: { ...body, ...change }, headers: newIdempotencyKey() },
      422,
      ...codes,
    );
  await refuse({ payer: UNKNOWN }, "unknown_payer");
  await refuse({ method: UNKNOWN }, "unknown_method");
  const stranger = context.payers.find((payer) => payer.id !== method.payer);
  if (stranger !== undefined) await refuse({ payer: stranger.id }, "method_payer_mismatch");
  const items = [{ service: UNKNOWN, period: "1m" }];
  await refuse({ purpose: { kind: "renewal", items } }, "unknown_service");
  await refuse({ purpose: { kind: "migration", order: UNKNOWN, period: "1m" } }, "unknown_order");
  await refuse({ purpose: { kind: "renewal", items: [...items, ...items] } }, "invalid");
  await refuse({ purpose: { kind: "renewal", items: [] } }, "invalid");
  await refuse({ purpose: { kind: "odd" } }, "invalid");
  const [service] = (await client.call<Page<Service>>("listRenewableServices")).body.items;
  if (service === undefined) return;
  const unknown = [{ service: service.id, period: UNKNOWN }];
  await refuse({ purpose: { kind: "renewal", items: unknown } }, "unknown_period");
}

async function returnUrls(client: Client, context: Context): Promise<void> {
  const body = topUpBody(context, findPaymentSystem(context));
  const refuse = (url: unknown, ...codes: string[]): Promise<unknown> =>
    client.expectRefusal(
      "createPayment",
      { body: { ...body, return_url: url }, headers: newIdempotencyKey() },
      422,
      ...codes,
    );
  for (const url of ["javascript://alert", "file:///etc/passwd", "http://shop.example/", "https://me@shop.example/"])
    await refuse(url, "return_url_not_allowed");
  for (const url of [null, 5, "not an address", `https://shop.example/${"x".repeat(2100)}`])
    await refuse(url, "invalid");
}

async function changedTotal(client: Client, context: Context): Promise<void> {
  const before = await newestPaymentId(client);
  const body = { ...topUpBody(context, findPaymentSystem(context)), expected_total: context.options.max };
  const answer = await client.expectRefusal(
    "createPayment",
    { body, headers: newIdempotencyKey() },
    409,
    "total_changed",
  );
  expectEqual(answer.body.total, context.options.min, "the total in the refusal");
  expectEqual(await newestPaymentId(client), before, "the newest payment after a refusal");
}

async function renewal(client: Client, context: Context): Promise<void> {
  const { items } = (await client.call<Page<Service>>("listRenewableServices", { query: { limit: "2" } })).body;
  if (items.length === 0) throw new Skipped("no service can be renewed");
  const chosen = items.map((service) => ({ service, period: service.periods.at(-1) ?? service.periods[0] }));
  const total = chosen.reduce((sum, { period }) => sum + (period === undefined ? 0n : minorUnits(period.price)), 0n);
  const purpose = {
    kind: "renewal",
    items: chosen.map(({ service, period }) => ({ service: service.id, period: period?.id })),
  };
  await withPayment(
    client,
    paymentBody(findPaymentSystem(context), purpose, moneyIn(context, total)),
    async (payment) => {
      expectEqual([payment.status, minorUnits(payment.amount).toString()], ["new", total.toString()], "the renewal");
      const until = payment.purpose.items?.map((item) => item.until);
      expectEqual(
        until,
        chosen.map(({ period }) => period?.until),
        "the new due dates",
      );
      const listed = (await client.call<Page<Service>>("listRenewableServices", { query: { limit: "2" } })).body.items;
      expectEqual(listed, items, "the services before the renewal is paid");
    },
  );
}

async function migration(client: Client, context: Context): Promise<void> {
  const [order] = (await client.call<Page<Migration>>("listMigrations")).body.items;
  const period = order?.periods[0];
  if (order === undefined || period === undefined) throw new Skipped("no migration is waiting for payment");
  const purpose = { kind: "migration", order: order.id, period: period.id };
  await withPayment(client, paymentBody(findPaymentSystem(context), purpose, period.price), async (payment) => {
    expectEqual([payment.purpose.kind, payment.amount], ["migration", period.price], "the payment of the migration");
    const listed = (await client.call<Page<Migration>>("listMigrations")).body.items;
    expectThat(
      listed.some((one) => one.id === order.id),
      "an order that is not paid is no longer listed",
    );
  });
}

async function byInvoice(client: Client, context: Context): Promise<void> {
  const method = context.methods.find((one) => one.kind === "invoice");
  if (method === undefined) throw new Skipped("nothing can be paid by invoice");
  const { return_url: _, ...body } = topUpBody(context, method);
  await withPayment(client, body, async (payment) => {
    expectEqual([payment.status, payment.page, payment.has_invoice], ["new", null, true], "a payment by invoice");
    const { bytes } = await client.call("getInvoice", { path: { payment: payment.id } });
    expectThat(bytes.subarray(0, 5).toString() === "%PDF-", "the invoice does not begin as a PDF file");
  });
}

async function notCancellable(client: Client): Promise<void> {
  const { items } = (await client.call<Page<Payment>>("listPayments", { query: { status: "paid", limit: "1" } })).body;
  const [paid] = items;
  if (paid === undefined) throw new Skipped("no payment is paid");
  await client.expectRefusal("cancelPayment", { path: { payment: paid.id } }, 409, "not_cancellable");
  expectEqual((await client.call("getPayment", { path: { payment: paid.id } })).body, paid, "the payment afterwards");
}

async function addMethod(client: Client, context: Context): Promise<void> {
  const nobody = { payer: UNKNOWN, via: UNKNOWN, return_url: RETURN_URL };
  await client.expectRefusal("addPaymentMethod", { body: nobody, headers: newIdempotencyKey() }, 422, "unknown_payer");
  await client.expectRefusal("removePaymentMethod", { path: { method: UNKNOWN } }, 404, "not_found");
  const via = context.methods.find((method) => method.kind === "payment_system" && method.can_save === true);
  if (via === undefined) throw new Skipped("no payment system saves methods");
  const body = { payer: via.payer, via: via.id, return_url: RETURN_URL };
  const headers = newIdempotencyKey();
  const { body: method } = await client.call<Method>("addPaymentMethod", { body, headers }, 201);
  const path = { method: method.id };
  try {
    expectEqual([method.kind, method.status, method.payer], ["saved", "pending", via.payer], "a method that was begun");
    expectSafePage(method.page);
    expectEqual(
      (await client.call<Method>("addPaymentMethod", { body, headers }, 200)).body,
      method,
      "requested again",
    );
    const other = { ...body, return_url: `${RETURN_URL}2` };
    await client.expectRefusal("addPaymentMethod", { body: other, headers }, 409, "idempotency_key_reused");
    await client.expectRefusal("makeDefaultPaymentMethod", { path }, 409, "method_not_usable");
    const pay = { ...topUpBody(context, method), method: method.id };
    await client.expectRefusal("createPayment", { body: pay, headers: newIdempotencyKey() }, 409, "method_not_usable");
  } finally {
    await client.call("removePaymentMethod", { path }, 204);
  }
  await client.expectRefusal("getPaymentMethod", { path }, 404, "not_found");
  await client.expectRefusal("removePaymentMethod", { path }, 404, "not_found");
  await client.expectRefusal("removePaymentMethod", { path: { method: via.id } }, 409, "method_not_removable");
}

async function defaultMethod(client: Client): Promise<void> {
  const { methods } = await loadContext(client);
  const unknown = { path: { method: UNKNOWN } };
  await client.expectRefusal("makeDefaultPaymentMethod", unknown, 404, "not_found");
  const found = methods.find((method) => method.is_default === true);
  if (found === undefined) throw new Skipped("there is no default method");
  const { body } = await client.call("makeDefaultPaymentMethod", { path: { method: found.id } });
  expectEqual(body, found, "the default method, made the default again");
}
