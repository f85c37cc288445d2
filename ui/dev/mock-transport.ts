// Takes the place of the core in the preview and answers with invented data. `?case=` chooses what is wrong or missing. Only
// the dev server serves it.

import type { Transport } from "$lib/transport";
import type {
  AppView,
  BalanceView,
  Change,
  DuesView,
  ExportView,
  Failure,
  MonthView,
  Overview,
  PastView,
  PaymentPage,
  PaymentQuery,
  Quote,
  TopUpForm,
} from "../src/lib/types.ts";
import * as data from "./fixtures.ts";
import * as panel from "./panel-fixtures.ts";

const wish = new URLSearchParams(location.search);
const cases = new Set((wish.get("case") ?? "full").split(","));
const is = (name: string) => cases.has(name);

const failure = (code: Failure["code"], message: string, retryable = false): Failure => ({ code, message, retryable });
const never = () => new Promise<never>(() => {});
const soon = <T>(value: T, millis = 30) =>
  new Promise<T>((done) => setTimeout(() => done(structuredClone(value)), millis));

let settings: AppView["settings"] = {
  theme: (wish.get("theme") as "light" | "dark" | null) ?? "system",
  hide_amounts: is("hidden"),
  notifications: true,
  low_balance_amount: "",
  low_balance_days: 7,
  autostart: false,
  told_about_tray: true,
  hidden_services: [],
};

const account = {
  ...(is("panel") ? panel.PANEL : is("sandbox") ? data.SANDBOX : data.MAIN),
  signed_in: !is("signed-out") && !is("keyring"),
  waits_for_keyring: is("keyring"),
};
if (is("no-address")) Object.assign(account, { address: null, balance: data.API_BALANCE });
if (is("huge")) account.balance = { ...data.API_BALANCE, amount: data.usdc("123456789012.123456") };
if (is("unknown") || is("loading")) account.balance = null;
if (is("long")) account.label = "A very long account name for a team of many people";
const accounts = is("first")
  ? []
  : is("two")
    ? [account, data.SANDBOX]
    : is("three")
      ? [account, data.SANDBOX, panel.PANEL]
      : [account];

const open = {
  ...data.OPEN,
  ...(is("confirming") ? { status: "confirming" as const, expires_at: data.ago(20), can_cancel: false } : {}),
  ...(is("over") ? { expires_at: data.ago(1) } : {}),
  ...(is("starting")
    ? { status: "starting" as const, expires_at: null, can_open: false, can_cancel: false, checked_at: null }
    : {}),
  ...(is("cancelling") ? { cancel_requested: true } : {}),
  ...(is("refused") ? { can_open: false, refused_host: "pay.example.net:8443" } : {}),
  ...(is("trouble") ? { error: failure("timeout", "The provider’s payments did not answer in time.", true) } : {}),
};
const reviewed = { ...data.OPEN, id: "t0", status: "under_review" as const, expires_at: null, can_open: false };
const opens =
  is("open") || is("starting") || is("cancelling") || is("confirming") || is("over") || is("refused") || is("trouble");

let removed = false;
let left = false;
let paid = false;
let dearer = false;
let tell: (change: Change) => void = () => {};
// Events elsewhere while a page is open: the default method or the first payer is removed, prices rise, a debit ends.
const happens = (what: () => void) => () => {
  what();
  tell({ what: "account", account: account.id });
};
Object.assign(globalThis, {
  remove: happens(() => (removed = true)),
  leave: happens(() => (left = true)),
  reprice: happens(() => (dearer = true)),
  end: happens(() => (paid = true)),
});

const NOTHING_READ: Partial<Overview> = {
  reserved: null,
  held: null,
  frozen: null,
  api_balance: null,
  api_current: false,
  agrees: null,
  daily_usage: null,
  days_left: null,
  as_of: null,
  charges: [],
  charges_as_of: null,
  payments_as_of: null,
  stale: true,
};

