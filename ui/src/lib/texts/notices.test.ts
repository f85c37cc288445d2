import { expect, it } from "vitest";
import type { NoticeKind, NoticeView } from "../types.ts";
import { noticeBody, noticeTitle } from "./notices.ts";

const KINDS: readonly NoticeKind[] = [
  "completed",
  "failed",
  "expired",
  "cancelled",
  "under_review",
  "reversed",
  "refunded",
  "low_balance",
  "balance_used_up",
  "machines_at_risk",
  "disks_at_risk",
  "machines_removed",
  "disks_removed",
  "unit_changed",
  "key_expires",
  "signed_out",
];

function notice(of: Partial<NoticeView>): NoticeView {
  return {
    id: 1,
    account: "a",
    label: "Main",
    kind: "completed",
    about: "top_up",
    reason: null,
    amount: { amount: "25.00", currency: "USDC" },
    days_left: null,
    payment: null,
    at: "2026-01-31T12:00:00Z",
    read: true,
    ...of,
  };
}

it("names the account, and the amount unless it is hidden", () => {
  for (const kind of KINDS) {
    expect(noticeBody(notice({ kind }), false)).toContain("Main");
    expect(noticeBody(notice({ kind }), true)).not.toContain("25");
    if (kind !== "key_expires" && kind !== "signed_out")
      expect(noticeBody(notice({ kind }), false), kind).toContain("25.00 USDC");
  }
});

it("calls a credit or a refund a payment", () => {
  expect(noticeTitle(notice({ about: "renewal" }))).toBe("Renewal completed");
  expect(noticeTitle(notice({ about: "credit" }))).toBe("Payment completed");
  expect(noticeTitle(notice({ about: "refund", kind: "refunded" }))).toBe("Refund of a payment");
});

it("says the provider's reason, and without one where to look", () => {
  const declined = { why: "declined", words: "Limit reached." } as const;
  expect(noticeBody(notice({ kind: "cancelled", reason: declined }), false)).toMatch(
    /declined the payment.*The provider says: Limit reached\.$/,
  );
  expect(noticeBody(notice({ kind: "failed" }), false)).toMatch(/open this payment in Bursar/);
});

it("writes the days that are left as people count", () => {
  const body = (days_left: number) => noticeBody(notice({ kind: "low_balance", days_left }), true);
  expect(body(0)).toContain("less than a day");
  expect(body(1)).toContain("about 1 day.");
  expect(body(6)).toContain("about 6 days.");
});
