//! The data that the window, the tray and the CLI show, read from the databases. Amounts are exact decimal strings with
//! their currency. An unknown value is `None`.

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
    /// The block at which it was read, as a decimal string.
    pub block: Option<String>,
}

/// An account in the sidebar and on the Accounts page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct AccountView {
    pub id: AccountId,
    pub label: String,
    pub network: String,
    /// The provider's display name.
    pub provider: String,
    /// What the provider supports besides top-ups.
    pub capabilities: Capabilities,
    /// Whether payments can be verified, which needs a chain.
    pub verifiable: bool,
    /// The number of RPC endpoints at different hosts. Two of them must agree; if there is only one, it is trusted alone.
    pub rpc_hosts: u32,
    pub api_host: String,
    pub sandbox: bool,
    /// The address with its checksum; `None` until the user enters one.
    pub address: Option<String>,
    pub signed_in: bool,
    /// Whether the account is signed in is unknown, because the keyring has not answered yet.
    pub waits_for_keyring: bool,
    /// Why the keyring did not return the key: it is unavailable, or it may be locked.
    pub keyring_error: Option<Error>,
    /// The key or token is in memory only and is lost when this process ends.
    pub session_only: bool,
    pub signs_in_by_browser: bool,
    pub has_console: bool,
    pub has_explorer: bool,
    /// The balance's currency. Until a balance is known, the currency of the network's limits.
    pub currency: Currency,
    pub balance: Option<Figure>,
    pub connected_at: Timestamp,
}

/// An account's Overview page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Overview {
    pub account: AccountView,
    /// The amount that can be spent: from the chain if it answers, otherwise from the API.
    pub balance: Option<Figure>,
    pub reserved: Option<Figure>,
    pub held: Option<Figure>,
    pub frozen: Option<bool>,
    pub api_balance: Option<Figure>,
    /// Whether the API's figures are current. Otherwise they are from an earlier session, from the time in `api_balance`.
    pub api_current: bool,
    /// `Some(false)` if chain and API differed twice, two minutes apart; `None` if only one is known or they differed once.
    pub agrees: Option<bool>,
    pub daily_usage: Option<Amount>,
    /// Known only if the figures are current.
    pub days_left: Option<u32>,
    /// Whether the figures may be out of date.
    pub stale: bool,
    pub as_of: Option<Timestamp>,
    /// The last 30 days, oldest first. Days without a charge are zero. Empty if unknown.
    pub charges: Vec<ChargeView>,
    pub charges_as_of: Option<Timestamp>,
    /// Why the last attempt to read the charges failed.
    pub charges_error: Option<Error>,
    /// When this process last read the newest payments; `None` until that succeeds, and while it fails.
    pub payments_as_of: Option<Timestamp>,
    /// Open top-ups, newest first.
    pub top_ups: Vec<TopUpView>,
    /// The current errors, newest first.
    pub errors: Vec<Error>,
    pub maintenance: bool,
}

/// One account on the Balances page, which shows all accounts side by side. Their amounts are never added up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BalanceView {
    /// The account, with its balance.
    pub account: AccountView,
    pub daily_usage: Option<Amount>,
    pub days_left: Option<u32>,
    pub stale: bool,
    pub as_of: Option<Timestamp>,
    /// Whether a low balance has been reported to the user.
    pub low: bool,
    pub frozen: Option<bool>,
    /// `Some(false)` if chain and API differed twice.
    pub agrees: Option<bool>,
    pub maintenance: bool,
    /// Open payments, newest first.
    pub top_ups: Vec<TopUpView>,
    /// The current errors, newest first.
    pub errors: Vec<Error>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ChargeView {
    /// `YYYY-MM-DD`, UTC.
    pub date: String,
    /// `None` if a charge of that day could not be read.
    pub amount: Option<Amount>,
}

/// A notification in the inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NoticeView {
    pub id: u32,
    pub account: AccountId,
    pub label: String,
    pub kind: NoticeKind,
    pub title: String,
    /// Why the payment did not succeed, if the provider says so.
    pub why: Option<FailureCode>,
    /// The text with the amount. If amounts are hidden, the window shows `body_hidden` and draws `amount` itself.
    pub body: String,
    pub body_hidden: String,
    pub amount: Option<Amount>,
    pub payment: Option<String>,
    pub at: Timestamp,
    pub read: bool,
}

/// The tray's content, computed from the accounts' states.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TrayView {
    /// One line for each account: label, balance and state. Hidden amounts are left out.
    pub lines: Vec<String>,
    pub tooltip: String,
    /// Whether a top-up is open.
    pub pending: bool,
    /// Whether something needs the user's attention: offline, signed out or a low balance.
    pub attention: bool,
    /// The account and top-up of the checkout that the user can return to.
    pub return_to: Option<(AccountId, String)>,
    pub can_top_up: bool,
    pub amounts_hidden: bool,
}

/// A change that the window is notified of, so that it reads the data again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Change {
    /// Balance, charges, top-ups or errors of an account.
    Account {
        account: AccountId,
    },
    /// Rows of an account's history.
    Payments {
        account: AccountId,
    },
    /// Accounts were added, removed, renamed, signed in or out.
    Accounts,
    Notices,
    Settings,
    /// The tray, the keyring, notifications or the network appeared or disappeared.
    Health,
    /// Reading older payments made progress, was paused or was resumed.
    Backfill {
        account: AccountId,
    },
    /// The export made progress or ended.
    Export,
    /// A link, a notification or the tray asks for this page.
    Show {
        page: Page,
    },
    /// A sign-in in the browser ended; `error` is `None` if it succeeded.
    SignIn {
        error: Option<Error>,
        account: Option<AccountId>,
    },
}

/// A page of the window.
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

/// A network that an account can be connected to, as shown before a key is entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NetworkView {
    pub name: String,
    /// The provider's display name.
    pub provider: String,
    pub api_host: String,
    pub sandbox: bool,
    pub has_console: bool,
    pub signs_in_by_browser: bool,
    pub has_chain: bool,
    /// The scopes that a key needs for reading.
    pub scopes_read: Vec<String>,
    /// The scopes that a key needs for top-ups, in addition.
    pub scopes_top_up: Vec<String>,
    /// Whether the network is built in and needs no file.
    pub built_in: bool,
}

/// The result of connecting an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConnectedAccount {
    pub account: AccountView,
    /// What limits the account: missing scopes, no keyring, an unreachable API.
    pub warnings: Vec<Error>,
}

/// The progress of reading older payments and events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BackfillView {
    /// Whether the user has paused it.
    pub paused: bool,
    /// `None` if all payments have been read.
    pub payments: Option<RowProgress>,
    pub chain: Option<BlockProgress>,
}

/// The number of payments that have been read and, if the provider says so, that exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct RowProgress {
    pub read: u32,
    pub total: Option<u32>,
}

/// The number of blocks that have been read, and the most that may have to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BlockProgress {
    pub read: u32,
    pub at_most: u32,
}

/// The newest export of the history, running or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ExportView {
    /// The path of the file, which exists only once it is complete.
    pub path: String,
    /// Rows written so far.
    pub written: u32,
    /// Rows in total; `None` until they are counted.
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

/// The services of the desktop that the app can use. A service counts as present until it has been looked for.
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

/// A rule of the provider about money, shown before the user pays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MoneyRule {
    pub title: String,
    pub text: String,
}

/// What the window needs to draw its frame around the pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct AppView {
    pub version: String,
    pub accounts: Vec<AccountView>,
    pub unread: u32,
    pub health: Health,
    pub settings: Settings,
}
