import { beforeEach, expect, it, vi } from "vitest";
import type { Change, PaymentPage, PaymentQuery, PaymentView } from "./types.ts";

const asked: string[] = [];
const list = vi.hoisted(() => ({ total: 100_000, mark: "", failing: false }));

vi.mock("$lib/transport", () => {
  function page(row: number, limit: number): Promise<PaymentPage> {
    if (list.failing) return Promise.reject({ code: "storage_failed", message: "no", retryable: true });
    const end = Math.min(list.total, row + limit);
    const payments = Array.from({ length: Math.max(0, end - row) }, (_, n) => ({ id: `${list.mark}${row + n}` }));
    const next = end < list.total ? String(end) : null;
    return Promise.resolve({ payments: payments as PaymentView[], next, total: list.total });
  }
  return {
    core: {
      payments: (_: PaymentQuery, after: string | null, limit: number) => {
        asked.push(`after ${after}`);
        return page(Number(after ?? 0), limit);
      },
      paymentsFrom: (_: PaymentQuery, row: number, limit: number) => {
        asked.push(`from ${row}`);
        return page(row, limit);
      },
      paymentMonths: () => Promise.resolve([{ month: "2025-03", payments: list.total }]),
    },
  };
});

const changes = vi.hoisted(() => new Set<(change: Change) => void>());
vi.mock("./changes.ts", () => ({
  hear: (heard: (change: Change) => void) => (changes.add(heard), () => changes.delete(heard)),
}));

vi.mock("./frame.ts", () => ({ frameDrawn: () => Promise.resolve() }));

const { History, KEPT, PAGE } = await import("./history.svelte.ts");
const { openHistory, takeHistory } = await import("./opening.ts");
const ALL: PaymentQuery = { account: null, search: null, statuses: [], from: null, to: null };

/** A history that has read what is beside its first page as well. */
async function whole(query: PaymentQuery) {
  const history = new History();
  await history.ask(query);
  await vi.waitFor(() => expect(history.months).not.toEqual([]));
  return history;
}

function tell(change: Change) {
  for (const heard of changes) heard(change);
}

beforeEach(() => {
  asked.length = 0;
  changes.clear();
  Object.assign(list, { total: 100_000, mark: "", failing: false });
});

it("reads a page and the one after it, by the place that the first one tells", async () => {
  const history = await whole(ALL);
  expect(asked).toEqual(["after null", `after ${PAGE}`]);
  expect([history.total, history.at(0)?.id, history.at(2 * PAGE - 1)?.id]).toEqual([100_000, "0", `${2 * PAGE - 1}`]);
  expect(history.at(2 * PAGE)).toBeUndefined();
  expect(history.months).toEqual([{ month: "2025-03", payments: 100_000 }]);
});

it("reads what is in sight anywhere, first", async () => {
  const history = await whole(ALL);
  asked.length = 0;
  await history.see(50_010, 50_024);
  expect(asked).toEqual(["from 50000", `after ${50_000 + PAGE}`, `from ${50_000 - PAGE}`]);
  expect(history.at(50_010)?.id).toBe("50010");
});

it("keeps a few pages, however far it is scrolled", async () => {
  const history = new History();
  await history.ask(ALL);
  for (let row = 0; row < 20_000; row += 20) await history.see(row, row + 14);
  expect(history.at(19_980)?.id).toBe("19980");
  let kept = 0;
  for (let row = 0; row < list.total; row += PAGE) if (history.at(row)) kept += 1;
  expect(kept).toBe(KEPT);
  expect(asked.filter((one) => one.startsWith("from"))).toEqual([]);
});

it("shows what was read until it has been read again", async () => {
  const history = new History();
  await history.ask(ALL);
  await history.see(500, 514);
  list.mark = "new ";
  const reading = history.refresh();
  expect(history.at(510)?.id).toBe("510");
  await reading;
  expect(history.at(510)?.id).toBe("new 510");
  expect(history.at(0)?.id).toBe("0");
  await history.see(0, 14);
  expect(history.at(0)?.id).toBe("new 0");
});

it("keeps what it has when reading fails, and asks no more by itself", async () => {
  const history = new History();
  await history.ask(ALL);
  list.failing = true;
  await history.see(1_000, 1_014);
  expect(history.failure?.code).toBe("storage_failed");
  asked.length = 0;
  await history.see(2_000, 2_014);
  expect(asked).toEqual([]);
  expect(history.at(0)?.id).toBe("0");
  list.failing = false;
  await history.refresh();
  expect([history.failure, history.at(2_000)?.id]).toEqual([null, "2000"]);
});

it("begins at the top with another query", async () => {
  const history = new History();
  await history.ask(ALL);
  await history.see(5_000, 5_014);
  Object.assign(list, { total: 3, mark: "found " });
  await history.ask({ ...ALL, search: "x" });
  expect([history.total, history.answered, history.at(2)?.id]).toEqual([3, 2, "found 2"]);
  expect([history.at(3), history.at(5_000), history.months]).toEqual([undefined, undefined, []]);
});

it("asks the same again only when it has not come", async () => {
  const history = await whole(ALL);
  asked.length = 0;
  await history.ask({ ...ALL });
  expect([asked, history.answered]).toEqual([[], 1]);
  list.failing = true;
  await history.ask({ ...ALL, search: "x" });
  expect([history.failure?.code, history.narrowed, history.at(0)?.id]).toEqual(["storage_failed", false, "0"]);
  Object.assign(list, { failing: false, total: 3 });
  await history.refresh();
  expect([history.failure, history.narrowed, history.total, history.answered]).toEqual([null, true, 3, 2]);
  expect(history.at(PAGE)).toBeUndefined();
});

it("says that a part is shown once it is shown", async () => {
  const history = new History();
  await history.ask(ALL);
  const asking = history.ask({ ...ALL, statuses: ["failed"] });
  expect(history.narrowed).toBe(false);
  await asking;
  expect(history.narrowed).toBe(true);
});

it("hears of its account's payments from when it is asked for until it is closed", async () => {
  const leave = new AbortController();
  await openHistory("one", leave.signal);
  list.mark = "new ";
  tell({ what: "payments", account: "other" });
  tell({ what: "account", account: "one" });
  const history = takeHistory();
  await vi.waitFor(() => expect(history.months).not.toEqual([]));
  expect(history.at(0)?.id).toBe("0");
  tell({ what: "payments", account: "one" });
  await vi.waitFor(() => expect(history.at(0)?.id).toBe("new 0"));
  leave.abort();
  expect(changes.size).toBe(1);
  history.close();
  expect(changes.size).toBe(0);
});

it("lets go of what was asked for when its page does not come", async () => {
  const leave = new AbortController();
  const asking = openHistory("one", leave.signal);
  leave.abort();
  await asking;
  expect(changes.size).toBe(0);
  expect(takeHistory().total).toBeNull();
});
