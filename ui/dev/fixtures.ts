// Invented accounts, figures and payments for the preview.

import type {
  AccountView,
  Amount,
  ChargeView,
  DebtView,
  Entitlement,
  Figure,
  MoneyRule,
  NetworkView,
  NoticeView,
  Overview,
  PaymentStatus,
  PaymentView,
  ResourceTotal,
  TopUpForm,
  TopUpView,
} from "../src/lib/types.ts";

export const NOW = Date.now();
export const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString().replace(/\.\d+/, "");
export const usdc = (amount: string): Amount => ({ amount, currency: "USDC" });

export const MAIN: AccountView = {
  id: "a1",
  label: "Fluence",
  network: "mainnet",
  provider: "Fluence",
  provider_title: "own_name",
  capabilities: { several_open: false, renewals: false, migrations: false, saved_methods: false, invoices: false },
  verifiable: true,
  rpc_hosts: 1,
  api_host: "api.fluence.dev",
  sandbox: false,
  address: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  signed_in: true,
  waits_for_keyring: false,
  keyring_error: null,
  session_only: false,
  signed_in_by_browser: false,
  key_expiry: null,
  signs_in_by_browser: false,
  has_console: true,
  has_keys_page: true,
  has_billing_page: true,
  has_explorer: true,
  currency: "USDC",
  balance: { amount: usdc("1204.350000"), source: "chain", as_of: ago(12), block: "5103812" },
  owed: null,
  connected_at: ago(86_400 * 200),
};

export const API_BALANCE: Figure = { amount: usdc("1204.35"), source: "api", as_of: ago(40), block: null };

export const SANDBOX: AccountView = {
  ...MAIN,
  id: "a2",
  label: "Sandbox",
  network: "sandbox",
  api_host: "127.0.0.1:4010",
  sandbox: true,
  signs_in_by_browser: true,
  balance: { amount: usdc("253.934"), source: "chain", as_of: ago(3), block: "812" },
  owed: null,
};

export const OPEN: TopUpView = {
  id: "t1",
  payment_id: "9105eb3c-55a1-4b0e-9e0a-2f6c0aa1c140",
  kind: "top_up",
  purpose: null,
  amount: usdc("25.00"),
  status: "open",
  reason: null,
  created_at: ago(195),
  expires_at: ago(-705),
  can_open: true,
  refused_host: null,
  late_money: "credited",
  help: "wallet_qr",
  usually_expires_at: null,
  can_cancel: true,
  cancel_requested: false,
  checked_at: ago(4),
  error: null,
};

const DAILY = [
  "2.91",
  "3.02",
  "3.10",
  "2.80",
  "1.12",
  "0.98",
  "3.24",
  "3.31",
  "3.30",
  "3.35",
  "3.40",
  "1.20",
  "1.10",
  "3.60",
  "3.71",
  "3.84",
  "3.90",
  "4.10",
  "1.50",
  "1.42",
  "4.22",
  "4.31",
  "4.40",
  "4.02",
  "4.18",
  "0",
  "0",
  "4.35",
  "4.52",
  "3.871234",
];

export const CHARGES: ChargeView[] = DAILY.map((amount, day) => ({
  date: ago(86_400 * (29 - day)).slice(0, 10),
  amount: usdc(amount),
}));

const RESOURCES: ResourceTotal[] = [
  ...["web-1", "web-2", "database", "a-machine-with-a-rather-long-name-for-builds", "queue", "cache"].map(
    (name, n): ResourceTotal => ({
      id: `r-${n}`,
      name,
      kind: "machine",
      total: usdc(`${28 - n * 4}.${String(n * 13 + 10)}1234`),
    }),
  ),
  { id: "r-6", name: "database-volume", kind: "disk", total: usdc("2.401000") },
  { id: "c6d2a3f0-3b1e-4a8f-9a2e-6b1f0c5d7e90", name: null, kind: "address", total: usdc("1.100000") },
  { id: "r-8", name: "old-volume", kind: "disk", total: usdc("0.300000") },
];

export const OVERVIEW: Overview = {
  account: MAIN,
  balance: MAIN.balance,
  chain_balance: MAIN.balance,
  debt: null,
  api_leads: false,
  entitlements: [],
  reserved: { amount: usdc("42.070000"), source: "chain", as_of: ago(12), block: "5103812" },
  held: { amount: usdc("0.000000"), source: "chain", as_of: ago(12), block: "5103812" },
  frozen: false,
  api_balance: { amount: usdc("1204.35"), source: "api", as_of: ago(40), block: null },
  agrees: true,
  api_current: true,
  daily_usage: usdc("31.10"),
  days_left: 38,
  stale: false,
  as_of: ago(12),
  charges: CHARGES,
  resources: RESOURCES,
  charges_as_of: ago(1500),
  charges_error: null,
  payments_as_of: ago(30),
  top_ups: [],
  errors: [],
  maintenance: false,
};

const METHOD = { payers: [], saved: null, can_be_saved: false, debits_at_once: false };

export const FORM: TopUpForm = {
  top_up_id: "6f1c1c5e-6f0c-4f6e-9c7e-2f6c0aa1c140",
  payers: [],
  methods_as_of: ago(60),
  currency: "USDC",
  decimals: 2,
  methods: [
    { ...METHOD, code: "copperx", name: "Crypto by CopperX", kind: "crypto", min: usdc("10.00"), max: usdc("5000.00") },
    { ...METHOD, code: "card", name: "Card", kind: "fiat", min: usdc("20.00"), max: usdc("1000.00") },
  ],
  presets: ["10", "25", "50", "100", "250"],
  clears_debt: null,
  headroom: usdc("3753.58"),
  balance_max: usdc("5000"),
  open: null,
  returns_by_link: true,
  blocked: null,
};

