// Takes the place of the core in the preview and answers with invented data. `?case=` chooses what is wrong or missing. Only
// the dev server serves it.

import type { Transport } from "$lib/transport";
import type {
  AppView,
  BalanceView,
  Change,
  DuePaymentsView,
  ExportView,
  Failure,
  MonthView,
  Overview,
  BackfillView,
  PaymentPage,
  PaymentQuery,
  Quote,
  TextSize,
  TopUpForm,
  WindowState,
} from "../src/lib/types.ts";
import * as fixtures from "./fixtures.ts";
import * as panel from "./panel-fixtures.ts";

const parameters = new URLSearchParams(location.search);
const cases = new Set((parameters.get("case") ?? "full").split(","));
const hasCase = (name: string) => cases.has(name);

const language = parameters.get("language") ?? "system";

const failure = (code: Failure["code"], detail: Failure["detail"], retryable = false): Failure => ({
  code,
  detail,
  retryable,
});
const unanswered = () => new Promise<never>(() => {});
const answer = <T>(value: T, millis = 30) =>
  new Promise<T>((done) => setTimeout(() => done(structuredClone(value)), millis));

let settings: AppView["settings"] = {
  theme: (parameters.get("theme") as "light" | "dark" | null) ?? "system",
  language: language as AppView["settings"]["language"],
  hide_amounts: hasCase("hidden"),
  notifications: true,
  low_balance_amount: "",
  low_balance_days: 7,
  autostart: false,
  told_about_tray: true,
  hidden_services: [],
};

let windowState: WindowState = {
  place: { page: "overview", account: null },
  payment_filters: { statuses: [], dates: null, from: "", to: "", all_accounts: false },
  hidden_columns: hasCase("few-columns") ? ["source", "id"] : [],
  dismissed_services: [],
  text_size: (parameters.get("text") as TextSize | null) ?? "100",
};

const usd = (amount: string) => ({ ...fixtures.API_BALANCE, amount: { amount, currency: "USD" } });

const account = {
  ...(hasCase("panel") ? panel.PANEL : hasCase("sandbox") ? fixtures.SANDBOX : fixtures.MAIN),
  signed_in: !hasCase("signed-out") && !hasCase("keyring"),
  waits_for_keyring: hasCase("keyring"),
  ...(hasCase("key-expires") ? { key_expiry: { date: "2026-12-07", nearness: "soon" as const } } : {}),
  ...(hasCase("key-over") ? { key_expiry: { date: "2026-11-29", nearness: "over" as const } } : {}),
};
if (hasCase("no-address")) Object.assign(account, { address: null, balance: fixtures.API_BALANCE });
if (hasCase("today") || hasCase("debt"))
  Object.assign(account, {
    verifiable: false,
    address: null,
    balance: usd(hasCase("debt") ? "0" : "86.40"),
    owed: hasCase("debt") ? fixtures.DEBT.owed : null,
  });
if (hasCase("huge")) account.balance = { ...fixtures.API_BALANCE, amount: fixtures.usdc("123456789012.123456") };
if (hasCase("unknown") || hasCase("loading")) account.balance = null;
if (hasCase("long")) account.label = "A very long account name for a team of many people";
const accounts = hasCase("first")
  ? []
  : hasCase("two")
    ? [account, fixtures.SANDBOX]
    : hasCase("three")
      ? [account, fixtures.SANDBOX, panel.PANEL]
      : [account];

const open = {
  ...fixtures.OPEN,
  ...(hasCase("confirming") ? { status: "confirming" as const, expires_at: fixtures.ago(20), can_cancel: false } : {}),
  ...(hasCase("over") ? { expires_at: fixtures.ago(1) } : {}),
  ...(hasCase("usual-end") ? { expires_at: null, usually_expires_at: fixtures.ago(-705) } : {}),
  ...(hasCase("usual-over") ? { expires_at: null, usually_expires_at: fixtures.ago(1) } : {}),
  ...(hasCase("starting")
    ? { status: "starting" as const, expires_at: null, can_open: false, can_cancel: false, checked_at: null }
    : {}),
  ...(hasCase("cancelling") ? { cancel_requested: true } : {}),
  ...(hasCase("refused") ? { can_open: false, refused_host: "pay.example.net:8443" } : {}),
  ...(hasCase("trouble")
    ? { error: failure("timeout", { id: "timed-out", args: { host: "api.fluence.dev" } }, true) }
    : {}),
};
const reviewed = { ...fixtures.OPEN, id: "t0", status: "under_review" as const, expires_at: null, can_open: false };
const hasOpenTopUp =
  hasCase("open") ||
  hasCase("starting") ||
  hasCase("cancelling") ||
  hasCase("confirming") ||
  hasCase("over") ||
  hasCase("refused") ||
  hasCase("trouble");

