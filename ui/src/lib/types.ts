// The shapes that cross between the core and the window.

export type AccountId = string;
/** RFC 3339, UTC. */
export type Timestamp = string;

/** An exact decimal string; never turned into a number. */
export interface Amount {
  amount: string;
  currency: string;
}

export type Code =
  | "amount_malformed"
  | "amount_precision"
  | "amount_too_small"
  | "amount_too_large"
  | "balance_cap"
  | "address_malformed"
  | "network_malformed"
  | "not_found"
  | "already_exists"
  | "top_up_open"
  | "top_up_state"
  | "method_unknown"
  | "unauthorized"
  | "forbidden"
  | "provider_unavailable"
  | "checkout_unavailable"
  | "rate_limited"
  | "timeout"
  | "unreachable"
  | "answer_too_large"
  | "answer_malformed"
  | "refused"
  | "ambiguous_balance"
  | "chain_unavailable"
  | "wrong_chain"
  | "no_contract"
  | "host_not_allowed"
  | "link_malformed"
  | "sign_in_failed"
  | "keyring_unavailable"
  | "signed_out"
  | "storage_failed"
  | "storage_newer"
  | "engine_running"
  | "file_failed"
  | "browser_failed"
  | "usage"
  | "internal";

export interface Failure {
  code: Code;
  message: string;
  retryable: boolean;
}

export type Source = "chain" | "api";

export interface Figure {
  amount: Amount;
  source: Source;
  as_of: Timestamp;
  block: string | null;
}

export interface AccountView {
  id: AccountId;
  label: string;
  network: string;
  api_host: string;
  sandbox: boolean;
  address: string | null;
  signed_in: boolean;
  session_only: boolean;
  signs_in_by_browser: boolean;
  has_console: boolean;
  has_explorer: boolean;
  balance: Figure | null;
  connected_at: Timestamp;
}

export interface Overview {
  account: AccountView;
  balance: Figure | null;
  reserved: Figure | null;
  held: Figure | null;
  frozen: boolean | null;
  api_balance: Figure | null;
  agrees: boolean | null;
  daily_usage: Amount | null;
  days_left: number | null;
  stale: boolean;
  as_of: Timestamp | null;
  charges: ChargeView[];
  charges_as_of: Timestamp | null;
  top_ups: TopUpView[];
  errors: Failure[];
  maintenance: boolean;
}

export interface ChargeView {
  date: string;
  amount: Amount;
}

export type PaymentStatus =
  | "starting"
  | "open"
  | "confirming"
  | "under_review"
  | "completed"
  | "cancelled"
  | "expired"
  | "failed"
  | "not_started";

export interface TopUpView {
  id: string;
  payment_id: string | null;
  amount: Amount;
  status: PaymentStatus;
  created_at: Timestamp;
  expires_at: Timestamp | null;
  can_open: boolean;
  refused_host: string | null;
  can_cancel: boolean;
  cancel_requested: boolean;
  checked_at: Timestamp | null;
  error: Failure | null;
}

export type PaymentKind = "top_up" | "credit" | "refund" | "renewal" | "migration";
export type Match = "by_id" | "by_amount";

export interface PaymentView {
  account: AccountId;
  id: string;
  kind: PaymentKind;
  status: PaymentStatus;
  amount: Amount;
  fee: Amount | null;
  source: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
  verified: boolean;
  matched: Match | null;
  transaction: string | null;
  block: string | null;
  top_up: string | null;
}

export interface PaymentQuery {
  account: AccountId | null;
  search: string | null;
  statuses: PaymentStatus[];
  from: string | null;
  to: string | null;
}

export interface PaymentPage {
  payments: PaymentView[];
  next: string | null;
  total: number;
}

export type MethodKind = "crypto" | "fiat";

export interface MethodView {
  code: string;
  name: string;
  kind: MethodKind;
  min: Amount;
  max: Amount | null;
}

export interface TopUpForm {
  currency: string;
  decimals: number;
  methods: MethodView[];
  presets: string[];
  room: Amount | null;
  balance_max: Amount | null;
  open: TopUpView | null;
  returns_by_link: boolean;
  blocked: Failure | null;
}

export interface Quote {
  amount: Amount | null;
  fee: Amount | null;
  total: Amount | null;
  balance_after: Amount | null;
  error: Failure | null;
  warning: string | null;
}

export type NoticeKind =
  "completed" | "failed" | "expired" | "cancelled" | "under_review" | "reversed" | "low_balance" | "signed_out";

export interface NoticeView {
  id: number;
  account: AccountId;
  label: string;
  kind: NoticeKind;
  title: string;
  body: string;
  body_hidden: string;
  amount: Amount | null;
  payment: string | null;
  at: Timestamp;
  read: boolean;
}

export type Page =
  | { name: "overview"; account: AccountId }
  | { name: "top_up"; account: AccountId }
  | { name: "payment"; account: AccountId; payment: string }
  | { name: "settings" };

export type Change =
  | { what: "account"; account: AccountId }
  | { what: "payments"; account: AccountId }
  | { what: "accounts" }
  | { what: "notices" }
  | { what: "settings" }
  | { what: "health" }
  | { what: "show"; page: Page }
  | { what: "sign_in"; error: Failure | null; account: AccountId | null };

export interface NetworkView {
  name: string;
  provider: string;
  api_host: string;
  sandbox: boolean;
  has_console: boolean;
  signs_in_by_browser: boolean;
  has_chain: boolean;
  scopes_read: string[];
  scopes_top_up: string[];
  built_in: boolean;
}

export interface Connected {
  account: AccountView;
  warnings: Failure[];
}

export interface Health {
  tray: boolean;
  notifications: boolean;
  keyring: boolean;
  links: boolean;
  online: boolean;
}

export type Theme = "system" | "light" | "dark";

export interface Settings {
  theme: Theme;
  hide_amounts: boolean;
  notifications: boolean;
  low_balance_amount: string;
  low_balance_days: number;
  autostart: boolean;
  told_about_tray: boolean;
}

export interface MoneyRule {
  title: string;
  text: string;
}

export interface AppView {
  version: string;
  accounts: AccountView[];
  unread: number;
  health: Health;
  settings: Settings;
}
