//! What every provider can do, in the words of this project. One module a provider behind one trait;
//! nothing outside knows which provider it talks to: what differs is told as data. Answers are checked, dated,
//! and never believed beyond what the top-up machine and the chain allow.

mod address;
pub(crate) mod answer;
mod fluence;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod networks;
mod panel;
pub(crate) mod refusal;
mod remote_clock;
pub mod session;
pub mod sign_in;
mod unread;
mod unsupported;

#[cfg(feature = "fuzzing")]
pub use fluence::fuzzing::body as api_body;
#[cfg(feature = "fuzzing")]
pub use panel::fuzzing::body as panel_body;

use crate::session::Session;
use async_trait::async_trait;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::{Capabilities, Catalogue, DuePayments, NewMethod};
use bursar_domain::charges::Charges;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::identity::Identity;
use bursar_domain::network::Network;
use bursar_domain::payment::{Created, NewPayment, RemotePayment};
use bursar_domain::rules::Rules;
use bursar_domain::unreadable_row::UnreadableRow;
use bursar_domain::view::MoneyRule;
use bursar_platform::http::Http;
use std::sync::Arc;

/// Every provider that there is: a further one is its module above and its line here.
const REGISTRATIONS: [Registration; 2] = [fluence::REGISTRATION, panel::REGISTRATION];

/// A provider module as the rest of the core finds it.
struct Registration {
    /// What a network file calls it.
    name: &'static str,
    info: fn() -> ProviderInfo,
    connect: fn(Network, Arc<Session>, Http) -> Arc<dyn Provider>,
    /// The name for users of a payment's source, where the API gives only a code.
    source_title: fn(&str) -> Option<&'static str>,
}

fn listed(network: &Network) -> Option<&'static Registration> {
    REGISTRATIONS
        .iter()
        .find(|listed| listed.name == network.provider.as_str())
}

/// The way to a network's provider for the account whose session it is. One that this version does not
/// support refuses every call.
pub fn connect(network: &Network, session: Arc<Session>, http: Http) -> Arc<dyn Provider> {
    match listed(network) {
        Some(listed) => (listed.connect)(network.clone(), session, http),
        None => Arc::new(unsupported::Unsupported),
    }
}

/// What holds for a network's provider before anybody is connected.
pub fn info(network: &Network) -> ProviderInfo {
    listed(network).map_or_else(ProviderInfo::default, |listed| (listed.info)())
}

/// The name for users of a payment's source, such as a payment provider; `None` when the source is its own name.
pub fn source_title(network: &Network, source: &str) -> Option<&'static str> {
    listed(network).and_then(|listed| (listed.source_title)(source))
}

/// What a provider says about itself, its keys and its money.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderInfo {
    /// Its name for people.
    pub title: &'static str,
    /// The scopes that a key needs for reading, and those for topping up, in the provider's words.
    pub scopes_read: Vec<String>,
    pub scopes_top_up: Vec<String>,
    pub money_rules: Vec<MoneyRule>,
    pub capabilities: Capabilities,
}

impl Default for ProviderInfo {
    fn default() -> Self {
        Self {
            title: "Unknown provider",
            scopes_read: Vec::new(),
            scopes_top_up: Vec::new(),
            money_rules: Vec::new(),
            capabilities: Capabilities::default(),
        }
    }
}

/// A page of the history, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    pub payments: Vec<RemotePayment>,
    /// Lines among them that could not be read, in their order.
    pub odd: Vec<UnreadableRow>,
    /// What is wrong with lines that are among the payments all the same.
    pub notes: Vec<UnreadableRow>,
    /// Where the next (older) page begins, if there is one; the provider's own mark, handed back as it is.
    pub next: Option<String>,
    /// How many payments there are in all, where the provider says.
    pub total: Option<u64>,
}

/// One provider's API for one account. Every call is bounded in time and size by the transport; no call
/// retries by itself. What a provider does not offer it need not implement.
#[async_trait]
pub trait Provider: Send + Sync {
    fn rules(&self) -> Rules;

    /// How far the provider's clock is ahead of this machine's, as its last dated answer says.
    fn clock_ahead(&self) -> Option<Span> {
        None
    }

    /// What could not be read of the last answers, beside what could: [`Code::PartUnreadable`].
    fn unreadable_parts(&self) -> Vec<Error> {
        Vec::new()
    }

    /// Whether a connection to its server stands; nothing is asked.
    async fn is_reachable(&self) -> bool {
        false
    }

    /// Who is signed in.
    async fn identity(&self) -> Result<Identity>;

    /// # Errors
    /// Beside the transport's: `ambiguous_balance`.
    async fn balance(&self) -> Result<ApiBalance>;

    /// What a top-up can be and what it can be paid with.
    async fn catalogue(&self) -> Result<Catalogue>;

    /// Starts a payment. After a lost answer nobody knows whether it exists: callers must look before they
    /// ask again, unless [`Rules::repeatable_for`] says that they may ask the very same again.
    async fn start(&self, new: &NewPayment) -> Result<Created>;

    /// Asks the provider to cancel, by [`Created::intent`] or, for one that was started elsewhere, the
    /// payment's id; what comes of it is read later.
    async fn cancel(&self, id: &str) -> Result<()>;

    /// The open payments, wherever they were started.
    async fn pending(&self) -> Result<Vec<RemotePayment>>;

    /// One page of the history, newest first, from `since` on; `place` is the [`HistoryPage::next`] of the page
    /// before.
    async fn history(&self, since: Option<Timestamp>, place: Option<&str>) -> Result<HistoryPage>;

    /// Spending by UTC day, both dates (`YYYY-MM-DD`) included.
    async fn charges(&self, from: &str, to: &str) -> Result<Charges>;

    /// Whether the provider says that it is in maintenance.
    async fn maintenance(&self) -> Result<bool>;

    /// What can be paid for beside a top-up.
    async fn dues(&self) -> Result<DuePayments> {
        Ok(DuePayments::default())
    }

    /// Begins to add a method without paying: the hosted page for it, exactly as the provider wrote it.
    async fn add_method(&self, _new: &NewMethod) -> Result<String> {
        Err(not_offered())
    }

    async fn remove_method(&self, _code: &str) -> Result<()> {
        Err(not_offered())
    }

    async fn set_default_method(&self, _code: &str) -> Result<()> {
        Err(not_offered())
    }

    /// A payment's invoice as a PDF file.
    async fn invoice(&self, _payment: &str) -> Result<Vec<u8>> {
        Err(not_offered())
    }
}

fn not_offered() -> Error {
    Error::new(Code::NotOffered, "This provider does not offer that.")
}