function overview(): Overview {
  const base: Overview = {
    ...(is("panel") ? panel.OVERVIEW_OF_PANEL : data.OVERVIEW),
    account,
    balance: account.balance,
    top_ups: [
      ...(opens ? [open] : []),
      ...(is("reviewed") ? [reviewed] : []),
      ...(is("debited") && !paid ? [panel.DEBITED] : []),
      ...(is("invoiced") ? [panel.INVOICED] : []),
    ],
  };
  if (is("no-address")) return { ...base, reserved: null, held: null, frozen: null, agrees: null };
  if (is("last-day")) return { ...base, days_left: 0 };
  if (is("one-day")) return { ...base, days_left: 1 };
  if (is("no-scope"))
    return {
      ...base,
      charges: [],
      charges_as_of: null,
      charges_error: failure("forbidden", "The key lacks the scope billing:get_spending_history."),
    };
  if (is("loading")) return { ...base, ...NOTHING_READ };
  if (is("huge"))
    return {
      ...base,
      daily_usage: data.usdc("123456789.123456"),
      reserved: { ...data.API_BALANCE, amount: data.usdc("123456789012.123456") },
      held: { ...data.API_BALANCE, amount: data.usdc("123456789012.123456") },
      days_left: 999,
    };
  if (is("idle")) return { ...base, days_left: null, daily_usage: data.usdc("0.000000"), charges: [] };
  if (is("sandbox")) return { ...base, days_left: 6, daily_usage: data.usdc("40.2") };
  if (is("unknown"))
    return {
      ...base,
      ...NOTHING_READ,
      errors: [
        failure("unreachable", "api.fluence.dev could not be reached.", true),
        failure("chain_unavailable", "None of the network’s 2 RPCs is usable.", true),
      ],
    };
  if (is("alarm"))
    return {
      ...base,
      frozen: true,
      agrees: false,
      days_left: 4,
      held: { ...(base.held as NonNullable<Overview["held"]>), amount: data.usdc("120.5") },
      api_balance: { amount: data.usdc("1104.35"), source: "api", as_of: data.ago(40), block: null },
      maintenance: true,
    };
  if (is("offline") || is("stale")) return { ...base, stale: true, as_of: data.ago(9000) };
  return base;
}

function form(): TopUpForm {
  return {
    ...(is("panel") ? panel.FORM : data.FORM),
    ...(removed ? { methods: panel.FORM.methods.filter((one) => one.code !== "pm_visa") } : {}),
    ...(left
      ? {
          payers: panel.FORM.payers.slice(1),
          methods: panel.FORM.methods.filter((one) => !one.payers.includes("jane")),
        }
      : {}),
    returns_by_link: !is("no-link"),
    open: opens ? open : null,
    blocked: is("blocked") ? failure("forbidden", "The key lacks the scope billing:top_up.") : null,
  };
}

function quote(amount: string): Quote {
  const nothing = {
    amount: null,
    fee: null,
    total: null,
    balance_after: null,
    purpose: null,
    method: null,
    needs_confirmation: false,
    warning: null,
  };
  if (!/^\d+(\.\d+)?$/.test(amount))
    return {
      ...nothing,
      error: failure("amount_malformed", "Type an amount in digits with a point for decimals, such as 25 or 25.50."),
    };
  if (/\.\d{3,}$/.test(amount))
    return { ...nothing, error: failure("amount_precision", "Type at most 2 decimals, such as 25.50.") };
  if (amount.length < 2) return { ...nothing, error: failure("amount_too_small", "The minimum is 10.00 USDC.") };
  return {
    ...nothing,
    amount: data.usdc(amount),
    fee: data.usdc("0.25"),
    total: data.usdc("25.25"),
    balance_after: data.usdc("1229.35"),
    error: null,
    warning: is("unknown")
      ? "The balance is not known, so the provider decides whether it fits under the limit."
      : null,
  };
}

const all = (is("panel") ? panel.payments : data.payments)(is("empty") || is("loading") ? 0 : 5000);
const page = <T>(value: T) =>
  is("wait")
    ? never()
    : is("failing")
      ? Promise.reject(failure("storage_failed", "The history could not be read."))
      : soon(value);

