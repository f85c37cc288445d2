// An invented account at a provider with payers, saved methods, renewals, migrations and invoices, and without a chain.

import { sum } from "../src/lib/amount-math.ts";
import type {
  AccountView,
  Amount,
  BalanceView,
  DuePaymentsView,
  DuePaymentInProgress,
  Failure,
  MethodsView,
  MethodView,
  NetworkView,
  Overview,
  PaymentStatus,
  PaymentView,
  Period,
  Quote,
  TopUpForm,
  TopUpView,
  PaymentRequest,
} from "../src/lib/types.ts";
import { ago, CHARGES, MAIN, NETWORKS, OPEN, OVERVIEW } from "./fixtures.ts";

const DAY = 86_400;
export const usd = (amount: string): Amount => ({ amount, currency: "USD" });

export const PANEL: AccountView = {
  ...MAIN,
  id: "p1",
  label: "Basalt Hosting",
  network: "basalt",
  provider: "Hosting panel",
  provider_title: "hosting",
  capabilities: { several_open: true, renewals: true, migrations: true, saved_methods: true, invoices: true },
  verifiable: false,
  rpc_hosts: 0,
  api_host: "panel.basalt.example",
  address: null,
  has_explorer: false,
  currency: "USD",
  balance: { amount: usd("86.40"), source: "api", as_of: ago(20), block: null },
  owed: null,
};

const PAGE: MethodView = {
  code: "pm_stripe_jane",
  name: "Card (Stripe)",
  kind: "payment_system",
  payers: ["jane"],
  min: usd("0.50"),
  max: usd("15000.00"),
  saved: null,
  can_be_saved: true,
  debits_at_once: false,
};
const SAVED: MethodView = {
  ...PAGE,
  code: "pm_visa",
  name: "Visa",
  kind: "saved",
  saved: { state: "confirmed", is_default: true, detail: "•••• 4242", expires: "08/29" },
  can_be_saved: false,
  debits_at_once: true,
};

const METHODS: MethodView[] = [
  SAVED,
  {
    ...SAVED,
    code: "pm_paypal",
    name: "PayPal",
    saved: { state: "confirmed", is_default: false, detail: "jane@example.org", expires: null },
  },
  {
    ...SAVED,
    code: "pm_master",
    name: "Mastercard",
    saved: { state: "pending", is_default: false, detail: "•••• 5100", expires: "11/27" },
  },
  PAGE,
  { ...PAGE, code: "pm_paypal_page", name: "PayPal" },
  { ...PAGE, code: "pm_invoice", name: "Invoice", kind: "invoice", payers: ["acme"], can_be_saved: false },
  { ...PAGE, code: "pm_stripe_acme", payers: ["acme"] },
  {
    ...SAVED,
    code: "pm_old",
    name: "Visa",
    payers: ["acme"],
    saved: { state: "failed", is_default: false, detail: "•••• 0341", expires: "02/25" },
  },
];
const PAYERS = [
  { id: "jane", name: "Jane Doe" },
  { id: "acme", name: "Acme Engineering GmbH & Co. KG" },
];

export const FORM: TopUpForm = {
  top_up_id: "6f1c1c5e-6f0c-4f6e-9c7e-2f6c0aa1c141",
  payers: PAYERS,
  methods: METHODS,
  methods_as_of: ago(60),
  currency: "USD",
  decimals: 2,
  presets: ["100", "200", "500", "1000"],
  clears_debt: null,
  headroom: null,
  balance_max: null,
  open: null,
  returns_by_link: true,
  blocked: null,
};

export const METHODS_VIEW: MethodsView = { payers: PAYERS, methods: METHODS, as_of: ago(60), error: null };

const period = (id: string, name: string, price: string, days: number): Period => ({
  id,
  name,
  price: usd(price),
  until: ago(-DAY * days),
});
const PERIODS = [
  period("1m", "1 month", "24.90", 41),
  period("3m", "3 months", "71.00", 101),
  period("12m", "12 months", "268.92", 376),
];

export const DUES: DuePaymentsView = {
  services: [
    { id: "s1", name: "vm-14.basalt.example", tariff: "VPS 4 GB", due_at: ago(DAY * 2), periods: PERIODS },
    { id: "s2", name: "basalt-docs.example", tariff: "Domain", due_at: ago(-DAY * 9), periods: PERIODS.slice(2) },
    {
      id: "s3",
      name: "a-very-long-service-name-for-the-staging-database-of-a-large-team.basalt.example",
      tariff: "Dedicated, EPYC 7402P",
      due_at: ago(-DAY * 30),
      periods: PERIODS,
    },
  ],
  migrations: [
    {
      order: "m1",
      name: "vm-14.basalt.example",
      server: "bm-31.basalt.example",
      server_detail: "EPYC 7402P, 128 GB, 2 × 1.9 TB NVMe",
      ordered_at: ago(DAY * 3),
      periods: PERIODS,
    },
  ],
  under_way: [],
  as_of: ago(90),
  error: null,
};

