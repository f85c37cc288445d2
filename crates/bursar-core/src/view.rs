//! What the window, the tray and the CLI are told: plain data, read from the databases. Amounts are exact
//! decimal strings with their currency; what is unknown is `None`.

use crate::account::AccountId;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::money::Amount;
use crate::notice::NoticeKind;
use crate::provider::{MethodKind, Migration, Offers, Payer, Purpose, Reason, Saved, Service, Why};
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
    /// The provider's name for people.
    pub provider: String,
    /// What can be done beside topping up.
    pub offers: Offers,
    /// Whether payments can be verified at all: there is a chain to see them in.
    pub verifiable: bool,
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

/// One account among all, side by side with the others. Amounts of several are never added up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BalanceView {
    /// With its balance.
    pub account: AccountView,
    pub daily_usage: Option<Amount>,
    pub days_left: Option<u32>,
    pub stale: bool,
    pub as_of: Option<Timestamp>,
    /// It has been told that the balance is low.
    pub low: bool,
    pub frozen: Option<bool>,
    /// `Some(false)` when chain and API have differed twice.
    pub agrees: Option<bool>,
    pub maintenance: bool,
    /// Open payments, newest first.
    pub top_ups: Vec<TopUpView>,
    /// What is wrong now, newest first.
    pub errors: Vec<Error>,
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
    /// The provider is giving the money back.
    Refunding,
    Refunded,
}

/// A payment that is being followed: a top-up, a renewal or a migration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TopUpView {
    /// Bursar's own id of the top-up, for commands.
    pub id: String,
    /// The provider's id, once known.
    pub payment_id: Option<String>,
    pub kind: PaymentKind,
    /// What a renewal or migration is for, in a few words.
    pub purpose: Option<String>,
    pub amount: Amount,
    pub status: PaymentStatus,
    /// Why it came to nothing, and what can be done.
    pub reason: Option<ReasonView>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// Whether there is a checkout that may be opened. An open payment without one needs nothing from the
    /// user here: the money is being taken, or an invoice waits to be paid.
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

impl PaymentKind {
    /// What a payment of this purpose is called.
    pub fn of(purpose: &Purpose) -> Self {
        match purpose {
            Purpose::TopUp => Self::TopUp,
            Purpose::Renewal { .. } => Self::Renewal,
            Purpose::Migration { .. } => Self::Migration,
        }
    }
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
    /// The provider's number of it, as on the invoice.
    pub number: Option<String>,
    pub kind: PaymentKind,
    /// What a renewal or migration is for, in a few words.
    pub purpose: Option<String>,
    pub status: PaymentStatus,
    /// Why it came to nothing, and what can be done.
    pub reason: Option<ReasonView>,
    pub amount: Amount,
    pub fee: Option<Amount>,
    /// "copperx", "chain"; `None` when the provider does not say.
    pub source: Option<String>,
    /// The payer's name.
    pub payer: Option<String>,
    /// The method's name.
    pub method: Option<String>,
    pub has_invoice: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Whether it can be verified at all; without, `verified` says nothing.
    pub verifiable: bool,
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
    /// Part of an id, number, source, payer, amount, or transaction.
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

/// Why a payment came to nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ReasonView {
    pub why: Why,
    /// The provider's own words, where it has any.
    pub words: Option<String>,
    /// Why, and what can be done about it, in a sentence or two.
    pub advice: String,
}

impl From<&Reason> for ReasonView {
    fn from(reason: &Reason) -> Self {
        Self {
            why: reason.why,
            words: reason.words.clone(),
            advice: reason.advice(),
        }
    }
}

/// A payment method with its limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MethodView {
    pub code: String,
    pub name: String,
    pub kind: MethodKind,
    /// The ids of the payers that it is linked to; empty for any.
    pub payers: Vec<String>,
    pub min: Amount,
    pub max: Option<Amount>,
    /// Only of a saved one. One that is not confirmed cannot be paid with.
    pub saved: Option<Saved>,
    /// Paying by it can keep it for next time.
    pub can_be_saved: bool,
    /// Takes the money at once, without a page: `pay` wants the total confirmed.
    pub debits_at_once: bool,
}

/// What the top-up page needs to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TopUpForm {
    /// Stands for one payment: handed to `pay`, however often, it starts one and no more. A further payment
    /// takes a further form.
    pub attempt: String,
    pub currency: String,
    pub decimals: u8,
    /// Who may pay, in the provider's order; one or none is not worth a question.
    pub payers: Vec<Payer>,
    pub methods: Vec<MethodView>,
    /// When payers and methods were read; `None` before the first reading.
    pub methods_as_of: Option<Timestamp>,
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

/// What the user wants to pay for, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Wish {
    pub purpose: WishFor,
    /// `None`: the method's payer, else the provider's first one, or nobody where it knows none.
    pub payer: Option<String>,
    /// A method's code; `None`: the default one of the payer, else the first.
    pub method: Option<String>,
    /// Keep the method for next time.
    pub save_method: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum WishFor {
    TopUp {
        /// As typed.
        amount: String,
    },
    Renewal {
        services: Vec<ServicePeriod>,
    },
    Migration {
        order: String,
        period: String,
    },
}

/// A service and how long it is to be renewed for, both by their ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ServicePeriod {
    pub service: String,
    pub period: String,
}

/// What a wish would cost, before anything is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Quote {
    pub amount: Option<Amount>,
    /// About this much, rounded up; `None` when the method does not say.
    pub fee: Option<Amount>,
    pub total: Option<Amount>,
    /// Only of a top-up.
    pub balance_after: Option<Amount>,
    /// What is paid for in a few words; `None` for a top-up.
    pub purpose: Option<String>,
    /// The code of the method that is meant.
    pub method: Option<String>,
    /// The method takes the money at once: `pay` wants `total` back as confirmed.
    pub needs_confirmation: bool,
    /// Why this cannot be sent.
    pub error: Option<Error>,
    /// What the user should know though it can be sent (an unknown balance).
    pub warning: Option<String>,
}

/// Who pays and by what, as it was last read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MethodsView {
    pub payers: Vec<Payer>,
    pub methods: Vec<MethodView>,
    /// `None` before the first reading.
    pub as_of: Option<Timestamp>,
    /// Why it could not be read again.
    pub error: Option<Error>,
}

/// What can be paid for beside a top-up, as it was last read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DuesView {
    /// By their due date, the nearest first.
    pub services: Vec<Service>,
    pub migrations: Vec<Migration>,
    /// `None` before the first reading.
    pub as_of: Option<Timestamp>,
    /// Why it could not be read again.
    pub error: Option<Error>,
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
    /// Why the payment came to nothing, where the provider says it.
    pub why: Option<Why>,
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
    Overview {
        account: AccountId,
    },
    TopUp {
        account: AccountId,
    },
    /// The newest payments of an account.
    Payments {
        account: AccountId,
    },
    Payment {
        account: AccountId,
        payment: String,
    },
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
