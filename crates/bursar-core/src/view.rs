//! What the window, the tray and the CLI are told: plain data, read from the databases. Amounts are exact
//! decimal strings with their currency; what is unknown is `None`.

use crate::account::AccountId;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::money::Amount;
use crate::notice::NoticeKind;
use crate::provider::MethodKind;
use serde::{Deserialize, Serialize};

/// Where a figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Chain,
    Api,
}

/// A figure with its source and age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Figure {
    pub amount: Amount,
    pub source: Source,
    pub as_of: Timestamp,
    /// The block it was read at, as a decimal string.
    pub block: Option<String>,
}

/// An account in the sidebar and on the Accounts page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct AccountView {
    pub id: AccountId,
    pub label: String,
    pub network: String,
    pub api_host: String,
    pub sandbox: bool,
    /// Checksummed, or `None` while not entered.
    pub address: Option<String>,
    pub signed_in: bool,
    /// The secret lives only as long as this process.
    pub session_only: bool,
    pub signs_in_by_browser: bool,
    pub has_console: bool,
    pub has_explorer: bool,
    pub balance: Option<Figure>,
    pub connected_at: Timestamp,
}

/// One account's first page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Overview {
    pub account: AccountView,
    /// What can be spent: the chain's where it answers, else the API's.
    pub balance: Option<Figure>,
    pub reserved: Option<Figure>,
    pub held: Option<Figure>,
    pub frozen: Option<bool>,
    pub api_balance: Option<Figure>,
    /// `Some(false)` when chain and API have differed twice, two minutes apart; `None` where only one is known or
    /// they have differed once.
    pub agrees: Option<bool>,
    pub daily_usage: Option<Amount>,
    pub days_left: Option<u32>,
    /// Whether what is shown may be older than it should be.
    pub stale: bool,
    pub as_of: Option<Timestamp>,
    /// The last 30 days, oldest first, days without a charge included as zero; empty when unknown.
    pub charges: Vec<ChargeView>,
    pub charges_as_of: Option<Timestamp>,
    /// Open top-ups, newest first.
    pub top_ups: Vec<TopUpView>,
    /// What is wrong now, newest first.
    pub errors: Vec<Error>,
    pub maintenance: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ChargeView {
    /// `YYYY-MM-DD`, UTC.
    pub date: String,
    pub amount: Amount,
}

/// Where a top-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Starting,
    /// Labelled "Pending".
    Open,
    Confirming,
    UnderReview,
    Completed,
    Cancelled,
    Expired,
    Failed,
    NotStarted,
}

/// A top-up that is being followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TopUpView {
    /// Bursar's own id of the top-up, for commands.
    pub id: String,
    /// The provider's id, once known.
    pub payment_id: Option<String>,
    pub amount: Amount,
    pub status: PaymentStatus,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// Whether there is a checkout that may be opened.
    pub can_open: bool,
    /// The host of a checkout that the network does not list; the user may add it on purpose.
    pub refused_host: Option<String>,
    pub can_cancel: bool,
    pub cancel_requested: bool,
    /// When a status read last succeeded.
    pub checked_at: Option<Timestamp>,
    pub error: Option<Error>,
}

/// What a line of the history is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    TopUp,
    /// Money that came without a top-up, such as free credits.
    Credit,
    Refund,
    Renewal,
    Migration,
}

/// How a chain event was found to belong to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// The event carries the payment's id: certain.
    ById,
    /// Equal units within 24 h and only one candidate: said to be so.
    ByAmount,
}

/// A line of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentView {
    pub account: AccountId,
    /// The provider's id, or `chain:<tx>:<log index>` for a credit without a top-up, or
    /// `local:<top-up>` for one that the provider never had.
    pub id: String,
    pub kind: PaymentKind,
    pub status: PaymentStatus,
    pub amount: Amount,
    pub fee: Option<Amount>,
    /// "copperx", "chain"; `None` when the provider does not say.
    pub source: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Whether a matching event is in the chain.
    pub verified: bool,
    pub matched: Option<Match>,
    pub transaction: Option<String>,
    pub block: Option<String>,
    /// The open top-up this line belongs to, for its commands.
    pub top_up: Option<String>,
}

/// Which lines of the history: everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentQuery {
    /// All accounts when `None`.
    pub account: Option<AccountId>,
    /// Part of an id, source, amount, or transaction.
    pub search: Option<String>,
    /// Any of these; all when empty.
    pub statuses: Vec<PaymentStatus>,
    /// First and last UTC date, `YYYY-MM-DD`, both included.
    pub from: Option<String>,
    pub to: Option<String>,
}

/// A page of the history, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PaymentPage {
    pub payments: Vec<PaymentView>,
    /// Hand this back for the next page; `None` at the end.
    pub next: Option<String>,
    /// How many lines the whole query has.
    pub total: u32,
}

