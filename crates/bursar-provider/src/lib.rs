//! The providers' APIs behind one trait, [`Provider`], and the sessions that sign in to them. Each provider is one module,
//! and `registry` lists them all. Code outside this crate never knows which provider it talks to: what differs between
//! providers is data. Every response is checked field by field, and no call retries by itself.

mod call_url;
pub(crate) mod error_response;
mod fluence;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod networks;
mod panel;
mod registry;
mod response_errors;
pub(crate) mod response_fields;
mod server_clock;
pub mod session;
pub mod sign_in;
mod unreadable_parts;
mod unsupported;

#[cfg(feature = "fuzzing")]
pub use fluence::fuzzing::body as api_body;
#[cfg(feature = "fuzzing")]
pub use panel::fuzzing::body as panel_body;

pub use registry::{connect, info, other_source, page_facts, source_title};

use async_trait::async_trait;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::{Capabilities, Catalogue, DuePayments, NewMethod};
use bursar_domain::charges::Charges;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::debt::DebtRules;
use bursar_domain::error::{Code, Error, ProviderDetail, Result};
use bursar_domain::key_owner::{KeyOwner, KeyScope};
use bursar_domain::payment::{Created, NewPayment, RemotePayment};
use bursar_domain::payment_rules::Rules;
use bursar_domain::unreadable_row::UnreadableRow;
use bursar_domain::view::{MoneyRule, ProviderTitle};

/// What is known of a provider, its keys and its money before an account is connected.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderInfo {
    /// The provider's name, in English if it has no name of its own.
    pub name: &'static str,
    pub title: ProviderTitle,
    /// The scopes of a key that Bursar uses; empty where keys have none.
    pub scopes: &'static [KeyScope],
    pub money_rules: Vec<MoneyRule>,
    /// What happens when an account owes money; `None` if nothing can be owed, or nothing is known of it.
    pub debt_rules: Option<&'static DebtRules>,
    pub capabilities: Capabilities,
}

impl Default for ProviderInfo {
    fn default() -> Self {
        Self {
            name: "Unknown provider",
            title: ProviderTitle::Unknown,
            scopes: &[],
            money_rules: Vec::new(),
            debt_rules: None,
            capabilities: Capabilities::default(),
        }
    }
}

/// A page of the payment history, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    pub payments: Vec<RemotePayment>,
    /// The rows of the page that could not be read, in their order.
    pub unreadable: Vec<UnreadableRow>,
    /// The faults of rows that are among the payments although a part of them could not be read.
    pub partly_unreadable: Vec<UnreadableRow>,
    /// The provider's cursor of the next (older) page, if there is one.
    pub next: Option<String>,
    /// The number of all payments, where the provider reports it.
    pub total: Option<u64>,
}

/// One provider's API for one account. The HTTP client limits the time and the size of every call, and no call retries by
/// itself. A provider implements only what it offers.
#[async_trait]
pub trait Provider: Send + Sync {
    fn rules(&self) -> Rules;

    /// How far the provider's clock is ahead of this machine's, from the last response with a date.
    fn clock_ahead(&self) -> Option<Span> {
        None
    }

    /// The parts of the latest responses that could not be read, as [`Code::PartUnreadable`].
    fn unreadable_parts(&self) -> Vec<Error> {
        Vec::new()
    }

    /// Whether the provider's server accepts a connection. Sends no request.
    async fn is_reachable(&self) -> bool {
        false
    }

    /// The user who is signed in.
    async fn key_owner(&self) -> Result<KeyOwner>;

    /// # Errors
    /// `ambiguous_balance`, and those of HTTP.
    async fn balance(&self) -> Result<ApiBalance>;

    /// The limits of a top-up, and the methods to pay it with.
    async fn catalogue(&self) -> Result<Catalogue>;

    /// Starts a payment. Where the response is lost, the payment may exist: before a retry, the caller must look for it,
    /// unless [`Rules::repeatable_for`] allows the same request again.
    async fn start(&self, new: &NewPayment) -> Result<Created>;

    /// Asks the provider to cancel a payment. `id` is the intent's id, or the payment's own if it was started elsewhere.
    /// The outcome is read later.
    async fn cancel(&self, id: &str) -> Result<()>;

    /// All open payments, including those that were started elsewhere.
    async fn pending(&self) -> Result<Vec<RemotePayment>>;

    /// One page of the history from `since` on, newest first. `cursor` is the [`HistoryPage::next`] of the page before.
    async fn history(&self, since: Option<Timestamp>, cursor: Option<&str>) -> Result<HistoryPage>;

    /// The spending of each UTC day from `from` to `to` (`YYYY-MM-DD`), both included.
    async fn charges(&self, from: &str, to: &str) -> Result<Charges>;

    /// Whether the provider reports maintenance.
    async fn maintenance(&self) -> Result<bool>;

    /// The renewals and migrations that can be paid for.
    async fn dues(&self) -> Result<DuePayments> {
        Ok(DuePayments::default())
    }

    /// Starts to save a payment method without a payment. Returns the URL of the provider's page for it, unchanged.
    async fn add_method(&self, _new: &NewMethod) -> Result<String> {
        Err(not_offered())
    }

    async fn remove_method(&self, _code: &str) -> Result<()> {
        Err(not_offered())
    }

    async fn set_default_method(&self, _code: &str) -> Result<()> {
        Err(not_offered())
    }

    /// The invoice of a payment, as a PDF file.
    async fn invoice(&self, _payment: &str) -> Result<Vec<u8>> {
        Err(not_offered())
    }
}

fn not_offered() -> Error {
    Error::new(Code::NotOffered, ProviderDetail::NotOffered)
}
