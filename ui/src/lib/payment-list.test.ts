import { beforeEach, expect, it, vi } from "vitest";
import type { Change, PaymentPage, PaymentQuery, PaymentView } from "./types.ts";

const requests: string[] = [];
const list = vi.hoisted(() => ({ total: 100_000, mark: "", failing: false }));

vi.mock("$lib/transport", () => {
  function page(row: number, limit: number): Promise<PaymentPage> {
    if (list.failing) return Promise.reject({ code: "storage_failed", detail: "no", retryable: true });
    const end = Math.min(list.total, row + limit);
    const payments = Array.from({ length: Math.max(0, end - row) }, (_, n) => ({ id: `${list.mark}${row + n}` }));
    const next = end < list.total ? String(end) : null;
    return Promise.resolve({ payments: payments as PaymentView[], next, total: list.total });
  }
  return {
    core: {
      payments: (_: PaymentQuery, after: string | null, limit: number) => {
        requests.push(`after ${after}`);
        return page(Number(after ?? 0), limit);
      },
      paymentsFrom: (_: PaymentQuery, row: number, limit: number) => {
        requests.push(`from ${row}`);
        return page(row, limit);
      },
      paymentMonths: () => Promise.resolve([{ month: "2025-03", payments: list.total }]),
    },
  };
});

const changes = vi.hoisted(() => new Set<(change: Change) => void>());
vi.mock("./changes.ts", () => ({
  subscribeToChanges: (listener: (change: Change) => void) => (changes.add(listener), () => changes.delete(listener)),
}));

vi.mock("./after-next-paint.ts", () => ({ afterNextPaint: () => Promise.resolve() }));

const { PaymentList, MAX_CACHED_PAGES, PAGE_SIZE } = await import("./payment-list.svelte.ts");
const { preloadPayments, takePreloadedPayments } = await import("./payment-list-preload.ts");
const ALL: PaymentQuery = { account: null, search: null, statuses: [], from: null, to: null };

/** A list that has read its second page and its months as well. */
async function fullyLoaded(query: PaymentQuery) {
  const paymentList = new PaymentList();
  await paymentList.setQuery(query);
  await vi.waitFor(() => expect(paymentList.months).not.toEqual([]));
  return paymentList;
}

function emit(change: Change) {
  for (const listener of changes) listener(change);
}

beforeEach(() => {
  requests.length = 0;
  changes.clear();
  Object.assign(list, { total: 100_000, mark: "", failing: false });
});

it("reads a page and the one after it, by the cursor of the first one", async () => {
  const paymentList = await fullyLoaded(ALL);
  expect(requests).toEqual(["after null", `after ${PAGE_SIZE}`]);
  expect([paymentList.total, paymentList.paymentAt(0)?.id, paymentList.paymentAt(2 * PAGE_SIZE - 1)?.id]).toEqual([
    100_000,
    "0",
    `${2 * PAGE_SIZE - 1}`,
  ]);
  expect(paymentList.paymentAt(2 * PAGE_SIZE)).toBeUndefined();
  expect(paymentList.months).toEqual([{ month: "2025-03", payments: 100_000 }]);
});

it("reads the visible rows first, anywhere in the list", async () => {
  const paymentList = await fullyLoaded(ALL);
  requests.length = 0;
  await paymentList.setVisibleRows(50_010, 50_024);
  expect(requests).toEqual(["from 50000", `after ${50_000 + PAGE_SIZE}`, `from ${50_000 - PAGE_SIZE}`]);
  expect(paymentList.paymentAt(50_010)?.id).toBe("50010");
});

it("keeps a few pages, however far the user scrolls", async () => {
  const paymentList = new PaymentList();
  await paymentList.setQuery(ALL);
  for (let row = 0; row < 20_000; row += 20) await paymentList.setVisibleRows(row, row + 14);
  expect(paymentList.paymentAt(19_980)?.id).toBe("19980");
  let cached = 0;
  for (let row = 0; row < list.total; row += PAGE_SIZE) if (paymentList.paymentAt(row)) cached += 1;
  expect(cached).toBe(MAX_CACHED_PAGES);
  expect(requests.filter((one) => one.startsWith("from"))).toEqual([]);
});