let methodRemoved = false;
let payerRemoved = false;
let debitEnded = false;
let pricesRaised = false;
let emit: (change: Change) => void = () => {};
// Events elsewhere while a page is open: the default method or the first payer is removed, prices rise, a debit ends.
const trigger = (what: () => void) => () => {
  what();
  emit({ what: "account", account: account.id });
};
Object.assign(globalThis, {
  remove: trigger(() => (methodRemoved = true)),
  leave: trigger(() => (payerRemoved = true)),
  reprice: trigger(() => (pricesRaised = true)),
  end: trigger(() => (debitEnded = true)),
});

const NOT_LOADED: Partial<Overview> = {
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
  resources: [],
  charges_as_of: null,
  payments_as_of: null,
  stale: true,
};

function overview(): Overview {
  const base: Overview = {
    ...(hasCase("panel") ? panel.OVERVIEW_OF_PANEL : fixtures.OVERVIEW),
    account,
    balance: account.balance,
    top_ups: [
      ...(hasOpenTopUp ? [open] : []),
      ...(hasCase("reviewed") ? [reviewed] : []),
      ...(hasCase("debited") && !debitEnded ? [panel.DEBITED] : []),
      ...(hasCase("invoiced") ? [panel.INVOICED] : []),
    ],
  };
  if (hasCase("no-address")) return { ...base, reserved: null, held: null, frozen: null, agrees: null };
  if (hasCase("last-day")) return { ...base, days_left: 0 };
  if (hasCase("one-day")) return { ...base, days_left: 1 };
  if (hasCase("no-scope"))
    return {
      ...base,
      charges: [],
      resources: [],
      charges_as_of: null,
      charges_error: failure("forbidden", { id: "key-may-not-read", args: { scopes: "billing:get_spending_history" } }),
    };
  if (hasCase("loading")) return { ...base, ...NOT_LOADED };
  if (hasCase("huge"))
    return {
      ...base,
      daily_usage: fixtures.usdc("123456789.123456"),
      reserved: { ...fixtures.API_BALANCE, amount: fixtures.usdc("123456789012.123456") },
      held: { ...fixtures.API_BALANCE, amount: fixtures.usdc("123456789012.123456") },
      days_left: 999,
    };
  if (hasCase("idle")) return { ...base, days_left: null, daily_usage: fixtures.usdc("0.000000"), charges: [] };
  if (hasCase("sandbox")) return { ...base, days_left: 6, daily_usage: fixtures.usdc("40.2") };
  if (hasCase("unknown"))
    return {
      ...base,
      ...NOT_LOADED,
      errors: [
        failure("unreachable", { id: "not-reached", args: { host: "api.fluence.dev" } }, true),
        failure(
          "chain_unavailable",
          {
            id: "no-rpc-usable",
            args: {
              each: ["rpc.fluence.dev", "rpc.example.org"].map((host) => ({
                id: "timed-out" as const,
                args: { host },
              })),
            },
          },
          true,
        ),
      ],
    };
  if (hasCase("alarm"))
    return {
      ...base,
      frozen: true,
      agrees: false,
      days_left: 4,
      held: { ...(base.held as NonNullable<Overview["held"]>), amount: fixtures.usdc("120.5") },
      api_balance: { amount: fixtures.usdc("1104.35"), source: "api", as_of: fixtures.ago(40), block: null },
      maintenance: true,
    };
  if (hasCase("debt"))
    return {
      ...base,
      balance: usd("0"),
      api_balance: usd("0"),
      days_left: 0,
      daily_usage: usd("1.2").amount,
      debt: fixtures.DEBT,
    };
  if (hasCase("today")) return { ...base, entitlements: fixtures.ENTITLEMENTS };
  if (hasCase("api-leads"))
    return {
      ...base,
      api_leads: true,
      balance: usd("86.40"),
      api_balance: usd("86.40"),
      chain_balance: fixtures.MAIN.balance,
    };
  if (hasCase("offline") || hasCase("stale")) return { ...base, stale: true, as_of: fixtures.ago(9000) };
  return base;
}

