//! What every provider can do, in the words of this project. One module a provider behind one trait;
//! nothing outside knows which provider it talks to. Answers are data: checked, dated, and never
//! believed beyond what the top-up machine and the chain allow.

pub(crate) mod answer;
mod fluence;
mod unsupported;

#[cfg(feature = "fuzzing")]
pub use fluence::fuzzing;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::http::Http;
use crate::money::Amount;
use crate::network::{Network, ProviderKind};
use crate::session::Session;
use crate::view::MoneyRule;
use alloy_primitives::B256;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The way to a network's provider for the account whose session it is. One that this version does not
/// support refuses every call.
pub fn connect(network: &Network, session: Arc<Session>, http: Http) -> Arc<dyn Provider> {
    match network.provider {
        ProviderKind::Fluence => Arc::new(fluence::Fluence::new(network.clone(), session, http)),
        ProviderKind::Panel => Arc::new(unsupported::Unsupported),
    }
}

/// Whether an account can be connected to the network's provider at all.
///
/// # Errors
/// `network_malformed`.
pub fn supported(network: &Network) -> Result<()> {
    match network.provider {
        ProviderKind::Fluence => Ok(()),
        ProviderKind::Panel => Err(unsupported::refusal()),
    }
}

/// What holds for a network's provider before anybody is connected.
pub fn facts(network: &Network) -> Facts {
    match network.provider {
        ProviderKind::Fluence => fluence::facts(),
        ProviderKind::Panel => Facts {
            title: "Hosting panel",
            ..Facts::default()
        },
    }
}

/// What a provider says about itself, its keys and its money.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Its name for people.
    pub title: &'static str,
    /// The scopes that a key needs for reading, and those for topping up, in the provider's words.
    pub scopes_read: Vec<String>,
    pub scopes_top_up: Vec<String>,
    pub money_rules: Vec<MoneyRule>,
    /// Amounts to offer, as they would be typed.
    pub presets: Vec<String>,
}

/// What holds for a provider as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// At most one open top-up at a time.
    pub one_open_top_up: bool,
    /// Decimals that the call which starts a top-up can carry (2: cents).
    pub amount_decimals: u8,
}

/// Who is signed in, and what the key cannot do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub user_id: String,
    /// A name or e-mail address to tell accounts apart.
    pub name: String,
    /// Scopes this app uses and the key lacks, in the provider's words.
    pub missing_scopes: Vec<String>,
}

/// The balance as the API says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiBalance {
    pub balance: Amount,
    /// Money spent a day at the present rate.
    pub daily_usage: Option<Amount>,
    pub days_left: Option<u32>,
}

/// A way to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    pub code: String,
    /// The payment provider behind it ("copperx").
    pub provider: String,
    pub name: String,
    pub kind: MethodKind,
    pub min: Amount,
    pub max: Option<Amount>,
    /// Estimated fee in hundredths of a percent.
    pub fee_bps: u32,
    /// Estimated fixed fee in hundredths.
    pub fee_fixed_cents: i64,
    pub fee_paid_by_user: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    Crypto,
    Fiat,
}

/// What starts a top-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopUp {
    pub amount: Amount,
    pub method: Option<String>,
    /// The payment provider that belongs to the method.
    pub method_provider: Option<String>,
    /// Where the checkout should send the browser back to; only on networks with `return_links`.
    pub return_url: Option<String>,
    /// The same for every attempt to start this one top-up; providers that take one get it.
    pub idempotency_key: String,
}

/// The provider's answer to a new top-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// The provider's id of the top-up, as far as the answer tells it; its lists may know it by another.
    pub id: String,
    /// The id that cancelling takes.
    pub intent: String,
    /// The hosted checkout, exactly as the provider wrote it; nothing opens it unchecked.
    pub checkout: Option<String>,
    pub expires_at: Option<Timestamp>,
}

/// The provider's word on where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Open,
    Confirming,
    UnderReview,
    Completed,
    Cancelled,
    Expired,
    Failed,
}

/// A payment as the provider tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemotePayment {
    pub id: String,
    pub status: Status,
    pub amount: Amount,
    /// Unknown is `None`, never zero.
    pub fee: Option<Amount>,
    /// The payment provider ("copperx").
    pub source: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub checkout: Option<String>,
    /// The transaction on the Balance's chain that the provider names; a claim until the chain shows it.
    pub transaction: Option<B256>,
}

/// A page of the history, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    pub payments: Vec<RemotePayment>,
    /// Lines among them that could not be read, in their order.
    pub odd: Vec<OddLine>,
    /// The next (older) page, if there is one.
    pub next: Option<u32>,
    /// How many payments there are in all, where the provider says.
    pub total: Option<u64>,
}

/// A line of the history that is not what the API describes: nothing of it is shown but that it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddLine {
    /// What is wrong with it; [`crate::error::Code::LineUnreadable`].
    pub error: Error,
    /// Where that much could be read.
    pub created_at: Option<Timestamp>,
}

/// Money spent on one UTC day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCharge {
    /// `YYYY-MM-DD`.
    pub date: String,
    pub amount: Amount,
}

/// One provider's API for one account. Every call is bounded in time and size by the transport; no call
/// retries by itself.
#[async_trait]
pub trait Provider: Send + Sync {
    fn rules(&self) -> Rules;

    /// Who is signed in.
    async fn identity(&self) -> Result<Identity>;

    /// # Errors
    /// Beside the transport's: `ambiguous_balance`.
    async fn balance(&self) -> Result<ApiBalance>;

    /// The methods that can be used now, in the provider's order.
    async fn methods(&self) -> Result<Vec<Method>>;

    /// Starts a top-up. After a lost answer nobody knows whether it exists: callers must look before they
    /// ask again.
    async fn start(&self, new: &NewTopUp) -> Result<Created>;

    /// Asks the provider to cancel, by [`Created::intent`] or, for one that was started elsewhere, the
    /// payment's id; what comes of it is read later.
    async fn cancel(&self, id: &str) -> Result<()>;

    /// The open top-ups, wherever they were started.
    async fn pending(&self) -> Result<Vec<RemotePayment>>;

    /// One page of the history, newest first, from `since` on; pages count from 0.
    async fn history(&self, since: Option<Timestamp>, page: u32) -> Result<HistoryPage>;

    /// Spending by UTC day, both dates (`YYYY-MM-DD`) included.
    async fn charges(&self, from: &str, to: &str) -> Result<Vec<DayCharge>>;

    /// Whether the provider says that it is in maintenance.
    async fn maintenance(&self) -> Result<bool>;
}
