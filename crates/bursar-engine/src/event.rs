//! What can happen to an account, and what the engine may ask for in return. Each is plain data, so that a
//! test can make a million of them.

use super::response::{CatalogueResponse, ChainResponse, HistoryResponse, OpenPaymentsResponse};
use super::state::{Presence, Thresholds};
use crate::top_up::Verified;
use alloy_primitives::Address;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Error;
use bursar_domain::payment::{Created, NewPayment};
use bursar_domain::view::{Change, Page};

/// What is read again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PollTarget {
    /// The open top-ups, while there are any.
    OpenPayments,
    /// The history's newer end: settles what is watched, finds what was started elsewhere.
    History,
    Balance,
    Chain,
    Charges,
    /// Methods, identity, maintenance.
    Catalogue,
    /// What can be paid for beside a top-up.
    DuePayments,
}

impl PollTarget {
    pub const ALL: [Self; 7] = [
        Self::OpenPayments,
        Self::History,
        Self::Balance,
        Self::Chain,
        Self::Charges,
        Self::Catalogue,
        Self::DuePayments,
    ];

    /// Its name in the diagnostics.
    pub fn label(self) -> &'static str {
        match self {
            Self::OpenPayments => "Follow",
            Self::History => "History",
            Self::Balance => "Balance",
            Self::Chain => "Chain",
            Self::Charges => "Charges",
            Self::Catalogue => "Catalogue",
            Self::DuePayments => "Dues",
        }
    }

    /// Whose silence it suffers from.
    pub fn server(self) -> Server {
        match self {
            Self::Chain => Server::Chain,
            Self::OpenPayments
            | Self::History
            | Self::Balance
            | Self::Charges
            | Self::Catalogue
            | Self::DuePayments => Server::Api,
        }
    }
}

/// Who answers; back-off is shared by all that is asked of the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Server {
    Api,
    Chain,
}

impl Server {
    pub(super) const ALL: [Self; 2] = [Self::Api, Self::Chain];
}

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

/// A request to a server. Every one is answered by exactly one event.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Start {
        top_up_id: String,
        new: NewPayment,
    },
    Cancel {
        top_up_id: String,
        /// The id that cancelling takes.
        intent_id: String,
    },
    /// The open top-ups; and the history since then, where one of `expected` is not among them.
    OpenPayments {
        since: Timestamp,
        expected_payment_ids: Vec<String>,
    },
    /// The history since the oldest payment that may still change; from the beginning when `whole`.
    History {
        since: Option<Timestamp>,
        full: bool,
        /// Whether all that ended without money is looked at, and not only once a day.
        include_ended: bool,
        /// Whether what lies further back is read too.
        backfill: bool,
    },
    Balance,
    /// The figures, and the events since the last look.
    Chain {
        payments: Vec<WatchedPayment>,
        /// Whether older events are read too.
        backfill: bool,
        /// Whether the events that are known are to be read again.
        full: bool,
    },
    Charges,
    Catalogue,
    DuePayments,
    /// A connection alone, to see whether anybody is there.
    Probe(Server),
}

/// A payment whose event on the chain is of interest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedPayment {
    pub payment_id: String,
    /// What the engine holds it verified by: should the chain have taken that back, it must hear of it.
    pub verified: Option<Verified>,
    /// Whether the event would complete it, so that a second RPC must have the same receipt.
    pub needs_receipt_quorum: bool,
}

/// What the driver does once the commit stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Request(Request),
    /// Opens the checkout in the browser, through the allow-list.
    OpenCheckout {
        top_up_id: String,
    },
    /// Pops up what the inbox holds and has not been shown.
    Notify,
    /// Brings the window to the front, with that page where it shows something else.
    RaiseWindow(Option<Page>),
    Changed(Change),
    /// The answer to a command: the top-up it concerns, or why not.
    Reply {
        command: u64,
        answer: Result<Option<String>, Error>,
    },
}