function form(): TopUpForm {
  return {
    ...(hasCase("panel") ? panel.FORM : fixtures.FORM),
    ...(methodRemoved ? { methods: panel.FORM.methods.filter((one) => one.code !== "pm_visa") } : {}),
    ...(payerRemoved
      ? {
          payers: panel.FORM.payers.slice(1),
          methods: panel.FORM.methods.filter((one) => !one.payers.includes("jane")),
        }
      : {}),
    returns_by_link: !hasCase("no-link"),
    open: hasOpenTopUp ? open : null,
    blocked: hasCase("blocked")
      ? failure("forbidden", { id: "key-may-not-pay", args: { scopes: "billing:top_up" } })
      : null,
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
      error: failure("amount_malformed", { id: "amount-not-a-number" }),
    };
  if (/\.\d{3,}$/.test(amount))
    return { ...nothing, error: failure("amount_precision", { id: "amount-decimals", args: { decimals: 2 } }) };
  if (amount.length < 2)
    return {
      ...nothing,
      error: failure("amount_too_small", {
        id: "amount-below-minimum",
        args: { minimum: { amount: "10", currency: "USDC" } },
      }),
    };
  return {
    ...nothing,
    amount: fixtures.usdc(amount),
    fee: fixtures.usdc("0.25"),
    total: fixtures.usdc("25.25"),
    balance_after: fixtures.usdc("1229.35"),
    error: null,
    warning: hasCase("unknown") ? "balance_unknown" : null,
  };
}

const all = (hasCase("panel") ? panel.payments : fixtures.payments)(hasCase("empty") || hasCase("loading") ? 0 : 5000);
const page = <T>(value: T) =>
  hasCase("wait")
    ? unanswered()
    : hasCase("failing")
      ? Promise.reject(failure("storage_failed", { id: "disk-failed", args: { file: "history.db" } }))
      : answer(value);

const timeout = failure("timeout", { id: "timed-out", args: { host: "api.fluence.dev" } }, true);

function dues(): DuePaymentsView {
  if (hasCase("empty")) return { ...panel.DUES, services: [], migrations: [] };
  if (hasCase("invoiced")) return { ...panel.DUES, under_way: panel.PAYMENTS_IN_PROGRESS };
  return hasCase("outdated") ? { ...panel.DUES, as_of: fixtures.ago(9000), error: timeout } : panel.DUES;
}