const late = failure("timeout", "The provider did not answer in time.", true);

function dues(): DuesView {
  if (is("empty")) return { ...panel.DUES, services: [], migrations: [] };
  if (is("invoiced")) return { ...panel.DUES, under_way: panel.UNDER_WAY };
  return is("outdated") ? { ...panel.DUES, as_of: data.ago(9000), error: late } : panel.DUES;
}

function balances(): BalanceView[] {
  const own: BalanceView = {
    ...overview(),
    low: is("alarm"),
    ...(is("outdated") ? { stale: true, errors: [late] } : {}),
  };
  const sandbox: BalanceView = { ...own, account: data.SANDBOX, days_left: 6, low: true, stale: false, errors: [] };
  return panel.balances([own, sandbox]);
}

const QR = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="210" height="210" viewBox="0 0 21 21"><rect width="21" height="21" fill="#fff"/><path d="${Array.from({ length: 441 }, (_, n) => ((n * 7919) % 5 < 2 ? `M${n % 21} ${Math.floor(n / 21)}h1v1h-1z` : "")).join("")}"/></svg>`;

function matching({ search, statuses }: PaymentQuery): typeof all {
  return all.filter(
    (one) =>
      (!search || one.id.includes(search) || one.amount.amount.includes(search)) &&
      (statuses.length === 0 || statuses.includes(one.status)),
  );
}

function pageFrom(query: PaymentQuery, row: number, limit: number): PaymentPage {
  const found = matching(query);
  const end = row + limit;
  return { payments: found.slice(row, end), next: end < found.length ? String(end) : null, total: found.length };
}

const EXPORT = "/home/user/Documents/bursar-payments-2026-01-31.csv";
let written: ExportView | null = is("exporting")
  ? { path: EXPORT, written: 342_000, total: 1_000_000, state: { is: "running" } }
  : null;
let pastStopped = is("stopped");

function further(): PastView | null {
  if (!is("reading") && !is("stopped")) return null;
  return {
    stopped: pastStopped,
    payments: { read: 12_300, all: is("panel") ? null : 100_000 },
    chain: is("panel") ? null : { read: 1_200_000, most: 3_400_000 },
  };
}

export const core: Transport = {
  app: () =>
    is("no-core")
      ? Promise.reject(failure("storage_newer", "The data was written by version 9."))
      : soon(
          {
            version: "0.1.0",
            accounts,
            unread: is("empty") || is("first") ? 0 : 2,
            health: {
              tray: !is("bare"),
              notifications: !is("bare"),
              keyring: !is("bare"),
              links: !is("bare"),
              online: !is("offline"),
            },
            settings,
          },
          5,
        ),
  overview: () => page(overview()),
  overviews: () => page(balances()),
  dues: () => page(dues()),
  methods: () =>
    page(
      is("outdated")
        ? { ...panel.METHODS_VIEW, as_of: data.ago(9000), error: late }
        : { ...panel.METHODS_VIEW, methods: is("empty") ? [] : panel.METHODS_VIEW.methods },
    ),
  addMethod: () => soon(null),
  removeMethod: () => Promise.reject(failure("method_unknown", "This method is not there any more.")),
  setDefaultMethod: () => soon(panel.METHODS_VIEW, 300),
  openInvoice: () => Promise.reject(failure("file_failed", "No program on this system opens PDF files.")),
  saveInvoice: () => soon("/home/user/Documents/invoice-2026-4200.pdf"),
  topUpForm: () => page(form()),
  quote: (_, asked) =>
    soon(
      is("panel")
        ? panel.quote(asked, failure, dearer)
        : quote(asked.purpose.what === "top_up" ? asked.purpose.amount : ""),
    ),
  pay: () =>
    is("changed")
      ? Promise.reject(failure("total_changed", "It costs 129.00 USD now."))
      : soon(is("panel") ? panel.DEBITED : open, 400),
  topUp: () => soon(is("panel") ? panel.DECLINED : { ...open, status: "completed" }),
  returnToPayment: () => Promise.reject(failure("browser_failed", "No program on this system opens web pages.")),
  checkNow: () => soon(null, 300),
  cancelTopUp: () => soon(null, 300),
  checkoutLink: () => soon("https://buy.copperx.io/payment/checkout-session/1"),
  checkoutQr: () => soon(QR),
  allowCheckoutHost: () => soon(null),
  payments: (query, after, limit) => page(pageFrom(query, after ? Number(after) : 0, limit)),
  paymentsFrom: (query, row, limit) => page(pageFrom(query, row, limit)),
  paymentMonths: (query) => {
    const months: MonthView[] = [];
    for (const { created_at } of matching(query)) {
      const month = created_at.slice(0, 7);
      const last = months.at(-1);
      if (last?.month === month) last.payments += 1;
      else months.push({ month, payments: 1 });
    }
    return soon(months);
  },
  payment: (_, id) => soon(all.find((one) => one.id === id) ?? (all[1] as (typeof all)[number])),
  exportPayments: () => {
    if (is("full-disk"))
      return Promise.reject(
        failure(
          "file_failed",
          "The disk is full: /home/user/payments.csv was not written. Free some space or choose another place.",
        ),
      );
    written = {
      path: EXPORT,
      written: 0,
      total: 1_000_000,
      state: { is: "running" },
    };
    const wrote = setInterval(() => {
      if (written?.state.is !== "running") return clearInterval(wrote);
      written = { ...written, written: Math.min(1_000_000, written.written + 34_200) };
      if (written.written === written.total) written.state = { is: "written" };
      tell({ what: "export" });
    }, 100);
    return soon(true);
  },
  exporting: () => soon(written, 0),
  cancelExport: () => {
    if (written) written = { ...written, state: { is: "cancelled" } };
    tell({ what: "export" });
    return soon(null);
  },
  past: () => soon(further()),
  stopPast: (_, stopped) => {
    pastStopped = stopped;
    tell({ what: "past", account: account.id });
    return soon(null);
  },
  openTransaction: () => soon(null),
  openAddress: () => soon(null),
  openConsole: () => soon(null),
  networks: () =>
    soon([...data.NETWORKS, ...(is("sandbox") ? [data.SANDBOX_NETWORK] : []), ...(is("panel") ? [panel.NETWORK] : [])]),
  addNetworkFile: () => Promise.reject(failure("network_malformed", "Line 3: “api” is not an http address.")),
  connect: () =>
    is("warnings")
      ? soon({
          account: data.MAIN,
          warnings: [failure("forbidden", "The key lacks billing:top_up: topping up will not work.")],
        })
      : Promise.reject(failure("unauthorized", "api.fluence.dev answered 401.")),
  beginSignIn: () => soon(null),
  abandonSignIn: () => soon(null),
  signInAgain: () => soon({ account, warnings: [] }),
  editAccount: (_, label, address) =>
    address && !address.startsWith("0x")
      ? Promise.reject(failure("address_malformed", "It does not start with 0x."))
      : soon({ ...account, label }),
  signOut: () => soon(null),
  removeAccount: () => soon(null),
  moneyRules: () => soon(data.RULES),
  notices: (before) => page(is("empty") || before !== null ? [] : data.notices()),
  readNotices: () => soon(null),
  settings: () => soon(settings),
  setSettings: (change) => soon((settings = { ...settings, ...change })),
  refreshAll: () => soon(null),
  rpcAddresses: () => soon(["rpc.mainnet.fluence.dev"]),
  setRpcAddress: () => soon(null),
  diagnostics: () => soon("Bursar 0.1.0"),
  windowReady: () => soon(null),
  viewing: () => soon(null),
  quit: () => soon(null),
  onChange: (heard: (change: Change) => void) => {
    tell = heard;
    return Promise.resolve(() => {});
  },
};
