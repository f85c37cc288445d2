//! What the window, the tray and the CLI are told: plain data, read from the databases. Amounts are exact
//! decimal strings with their currency; what is unknown is `None`.

mod paying;
mod payment;

pub use paying::{
    DuePaymentInProgress, DuePaymentsView, MethodView, MethodsView, PaymentRequest, Quote,
    RequestedPurpose, ServicePeriod, TopUpForm, TopUpView,
};
pub use payment::{
    FailureReasonView, MatchedBy, MonthView, PaymentPage, PaymentQuery, PaymentView,
};

use crate::account::AccountId;
use crate::catalogue::Capabilities;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::money::{Amount, Currency};
use crate::notice::NoticeKind;
use crate::payment::FailureCode;
use crate::settings::Settings;
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
    pub capabilities: Capabilities,
    /// Whether payments can be verified at all: there is a chain to see them in.
    pub verifiable: bool,
    /// RPC endpoints at different hosts, of which two have to agree; where there is one, its word alone counts.
    pub rpc_hosts: u32,
    pub api_host: String,
    pub sandbox: bool,
    /// Checksummed, or `None` while not entered.
    pub address: Option<String>,
    pub signed_in: bool,
    /// Nobody knows yet: the keyring has not answered.
    pub waits_for_keyring: bool,
    /// Why the keyring has not given the key, where it cannot be used or may be hiding it.
    pub keyring_error: Option<Error>,
    /// The secret lives only as long as this process.
    pub session_only: bool,
    pub signs_in_by_browser: bool,
    pub has_console: bool,
    pub has_explorer: bool,
    /// The balance's unit; while no balance is known, that of the network's limits.
    pub currency: Currency,
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
    /// Whether the API's figures are of this session and count now; else they are of before, as `api_balance` dates them.
    pub api_current: bool,
    /// `Some(false)` when chain and API have differed twice, two minutes apart; `None` where only one is known or
    /// they have differed once.
    pub agrees: Option<bool>,
    pub daily_usage: Option<Amount>,
    /// Only by figures that count now.
    pub days_left: Option<u32>,
    /// Whether what is shown may be older than it should be.
    pub stale: bool,
    pub as_of: Option<Timestamp>,
    /// The last 30 days, oldest first, days without a charge included as zero; empty when unknown.
    pub charges: Vec<ChargeView>,
    pub charges_as_of: Option<Timestamp>,
    /// Why the charges could not be read the last time.
    pub charges_error: Option<Error>,
    /// When this process last read the history's newer end; `None` while that has not succeeded, or fails.
    pub payments_as_of: Option<Timestamp>,
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
    /// `None` where a charge of that day could not be read.
    pub amount: Option<Amount>,
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
    pub why: Option<FailureCode>,
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
    /// The reading of what lies further back has come further, was stopped or goes on.
    Past {
        account: AccountId,
    },
    /// The export has come further, or to its end.
    Export,
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
pub struct ConnectedAccount {
    pub account: AccountView,
    /// Things that work less well than they could: missing scopes, no keyring, an unreachable API.
    pub warnings: Vec<Error>,
}

/// How far the reading of what lies further back is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BackfillView {
    /// It waits until the user lets it go on.
    pub stopped: bool,
    /// `None` where all payments are known.
    pub payments: Option<RowProgress>,
    pub chain: Option<BlockProgress>,
}

/// Payments that have been read, and how many the provider has, where it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct RowProgress {
    pub read: u32,
    pub all: Option<u32>,
}

/// Blocks of the chain that have been read, of at most so many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BlockProgress {
    pub read: u32,
    pub most: u32,
}

/// The newest export of the history, under way or over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ExportView {
    /// The file that is there once all of it is written.
    pub path: String,
    /// Lines so far.
    pub written: u32,
    /// Lines in all; `None` until they are counted.
    pub total: Option<u32>,
    pub state: ExportState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ExportState {
    Running,
    Written,
    Cancelled,
    Failed { error: Error },
}

/// What the machine offers the app. Nothing is said to be missing before it has been looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Health {
    pub tray: bool,
    pub notifications: bool,
    pub keyring: bool,
    pub links: bool,
    pub online: bool,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            tray: true,
            notifications: true,
            keyring: true,
            links: true,
            online: true,
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
