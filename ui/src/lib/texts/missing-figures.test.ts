import { describe, expect, it } from "vitest";
import type { AccountView, Failure, Overview } from "../types.ts";
import {
  apiObstacle,
  shortReason,
  chainObstacle,
  missingBalanceText,
  missingChargesText,
  missingPaymentsText,
} from "./missing-figures.ts";

const ACCOUNT = { address: null, signed_in: true, waits_for_keyring: false, verifiable: true } as AccountView;
const LOCKED = { ...ACCOUNT, signed_in: false, waits_for_keyring: true };
const SIGNED_OUT = { ...ACCOUNT, signed_in: false };
const LATE: Failure = { code: "timeout", detail: "The provider did not answer in time.", retryable: true };
const SCOPE: Failure = { code: "forbidden", detail: "The key lacks billing:get_spending_history.", retryable: false };

function overview(account: AccountView, failure: Failure | null = null): Overview {
  return { account, charges_error: failure, errors: failure ? [failure] : [] } as unknown as Overview;
}

describe("missing charges", () => {
  it("are blamed on the key's scope only when the provider said so", () => {
    expect(missingChargesText(overview(ACCOUNT, SCOPE), true)).toMatch(
      /lacks billing:get_spending_history.*missing scope/,
    );
    const others = [
      missingChargesText(overview(ACCOUNT), true),
      missingChargesText(overview(ACCOUNT), false),
      missingChargesText(overview(LOCKED), true),
      missingChargesText(overview(SIGNED_OUT), true),
      missingChargesText(overview(ACCOUNT, LATE), true),
    ];
    for (const text of others) expect(text).not.toMatch(/scope/);
    expect(new Set(others).size, "each cause has its own words").toBe(others.length);
  });

  it("are loading while nothing else is known", () => {
    expect(missingChargesText(overview(ACCOUNT), true)).toMatch(/^Loading/);
  });
});

describe("obstacles", () => {
  it("name the keyring before a sign-out, and a failure only while online", () => {
    expect(apiObstacle(LOCKED, true, true)).toBe("keyring");
    expect(apiObstacle(SIGNED_OUT, false, true)).toBe("signed_out");
    expect(apiObstacle(ACCOUNT, false, true)).toBe("offline");
    expect(apiObstacle(ACCOUNT, true, true)).toBe("failed");
    expect(apiObstacle(ACCOUNT, true, false)).toBe("loading");
  });

  it("name the missing address for figures from the chain, and never a key", () => {
    expect(chainObstacle(SIGNED_OUT, true, false)).toBe("address");
    expect(chainObstacle({ ...SIGNED_OUT, address: "0x" }, true, false)).toBe("loading");
    expect(chainObstacle({ ...ACCOUNT, address: "0x" }, false, true)).toBe("offline");
    expect(shortReason("address")).toMatch(/Wallet address/);
  });
});

it("names only a known cause for a missing balance or history", () => {
  expect(missingBalanceText(overview(ACCOUNT), true)).toMatch(/^Loading/);
  expect(missingBalanceText(overview(SIGNED_OUT), true)).toMatch(/sign in/);
  expect(missingBalanceText(overview({ ...SIGNED_OUT, address: "0x" }), true)).toMatch(/^Loading/);
  expect(missingBalanceText(overview(LOCKED), true)).toMatch(/keyring/);
  expect(missingBalanceText(overview(ACCOUNT), false)).toMatch(/offline/);
  expect(missingBalanceText(overview(ACCOUNT, LATE), true)).toMatch(/could not be read/);
  expect(missingPaymentsText(overview(ACCOUNT), true)).toMatch(/Loading/);
  expect(missingPaymentsText(overview(ACCOUNT), false)).toMatch(/offline/);
  expect(missingPaymentsText(overview(SIGNED_OUT), true)).toMatch(/Sign in/);
});