function balances(): BalanceView[] {
  const own: BalanceView = {
    ...overview(),
    low: hasCase("alarm"),
    ...(hasCase("outdated") ? { stale: true, errors: [timeout] } : {}),
  };
  const sandbox: BalanceView = { ...own, account: fixtures.SANDBOX, days_left: 6, low: true, stale: false, errors: [] };
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
let currentExport: ExportView | null = hasCase("exporting")
  ? { path: EXPORT, written: 342_000, total: 1_000_000, state: { is: "running" } }
  : null;
let backfillPaused = hasCase("stopped");

function backfill(): BackfillView | null {
  if (!hasCase("reading") && !hasCase("stopped")) return null;
  return {
    paused: backfillPaused,
    payments: { read: 12_300, total: hasCase("panel") ? null : 100_000 },
    chain: hasCase("panel") ? null : { read: 1_200_000, at_most: 3_400_000 },
  };
}

export const core: Transport = {
  app: () =>
    hasCase("no-core")
      ? Promise.reject(failure("storage_newer", { id: "data-file-newer", args: { file: "bursar.db" } }))
      : answer(
          {
            version: "0.1.0",
            accounts,
            unread: hasCase("empty") || hasCase("first") ? 0 : 2,
            health: {
              tray: !hasCase("bare"),
              notifications: !hasCase("bare"),
              keyring: !hasCase("bare"),
              links: !hasCase("bare"),
              online: !hasCase("offline"),
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
      hasCase("outdated")
        ? { ...panel.METHODS_VIEW, as_of: fixtures.ago(9000), error: timeout }
        : { ...panel.METHODS_VIEW, methods: hasCase("empty") ? [] : panel.METHODS_VIEW.methods },
    ),
  addMethod: () => answer(null),
  removeMethod: () => Promise.reject(failure("method_unknown", { id: "method-not-removable" })),
  setDefaultMethod: () => answer(panel.METHODS_VIEW, 300),
  openInvoice: () => Promise.reject(failure("file_failed", { id: "pdf-viewer-not-opened" })),
  saveInvoice: () => answer("/home/user/Documents/invoice-2026-4200.pdf"),
  topUpForm: () => page(form()),
  quote: (_, request) =>
    answer(
      hasCase("panel")
        ? panel.quote(request, failure, pricesRaised)
        : quote(request.purpose.what === "top_up" ? request.purpose.amount : ""),
    ),
  pay: () =>
    hasCase("changed")
      ? Promise.reject(
          failure("total_changed", { id: "total-changed", args: { total: { amount: "129", currency: "USD" } } }),
        )
      : answer(hasCase("panel") ? panel.DEBITED : open, 400),
  topUp: () => answer(hasCase("panel") ? panel.DECLINED : { ...open, status: "completed" }),
  returnToPayment: () => Promise.reject(failure("browser_failed", { id: "browser-not-opened" })),
  checkNow: () => answer(null, 300),
  cancelTopUp: () => answer(null, 300),
  checkoutLink: () => answer("https://buy.copperx.io/payment/checkout-session/1"),
  checkoutQr: () => answer(QR),
  allowCheckoutHost: () => answer(null),
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
    return answer(months);
  },
  payment: (_, id) => answer(all.find((one) => one.id === id) ?? (all[1] as (typeof all)[number])),
  exportPayments: () => {
    if (hasCase("full-disk"))
      return Promise.reject(
        failure("file_failed", { id: "no-space-for-file", args: { path: "/home/user/payments.csv" } }),
      );
    currentExport = {
      path: EXPORT,
      written: 0,
      total: 1_000_000,
      state: { is: "running" },
    };
    const timer = setInterval(() => {
      if (currentExport?.state.is !== "running") return clearInterval(timer);
      const written = Math.min(1_000_000, currentExport.written + 34_200);
      currentExport = { ...currentExport, written };
      if (currentExport.written === currentExport.total) currentExport.state = { is: "written" };
      emit({ what: "export" });
    }, 100);
    return answer(true);
  },
  exporting: () => answer(currentExport, 0),
  cancelExport: () => {
    if (currentExport) currentExport = { ...currentExport, state: { is: "cancelled" } };
    emit({ what: "export" });
    return answer(null);
  },
  backfill: () => answer(backfill()),
  pauseBackfill: (_, paused) => {
    backfillPaused = paused;
    emit({ what: "backfill", account: account.id });
    return answer(null);
  },
  openTransaction: () => answer(null),
  openAddress: () => answer(null),
  openConsole: () => answer(null),
  openKeysPage: () => answer(null),
  openBillingPage: () => answer(null),
  openDebtRules: () => answer(null),
  networks: () =>
    answer([
      ...fixtures.NETWORKS,
      ...(hasCase("sandbox") ? [fixtures.SANDBOX_NETWORK] : []),
      ...(hasCase("panel") ? [panel.NETWORK] : []),
    ]),
  addNetworkFile: () =>
    Promise.reject(failure("network_malformed", { id: "network-url-invalid", args: { field: "api" } })),
  connect: () =>
    hasCase("warnings")
      ? answer({
          account: fixtures.MAIN,
          key_lacks: ["top-ups"],
          warnings: [
            failure("forbidden", {
              id: "key-lacks-scope",
              args: { needed_for: "top-ups", scope: "billing:top_up", preset: "Full access" },
            }),
          ],
        })
      : Promise.reject(failure("unauthorized", { id: "key-rejected" })),
  beginSignIn: () => answer(null),
  abandonSignIn: () => answer(null),
  signInAgain: () => answer({ account, key_lacks: null, warnings: [] }),
  editAccount: (_, label, address, keyExpiresOn) => {
    if (address && !address.startsWith("0x"))
      return Promise.reject(failure("address_malformed", { id: "address-malformed" }));
    if (keyExpiresOn && keyExpiresOn < "2026") return Promise.reject(failure("usage", { id: "key-expiry-over" }));
    return answer({ ...account, label });
  },
  signOut: () => answer(null),
  removeAccount: () => answer(null),
  moneyRules: () => answer(fixtures.RULES),
  notices: (before) => page(hasCase("empty") || before !== null ? [] : fixtures.notices()),
  readNotices: () => answer(null),
  windowState: () => answer(windowState, 0),
  changeWindowState: (change) => answer((windowState = { ...windowState, ...change })),
  settings: () => answer(settings),
  setSettings: (change) => answer((settings = { ...settings, ...change })),
  refreshAll: () => answer(null),
  rpcAddresses: () => answer(["rpc.mainnet.fluence.dev"]),
  setRpcAddress: () => answer(null),
  diagnostics: () => answer("Bursar 0.1.0"),
  windowReady: () => answer(null),
  viewing: () => answer(null),
  quit: () => answer(null),
  onChange: (listener: (change: Change) => void) => {
    emit = listener;
    return Promise.resolve();
  },
};