it("shows old rows until they have been read again", async () => {
  const paymentList = new PaymentList();
  await paymentList.setQuery(ALL);
  await paymentList.setVisibleRows(500, 514);
  list.mark = "new ";
  const reading = paymentList.refresh();
  expect(paymentList.paymentAt(510)?.id).toBe("510");
  await reading;
  expect(paymentList.paymentAt(510)?.id).toBe("new 510");
  expect(paymentList.paymentAt(0)?.id).toBe("0");
  await paymentList.setVisibleRows(0, 14);
  expect(paymentList.paymentAt(0)?.id).toBe("new 0");
});

it("keeps its rows when reading fails, and does not retry by itself", async () => {
  const paymentList = new PaymentList();
  await paymentList.setQuery(ALL);
  list.failing = true;
  await paymentList.setVisibleRows(1_000, 1_014);
  expect(paymentList.failure?.code).toBe("storage_failed");
  requests.length = 0;
  await paymentList.setVisibleRows(2_000, 2_014);
  expect(requests).toEqual([]);
  expect(paymentList.paymentAt(0)?.id).toBe("0");
  list.failing = false;
  await paymentList.refresh();
  expect([paymentList.failure, paymentList.paymentAt(2_000)?.id]).toEqual([null, "2000"]);
});

it("starts at the top with another query", async () => {
  const paymentList = new PaymentList();
  await paymentList.setQuery(ALL);
  await paymentList.setVisibleRows(5_000, 5_014);
  Object.assign(list, { total: 3, mark: "found " });
  await paymentList.setQuery({ ...ALL, search: "x" });
  expect([paymentList.total, paymentList.queriesAnswered, paymentList.paymentAt(2)?.id]).toEqual([3, 2, "found 2"]);
  expect([paymentList.paymentAt(3), paymentList.paymentAt(5_000), paymentList.months]).toEqual([
    undefined,
    undefined,
    [],
  ]);
});

it("sends the same query again only when it was not answered", async () => {
  const paymentList = await fullyLoaded(ALL);
  requests.length = 0;
  await paymentList.setQuery({ ...ALL });
  expect([requests, paymentList.queriesAnswered]).toEqual([[], 1]);
  list.failing = true;
  await paymentList.setQuery({ ...ALL, search: "x" });
  expect([paymentList.failure?.code, paymentList.isFiltered, paymentList.paymentAt(0)?.id]).toEqual([
    "storage_failed",
    false,
    "0",
  ]);
  Object.assign(list, { failing: false, total: 3 });
  await paymentList.refresh();
  expect([paymentList.failure, paymentList.isFiltered, paymentList.total, paymentList.queriesAnswered]).toEqual([
    null,
    true,
    3,
    2,
  ]);
  expect(paymentList.paymentAt(PAGE_SIZE)).toBeUndefined();
});

it("reports filters once the filtered payments are shown", async () => {
  const paymentList = new PaymentList();
  await paymentList.setQuery(ALL);
  const asking = paymentList.setQuery({ ...ALL, statuses: ["failed"] });
  expect(paymentList.isFiltered).toBe(false);
  await asking;
  expect(paymentList.isFiltered).toBe(true);
});

it("listens for its account's payments from the preload until it is closed", async () => {
  const leave = new AbortController();
  await preloadPayments({ ...ALL, account: "one" }, leave.signal);
  list.mark = "new ";
  emit({ what: "payments", account: "other" });
  emit({ what: "account", account: "one" });
  const paymentList = takePreloadedPayments();
  await vi.waitFor(() => expect(paymentList.months).not.toEqual([]));
  expect(paymentList.paymentAt(0)?.id).toBe("0");
  emit({ what: "payments", account: "one" });
  await vi.waitFor(() => expect(paymentList.paymentAt(0)?.id).toBe("new 0"));
  leave.abort();
  expect(changes.size).toBe(1);
  paymentList.close();
  expect(changes.size).toBe(0);
});

it("drops the preloaded list when the user goes elsewhere", async () => {
  const leave = new AbortController();
  const asking = preloadPayments({ ...ALL, account: "one" }, leave.signal);
  leave.abort();
  await asking;
  expect(changes.size).toBe(0);
  expect(takePreloadedPayments().total).toBeNull();
});
