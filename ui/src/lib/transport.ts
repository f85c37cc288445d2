// The one way between the window and the core. Nothing else imports the Tauri API. Every call either answers
// or throws a `Failure`; the window listens to one event, `change`, and reads again what it names.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type {
  AccountId,
  AccountView,
  AppView,
  Change,
  Connected,
  Failure,
  MoneyRule,
  NetworkView,
  NoticeView,
  Overview,
  PaymentPage,
  PaymentQuery,
  PaymentView,
  Quote,
  Settings,
  TopUpForm,
  TopUpView,
} from "./types.ts";

export interface Transport {
  app(): Promise<AppView>;
  overview(account: AccountId): Promise<Overview>;
  topUpForm(account: AccountId): Promise<TopUpForm>;
  quote(account: AccountId, amount: string, method: string | null): Promise<Quote>;
  startTopUp(account: AccountId, amount: string, method: string | null): Promise<TopUpView>;
  returnToPayment(account: AccountId, topUp: string): Promise<void>;
  checkNow(account: AccountId): Promise<void>;
  cancelTopUp(account: AccountId, topUp: string): Promise<void>;
  checkoutLink(account: AccountId, topUp: string): Promise<string>;
  checkoutQr(account: AccountId, topUp: string): Promise<string>;
  allowCheckoutHost(account: AccountId, host: string): Promise<void>;
  payments(query: PaymentQuery, after: string | null, limit: number): Promise<PaymentPage>;
  payment(account: AccountId, id: string): Promise<PaymentView>;
  exportPayments(query: PaymentQuery, format: ExportFormat): Promise<string | null>;
  openTransaction(account: AccountId, transaction: string): Promise<void>;
  openAddress(account: AccountId): Promise<void>;
  openConsole(network: string): Promise<void>;
  networks(): Promise<NetworkView[]>;
  addNetworkFile(): Promise<NetworkView | null>;
  connect(
    network: string,
    key: string,
    address: string | null,
    label: string | null,
    sessionOnly: boolean,
  ): Promise<Connected>;
  beginSignIn(network: string, address: string | null, label: string | null): Promise<void>;
  abandonSignIn(): Promise<void>;
  signInAgain(account: AccountId, key: string | null): Promise<Connected>;
  editAccount(account: AccountId, label: string, address: string | null): Promise<AccountView>;
  signOut(account: AccountId): Promise<void>;
  removeAccount(account: AccountId): Promise<void>;
  moneyRules(account: AccountId): Promise<MoneyRule[]>;
  notices(before: number | null): Promise<NoticeView[]>;
  readNotices(upTo: number): Promise<void>;
  settings(): Promise<Settings>;
  setSettings(settings: Settings): Promise<Settings>;
  refreshAll(account: AccountId): Promise<void>;
  rpcAddresses(account: AccountId): Promise<string[]>;
  setRpcAddress(account: AccountId, address: string | null): Promise<void>;
  diagnostics(): Promise<string>;
  windowReady(): Promise<void>;
  viewing(payment: [AccountId, string] | null): Promise<void>;
  quit(): Promise<void>;
  onChange(heard: (change: Change) => void): Promise<() => void>;
}

export type ExportFormat = "csv" | "json";

export const core: Transport = {
  app: () => call("app"),
  overview: (account) => call("overview", { account }),
  topUpForm: (account) => call("top_up_form", { account }),
  quote: (account, amount, method) => call("quote", { account, amount, method }),
  startTopUp: (account, amount, method) => call("start_top_up", { account, amount, method }),
  returnToPayment: (account, topUp) => call("return_to_payment", { account, topUp }),
  checkNow: (account) => call("check_now", { account }),
  cancelTopUp: (account, topUp) => call("cancel_top_up", { account, topUp }),
  checkoutLink: (account, topUp) => call("checkout_link", { account, topUp }),
  checkoutQr: (account, topUp) => call("checkout_qr", { account, topUp }),
  allowCheckoutHost: (account, host) => call("allow_checkout_host", { account, host }),
  payments: (query, after, limit) => call("payments", { query, after, limit }),
  payment: (account, id) => call("payment", { account, id }),
  exportPayments: (query, format) => call("export_payments", { query, format }),
  openTransaction: (account, transaction) => call("open_transaction", { account, transaction }),
  openAddress: (account) => call("open_address", { account }),
  openConsole: (network) => call("open_console", { network }),
  networks: () => call("networks"),
  addNetworkFile: () => call("add_network_file"),
  connect: (network, key, address, label, sessionOnly) =>
    call("connect", { network, key, address, label, sessionOnly }),
  beginSignIn: (network, address, label) => call("begin_sign_in", { network, address, label }),
  abandonSignIn: () => call("abandon_sign_in"),
  signInAgain: (account, key) => call("sign_in_again", { account, key }),
  editAccount: (account, label, address) => call("edit_account", { account, label, address }),
  signOut: (account) => call("sign_out", { account }),
  removeAccount: (account) => call("remove_account", { account }),
  moneyRules: (account) => call("money_rules", { account }),
  notices: (before) => call("notices", { before }),
  readNotices: (upTo) => call("read_notices", { upTo }),
  settings: () => call("settings"),
  setSettings: (settings) => call("set_settings", { settings }),
  refreshAll: (account) => call("refresh_all", { account }),
  rpcAddresses: (account) => call("rpc_addresses", { account }),
  setRpcAddress: (account, address) => call("set_rpc_address", { account, address }),
  diagnostics: () => call("diagnostics"),
  windowReady: () => call("window_ready"),
  viewing: (payment) => call("viewing", { payment }),
  quit: () => call("quit"),
  onChange: (heard) => listen<Change>("change", (event) => heard(event.payload)),
};

async function call<T>(command: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw toFailure(thrown);
  }
}

/** What a command rejects with is a `Failure` already; anything else is a fault of ours. */
function toFailure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as Failure;
  }
  return { code: "internal", message: String(thrown), retryable: false };
}