export const OVERVIEW_OF_PANEL: Overview = {
  ...OVERVIEW,
  account: PANEL,
  balance: PANEL.balance,
  chain_balance: null,
  debt: null,
  api_leads: false,
  entitlements: [],
  resources: [],
  reserved: null,
  held: null,
  frozen: null,
  api_balance: PANEL.balance,
  agrees: null,
  api_current: true,
  daily_usage: usd("4.10"),
  days_left: 21,
  charges: CHARGES.map(({ date, amount }) => ({ date, amount: amount && usd(amount.amount) })),
};

export const DEBITED: TopUpView = {
  ...OPEN,
  id: "t7",
  payment_id: "pay_7",
  amount: usd("100.00"),
  status: "confirming",
  expires_at: null,
  can_open: false,
  can_cancel: false,
};

/** An unpaid invoice. */
export const INVOICED: TopUpView = {
  ...DEBITED,
  id: "t8",
  payment_id: "pay_8",
  kind: "renewal",
  purpose: [{ name: "vm-14.basalt.example", server: null, period: { months: 1 } }],
  amount: usd("24.90"),
  status: "open",
  can_cancel: true,
};

export const PAYMENTS_IN_PROGRESS: DuePaymentInProgress[] = [
  { services: ["s1"], order: null, top_up: INVOICED },
  {
    services: [],
    order: "m1",
    top_up: {
      ...INVOICED,
      id: "t9",
      kind: "migration",
      purpose: [{ name: "vm-14.basalt.example", server: "bm-31", period: { months: 1 } }],
    },
  },
];

export const DECLINED: TopUpView = {
  ...DEBITED,
  status: "cancelled",
  reason: {
    why: "declined",
    words: "The card was declined by its issuer.",
  },
};

export const NETWORK: NetworkView = {
  ...(NETWORKS[0] as NetworkView),
  name: "basalt",
  provider: PANEL.provider,
  api_host: PANEL.api_host,
  has_chain: false,
  has_keys_page: false,
  scopes: [],
  built_in: false,
  featured: true,
};

export function balances(others: BalanceView[]): BalanceView[] {
  return [...others, { ...OVERVIEW_OF_PANEL, low: false, top_ups: [DEBITED] }];
}

/** The preview's price for a payment. */
export function quote(
  request: PaymentRequest,
  error: (code: Failure["code"], detail: Failure["detail"]) => Failure,
  pricesRaised: boolean,
): Quote {
  const method = METHODS.find((one) => one.code === request.method);
  const prices = [...priced(request), ...(pricesRaised ? [usd("5.10")] : [])];
  const amount = sum(prices);
  const known = {
    amount,
    fee: usd("0.00"),
    total: amount,
    balance_after: amount && request.purpose.what === "top_up" ? sum([usd("86.40"), amount]) : null,
    purpose:
      request.purpose.what === "top_up"
        ? null
        : [{ name: "vm-14.basalt.example", server: null, period: { months: 1 } }],
    method: request.method,
    needs_confirmation: method?.debits_at_once ?? false,
    error: null,
    warning: null,
  };
  if (request.purpose.what !== "top_up" || Number(request.purpose.amount) <= 15_000) return known;
  return {
    ...known,
    error: error("amount_too_large", {
      id: "amount-above-method-maximum",
      args: { method: "Visa •••• 4242, 08/29", maximum: usd("15000.00") },
    }),
  };
}

function priced({ purpose }: PaymentRequest): Amount[] {
  if (purpose.what === "top_up") return /^\d+(\.\d{1,2})?$/.test(purpose.amount) ? [usd(purpose.amount)] : [];
  const wanted = purpose.what === "renewal" ? purpose.services.map((one) => one.period) : [purpose.period];
  return wanted.flatMap((id) => PERIODS.filter((one) => one.id === id).map((one) => one.price));
}

const STATUSES: PaymentStatus[] = [
  "completed",
  "confirming",
  "cancelled",
  "completed",
  "refunding",
  "open",
  "refunded",
];

export function payments(count: number): PaymentView[] {
  return Array.from({ length: count }, (_, n) => {
    const status = STATUSES[n % STATUSES.length] ?? "completed";
    const kind = n % 3 === 1 ? "renewal" : n % 5 === 4 ? "migration" : "top_up";
    return {
      account: PANEL.id,
      id: `pay_${n}`,
      provider_id: `pay_${n}`,
      number: `2026-${String(4200 - n)}`,
      kind,
      purpose:
        kind === "top_up"
          ? null
          : kind === "renewal"
            ? [{ name: "vm-14.basalt.example", server: null, period: { months: 3 } }]
            : [{ name: "vm-14.basalt.example", server: "bm-31.basalt.example", period: { months: 1 } }],
      status,
      reason: status === "cancelled" ? DECLINED.reason : null,
      amount: usd(n % 2 === 0 ? "100.00" : "71.00"),
      fee: null,
      source: "stripe",
      payer: PAYERS[n % 2]?.name ?? null,
      method: n % 2 === 0 ? "Visa •••• 4242" : "PayPal",
      has_invoice: status === "completed",
      created_at: ago(300 + n * 90_000),
      updated_at: ago(200 + n * 90_000),
      verifiable: false,
      verified: false,
      matched: null,
      transaction: null,
      block: null,
      top_up: null,
    };
  });
}
