import { beforeEach, expect, it, vi } from "vitest";
import type { AppView, Page, PaymentQuery, Place } from "./types.ts";

const preloads = vi.hoisted(() => [] as PaymentQuery[]);

vi.mock("$lib/transport", () => ({
  core: { changeWindowState: () => Promise.resolve() },
}));
vi.mock("./payment-list-preload.ts", () => ({
  preloadPayments: (query: PaymentQuery) => (preloads.push(query), Promise.resolve()),
}));
vi.mock("./changes.ts", () => ({ subscribeToChanges: () => () => {} }));

const { app } = await import("./app.svelte.ts");
const { paymentFilters } = await import("./payment-filters.svelte.ts");

const left = (page: Place["page"], account: string | null): Place => ({
  page,
  account,
});
const PAYMENT: Page = { name: "payment", account: "two", payment: "p1" };

beforeEach(async () => {
  app.resource.initialize({
    accounts: [{ id: "one" }, { id: "two" }],
  } as AppView);
  app.selectAccount("one");
  await app.goTo("overview");
  paymentFilters.clear();
  paymentFilters.choose({ all_accounts: false });
  preloads.length = 0;
});

it("opens where the user left the window", async () => {
  await app.open(left("inbox", "two"), null);
  expect([app.page, app.account?.id]).toEqual(["inbox", "two"]);
});

it("opens the payments with the filters that the user left", async () => {
  paymentFilters.choose({ statuses: ["completed"], all_accounts: true });
  await app.open(left("payments", "two"), null);
  expect(app.page).toBe("payments");
  expect(preloads).toEqual([
    {
      account: null,
      search: null,
      statuses: ["completed"],
      from: null,
      to: null,
    },
  ]);
});

it("opens the first account's overview if the account is gone", async () => {
  await app.open(left("payments", "three"), null);
  expect([app.page, app.account?.id, preloads.length]).toEqual(["overview", "one", 0]);
});

it("opens the settings that were left before there was an account", async () => {
  await app.open(left("settings", null), null);
  expect([app.page, app.account?.id]).toEqual(["settings", "one"]);
});

it("opens a requested page instead, once", async () => {
  await app.open(left("inbox", "one"), PAYMENT);
  const opened = app.openedPayment;
  expect([app.page, app.account?.id, opened?.id]).toEqual(["payments", "two", "p1"]);
  // The core requests it once more when the window listens.
  app.handleChange({ what: "show", page: PAYMENT });
  expect(app.openedPayment).toBe(opened);
  app.openedPayment = null;
  app.handleChange({ what: "show", page: PAYMENT });
  expect(app.openedPayment).toEqual({ account: "two", id: "p1" });
});

it("shows a page that is requested after the user has gone elsewhere", async () => {
  await app.open(left("inbox", "one"), PAYMENT);
  await app.goTo("accounts");
  app.handleChange({ what: "show", page: PAYMENT });
  expect(app.openedPayment).toEqual({ account: "two", id: "p1" });
});

it("hides none of the payments that are asked for", async () => {
  paymentFilters.choose({ statuses: ["failed"], dates: "7" });
  paymentFilters.searchText = paymentFilters.search = "abc";
  await app.showPage({ name: "payments", account: "one" });
  expect(preloads).toEqual([{ account: "one", search: null, statuses: [], from: null, to: null }]);
});
