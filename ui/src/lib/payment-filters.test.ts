import { expect, it, vi } from "vitest";

const saved = vi.hoisted(() => [] as unknown[]);
vi.mock("$lib/transport", () => ({
  core: {
    changeWindowState: (change: unknown) => (saved.push(change), Promise.resolve()),
  },
}));

const { dayRange, paymentFilters } = await import("./payment-filters.svelte.ts");
const NOW = new Date(2026, 2, 10, 12).getTime();

it("turns a range into its first and last day", () => {
  expect(dayRange(null, "2026-01-01", "2026-01-31", NOW)).toEqual([null, null]);
  expect(dayRange("7", "", "", NOW)).toEqual(["2026-03-04", null]);
  expect(dayRange("own", "2026-01-01", "2026-0", NOW)).toEqual(["2026-01-01", null]);
});

it("saves the filters, and never the text of a search", async () => {
  paymentFilters.searchText = paymentFilters.search = "0xabc";
  paymentFilters.choose({ statuses: ["expired"], dates: "30" });
  await vi.waitFor(() => expect(saved).toHaveLength(1));
  expect(saved[0]).toEqual({
    payment_filters: {
      statuses: ["expired"],
      dates: "30",
      from: "",
      to: "",
      all_accounts: false,
    },
  });
  expect(paymentFilters.query("one", false)).toMatchObject({
    account: "one",
    search: "0xabc",
    statuses: ["expired"],
  });
});

it("asks for all accounts only while there are several", () => {
  paymentFilters.choose({ all_accounts: true });
  expect([paymentFilters.query("one", true).account, paymentFilters.query("one", false).account]).toEqual([
    null,
    "one",
  ]);
});

it("clears everything but the choice of accounts", () => {
  paymentFilters.searchText = paymentFilters.search = "x";
  paymentFilters.choose({
    statuses: ["failed"],
    dates: "own",
    from: "2026-01-01",
    all_accounts: true,
  });
  paymentFilters.clear();
  expect(paymentFilters.searchText).toBe("");
  expect(paymentFilters.query("one", true)).toEqual({
    account: null,
    search: null,
    statuses: [],
    from: null,
    to: null,
  });
});