/// A payment method with its limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MethodView {
    pub code: String,
    pub name: String,
    pub kind: MethodKind,
    pub min: Amount,
    pub max: Option<Amount>,
}

/// What the top-up page needs to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TopUpForm {
    pub currency: String,
    pub decimals: u8,
    pub methods: Vec<MethodView>,
    /// Amounts to offer, as they would be typed.
    pub presets: Vec<String>,
    /// The most that can be added now, if the cap and the balance are known.
    pub room: Option<Amount>,
    pub balance_max: Option<Amount>,
    /// The open one, where the provider allows only one.
    pub open: Option<TopUpView>,
    /// Whether the browser will come back to the app by a link; else polling notices the payment.
    pub returns_by_link: bool,
    /// Why no top-up can be started at all, if so.
    pub blocked: Option<Error>,
}

/// What an amount and a method would cost, before anything is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Quote {
    pub amount: Option<Amount>,
    /// About this much, rounded up; `None` when the method does not say.
    pub fee: Option<Amount>,
    pub total: Option<Amount>,
    pub balance_after: Option<Amount>,
    /// Why this cannot be sent.
    pub error: Option<Error>,
    /// What the user should know though it can be sent (an unknown balance).
    pub warning: Option<String>,
}

/// A line of the inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NoticeView {
    pub id: u32,
    pub account: AccountId,
    pub label: String,
    pub kind: NoticeKind,
    pub title: String,
    /// With the amount in it; the window draws `amount` itself when amounts are hidden.
    pub body: String,
    pub body_hidden: String,
    pub amount: Option<Amount>,
    pub payment: Option<String>,
    pub at: Timestamp,
    pub read: bool,
}

/// What the tray shows; a pure function of the accounts' states.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TrayView {
    /// One line an account: label, balance, state. Amounts left out when hidden.
    pub lines: Vec<String>,
    pub tooltip: String,
    /// A top-up is open.
    pub pending: bool,
    /// Something needs the user (offline, signed out, low balance).
    pub attention: bool,
    /// The checkout to return to: account and top-up.
    pub return_to: Option<(AccountId, String)>,
    pub can_top_up: bool,
    pub amounts_hidden: bool,
}

/// One message per change to the window: what to read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Change {
    /// Balance, charges, top-ups or errors of an account.
    Account {
        account: AccountId,
    },
    /// Lines of an account's history.
    Payments {
        account: AccountId,
    },
    /// Accounts were added, removed, renamed, signed in or out.
    Accounts,
    Notices,
    Settings,
    /// Tray, keyring, notifications or network came or went.
    Health,
    /// Show this page: a link, a notification or the tray asked for it.
    Show {
        page: Page,
    },
    /// A browser sign-in ended; `error` is `None` when it succeeded.
    SignIn {
        error: Option<Error>,
        account: Option<AccountId>,
    },
}

/// Where the window should go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum Page {
    Overview { account: AccountId },
    TopUp { account: AccountId },
    Payment { account: AccountId, payment: String },
    Settings,
}

/// A network that an account can be connected to; said before a key is typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NetworkView {
    pub name: String,
    /// The provider's name for people.
    pub provider: String,
    pub api_host: String,
    pub sandbox: bool,
    pub has_console: bool,
    pub signs_in_by_browser: bool,
    pub has_chain: bool,
    /// The scopes to tick when making a key: first those that reading needs, then those for topping up.
    pub scopes_read: Vec<String>,
    pub scopes_top_up: Vec<String>,
    /// Whether it is one of the networks that need no file.
    pub built_in: bool,
}

/// What came of connecting an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Connected {
    pub account: AccountView,
    /// Things that work less well than they could: missing scopes, no keyring, an unreachable API.
    pub warnings: Vec<Error>,
}

/// What the machine offers the app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Health {
    pub tray: bool,
    pub notifications: bool,
    pub keyring: bool,
    pub links: bool,
    pub online: bool,
}

/// Preferences. They may be lost without harm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default)]
pub struct Settings {
    pub theme: Theme,
    pub hide_amounts: bool,
    pub notifications: bool,
    /// Tell when the balance falls below this many units of its currency, as typed; empty: only by days left.
    pub low_balance_amount: String,
    pub low_balance_days: u32,
    pub autostart: bool,
    /// Whether closing the window has been explained.
    pub told_about_tray: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            hide_amounts: false,
            notifications: true,
            low_balance_amount: String::new(),
            low_balance_days: 7,
            autostart: false,
            told_about_tray: false,
        }
    }
}

/// The provider's rules about the money, shown where the user decides about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MoneyRule {
    pub title: String,
    pub text: String,
}

/// All the window needs to draw its frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct AppView {
    pub version: String,
    pub accounts: Vec<AccountView>,
    pub unread: u32,
    pub health: Health,
    pub settings: Settings,
}