export const RULES: MoneyRule[] = ["rent_only", "no_withdrawal", "payment_page_only", "wallet_is_separate"];

export const NETWORKS: NetworkView[] = ["mainnet", "testnet", "stage"].map((name) => ({
  name,
  provider: "Fluence",
  provider_title: "own_name",
  api_host: name === "mainnet" ? "api.fluence.dev" : `api.${name}.fluence.dev`,
  sandbox: false,
  has_console: true,
  has_keys_page: name === "mainnet",
  signs_in_by_browser: false,
  has_chain: true,
  scopes: [
    { name: "billing:get_history", allows: "payments", preset: "Read only" },
    { name: "billing:get_spending_history", allows: "spending", preset: "Read only" },
    { name: "billing:top_up", allows: "top-ups", preset: "Full access" },
  ],
  built_in: true,
  featured: name === "mainnet",
}));

export const SANDBOX_NETWORK: NetworkView = {
  ...(NETWORKS[0] as NetworkView),
  name: "sandbox",
  api_host: "127.0.0.1:4010",
  sandbox: true,
  signs_in_by_browser: true,
  built_in: false,
};

const STATUSES: PaymentStatus[] = [
  "open",
  "completed",
  "completed",
  "expired",
  "completed",
  "cancelled",
  "completed",
  "under_review",
  "completed",
  "failed",
  "confirming",
  "completed",
  "not_started",
];

export function payments(count: number): PaymentView[] {
  return Array.from({ length: count }, (_, n) => {
    const status = STATUSES[n % STATUSES.length] ?? "completed";
    const credit = n % 9 === 8;
    const id = `${(n * 7919 + 0x9105eb3).toString(16)}-55a1-4b0e-9e0a-2f6c0aa1c${String(n % 1000).padStart(3, "0")}`;
    const own = credit ? `chain:0x${(n + 77).toString(16).padStart(64, "c")}:2` : `local:${id}`;
    const provider_id = credit || status === "not_started" ? null : id;
    return {
      account: MAIN.id,
      id: provider_id ?? own,
      provider_id,
      number: null,
      kind: credit ? "credit" : "top_up",
      purpose: null,
      reason: null,
      payer: null,
      method: null,
      has_invoice: false,
      verifiable: true,
      status: credit ? "completed" : status,
      amount: usdc(credit ? "256.000000" : `${10 + ((n * 37) % 900)}.${String((n * 13) % 100).padStart(2, "0")}`),
      fee: credit || n % 4 === 3 ? null : usdc("0.10"),
      source: credit ? "chain" : "copperx",
      source_title: credit ? null : "CopperX",
      created_at: ago(195 + n * 39_000),
      updated_at: ago(100 + n * 39_000),
      verified: credit || status === "completed",
      matched: credit || n % 2 === 0 ? "by_id" : "by_amount",
      transaction: credit || status === "completed" ? `0x${(n + 5).toString(16).padStart(64, "ab3")}` : null,
      block: credit || status === "completed" ? String(5_103_812 - n * 900) : null,
      top_up: n === 0 ? OPEN.id : null,
    };
  });
}

export function notices(): NoticeView[] {
  const base: Omit<NoticeView, "id" | "kind" | "at"> = {
    account: MAIN.id,
    label: MAIN.label,
    about: "top_up",
    reason: null,
    amount: usdc("25.00"),
    days_left: null,
    payment: null,
    read: true,
  };
  return [
    {
      ...base,
      id: 9,
      kind: "completed",
      payment: payments(3)[1]?.id ?? null,
      at: ago(340),
      read: false,
    },
    {
      ...base,
      id: 8,
      kind: "low_balance",
      days_left: 6,
      at: ago(7400),
      read: false,
    },
    {
      ...base,
      id: 7,
      kind: "expired",
      amount: usdc("10.00"),
      at: ago(90_000),
    },
    {
      ...base,
      id: 6,
      kind: "under_review",
      amount: usdc("500.00"),
      at: ago(190_000),
    },
    {
      ...base,
      id: 5,
      kind: "failed",
      amount: usdc("40.00"),
      at: ago(290_000),
    },
    {
      ...base,
      id: 4,
      kind: "signed_out",
      at: ago(590_000),
    },
    {
      ...base,
      id: 3,
      kind: "key_expires",
      days_left: 7,
      at: ago(690_000),
    },
  ];
}

const usd = (amount: string): Amount => ({ amount, currency: "USD" });

/** A debt two days after the money ran out. */
export const DEBT: DebtView = {
  owed: usd("3.50"),
  last_above_zero: ago(2 * 86_400),
  steps: [
    {
      removes: "machines_and_addresses",
      limit: usd("5.00"),
      unpaid_days: 3,
      state: "ahead",
      expected_at: ago(-86_400),
    },
    { removes: "disks", limit: usd("20.00"), unpaid_days: 10, state: "ahead", expected_at: ago(-11 * 86_400) },
  ],
  rules_as_of: "2026-11-30",
};

export const ENTITLEMENTS: Entitlement[] = [
  { kind: "promo_credits", name: "promo-credits", amount: usd("12.00"), expires_at: ago(-21 * 86_400) },
  { kind: "other", name: "gpu-hours", amount: usd("-1.20"), expires_at: null },
];
