//! What can happen to an account, and what the engine may ask for in return. Each is plain data, so that a
//! test can make a million of them.

use super::account_config::{Presence, Thresholds};
use super::poll_target::{PollTarget, Server};
use super::response::{CatalogueResponse, ChainResponse, HistoryResponse, OpenPaymentsResponse};
use alloy_primitives::Address;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Error;
use bursar_domain::payment::{Created, NewPayment};

/// Everything that can happen to one account.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Time has passed.
    Tick,
    Presence(Presence),
    /// The payment that the window is focused on, if any.
    Viewing(Option<String>),
    Online(bool),
    /// The machine was asleep, or the clock jumped.
    ClockJumped,
    /// How far the provider's clock is ahead of this machine's, where its answers tell.
    ProviderClock {
        offset: Span,
    },
    Thresholds(Thresholds),
    /// The session was given a secret, or lost it.
    SignedIn(bool),
    /// The wallet address or the RPCs changed.
    Reconfigured {
        watched_address: Option<Address>,
    },

    /// The user starts a top-up. `command` is answered by [`Effect::Reply`].
    StartTopUp {
        command: u64,
        new: NewPayment,
        /// The one-time state in its return address, where the network returns by link.
        link_state: Option<String>,
        /// How far the provider's clock is ahead of this machine's, where it has told.
        clock_offset: Option<Span>,
    },
    /// The user wants the checkout opened again.
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
    /// Everything is to be read again from the beginning.
    RefreshAll {
        command: u64,
    },
    /// The user stops the reading of what lies further back, or lets it go on.
    SetBackfillPaused {
        paused: bool,
    },
    /// A valid link with this top-up's state came back.
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
    /// What can be paid for beside a top-up has been read and kept.
    DuePayments(Result<(), Error>),
    /// Whether a connection to a server stands that could not be reached before.
    Probed {
        server: Server,
        reachable: bool,
    },
    /// The user removed or changed a method.
    MethodsChanged,
    /// The user is on the page that adds a method; the one-time state is in its return address.
    MethodExpected {
        link_state: Option<String>,
    },
    /// That page sent the browser back.
    MethodReturned,
    /// The subscription stands or fell.
    Subscribed(bool),
    /// The subscription says that something happened.
    ChainActivity,
    /// The checkout could not be opened: refused by the allow-list, or no browser.
    OpenCheckoutFailed {
        top_up_id: String,
        error: Error,
    },
    /// The commit of the step before could not be written; none of its effects ran.
    CommitFailed {
        command: Option<u64>,
        poll: Option<PollTarget>,
        started_top_up_id: Option<String>,
        error: Error,
    },
}
