//! Everything that can happen to an account, as plain data, so that a test can create millions of events.

use super::account_config::{Presence, Thresholds};
use super::poll_target::{PollTarget, Server};
use super::response::{CatalogueResponse, ChainResponse, HistoryResponse, OpenPaymentsResponse};
use alloy_primitives::Address;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Error;
use bursar_domain::key_expiry::KeyExpiry;
use bursar_domain::payment::{Created, NewPayment};

/// Everything that can happen to an account.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Time has passed.
    Tick,
    Presence(Presence),
    /// The payment that the focused window shows, if any.
    Viewing(Option<String>),
    Online(bool),
    /// The clock jumped, or the machine was asleep.
    ClockJumped,
    /// How far the provider's clock is ahead of this machine's, according to its responses.
    ProviderClock {
        offset: Span,
    },
    Thresholds(Thresholds),
    /// The session gained or lost its key or token.
    SignedIn(bool),
    /// The user entered or removed the date on which the API key expires.
    KeyExpiry(Option<KeyExpiry>),
    /// The wallet address or the RPC endpoints changed.
    Reconfigured {
        watched_address: Option<Address>,
    },

    /// The user starts a top-up. [`Effect::Reply`] answers `command`.
    StartTopUp {
        command: u64,
        new: NewPayment,
        /// The one-time state in the return URL, on networks that return by link.
        link_state: Option<String>,
        /// How far the provider's clock is ahead of this machine's, if known.
        clock_offset: Option<Span>,
    },
    /// The user wants to see the checkout again.
    ReopenCheckout {
        command: u64,
        top_up_id: String,
    },
    CancelTopUp {
        command: u64,
        top_up_id: String,
    },
    CheckNow {
        command: u64,
    },
    /// Read everything again from the beginning.
    RefreshAll {
        command: u64,
    },
    /// The user pauses or resumes the reading of older data.
    SetBackfillPaused {
        paused: bool,
    },
    /// A valid return link with this top-up's state was opened.
    ReturnLinkOpened {
        top_up_id: String,
    },

    Started {
        top_up_id: String,
        answer: Result<Created, Error>,
    },
    CancelAnswered {
        top_up_id: String,
        answer: Result<(), Error>,
    },
    OpenPayments {
        requested_at: Timestamp,
        answer: Result<OpenPaymentsResponse, Error>,
    },
    History {
        requested_at: Timestamp,
        answer: Result<HistoryResponse, Error>,
    },
    Balance(Result<ApiBalance, Error>),
    Chain(Result<ChainResponse, Error>),
    Charges(Result<(), Error>),
    Catalogue(Result<CatalogueResponse, Error>),
    /// The payments that are due have been read and stored.
    DuePayments(Result<(), Error>),
    /// Whether a server that was unreachable accepts connections now.
    Probed {
        server: Server,
        reachable: bool,
    },
    /// The user removed or changed a method.
    MethodsChanged,
    /// The user is on the page that adds a method; the one-time state is in its return URL.
    MethodExpected {
        link_state: Option<String>,
    },
    /// That page sent the browser back.
    MethodReturned,
    /// The subscription was established or lost.
    Subscribed(bool),
    /// The subscription reported an event.
    ChainActivity,
    /// The checkout could not be opened: the allow-list refused it, or there is no browser.
    OpenCheckoutFailed {
        top_up_id: String,
        error: Error,
    },
    /// The commit of the previous step failed, so none of its effects ran.
    CommitFailed {
        command: Option<u64>,
        poll: Option<PollTarget>,
        started_top_up_id: Option<String>,
        error: Error,
    },
}
