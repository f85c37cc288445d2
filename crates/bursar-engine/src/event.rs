//! What can happen to an account, and what the engine may ask for in return. Each is plain data, so that a
//! test can make a million of them.

use super::answer::{CatalogueAnswer, ChainAnswer, Followed, HistoryAnswer};
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
pub enum Poll {
    /// The open top-ups, while there are any.
    Follow,
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

impl Poll {
    pub const ALL: [Self; 7] = [
        Self::Follow,
        Self::History,
        Self::Balance,
        Self::Chain,
        Self::Charges,
        Self::Catalogue,
        Self::DuePayments,
    ];

    /// Whose silence it suffers from.
    pub fn server(self) -> Server {
        match self {
            Self::Chain => Server::Chain,
            Self::Follow
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
    Woke,
    /// How far the provider's clock is ahead of this machine's, where its answers tell.
    ProviderClock {
        ahead: Span,
    },
    Thresholds(Thresholds),
    /// The session was given a secret, or lost it.
    SignedIn(bool),
    /// The wallet address or the RPCs changed.
    Reconfigured {
        watched: Option<Address>,
    },

    /// The user starts a top-up. `command` is answered by [`Effect::Reply`].
    StartTopUp {
        command: u64,
        new: NewPayment,
        /// The one-time state in its return address, where the network returns by link.
        link_state: Option<String>,
        /// How far the provider's clock is ahead of this machine's, where it has told.
        clock_ahead: Option<Span>,
    },
    /// The user wants the checkout opened again.
    ReturnToPayment {
        command: u64,
        top_up: String,
    },
    CancelTopUp {
        command: u64,
        top_up: String,
    },
    CheckNow {
        command: u64,
    },
    /// Everything is to be read again from the beginning.
    RefreshAll {
        command: u64,
    },
    /// The user stops the reading of what lies further back, or lets it go on.
    Past {
        stopped: bool,
    },
    /// A valid link with this top-up's state came back.
    Returned {
        top_up: String,
    },

    Started {
        top_up: String,
        answer: Result<Created, Error>,
    },
    CancelAnswered {
        top_up: String,
        answer: Result<(), Error>,
    },
    Followed {
        asked_at: Timestamp,
        answer: Result<Followed, Error>,
    },
    History {
        asked_at: Timestamp,
        answer: Result<HistoryAnswer, Error>,
    },
    Balance(Result<ApiBalance, Error>),
    Chain(Result<ChainAnswer, Error>),
    Charges(Result<(), Error>),
    Catalogue(Result<CatalogueAnswer, Error>),
    /// What can be paid for beside a top-up has been read and kept.
    DuePayments(Result<(), Error>),
    /// Whether a connection to a server stands that could not be reached before.
    Knocked {
        server: Server,
        open: bool,
    },
    /// The user removed or changed a method.
    MethodsStirred,
    /// The user is on the page that adds a method; the one-time state is in its return address.
    MethodExpected {
        link_state: Option<String>,
    },
    /// That page sent the browser back.
    MethodReturned,
    /// The subscription stands or fell.
    Subscribed(bool),
    /// The subscription says that something happened.
    ChainStirred,
    /// The checkout could not be opened: refused by the allow-list, or no browser.
    OpenFailed {
        top_up: String,
        error: Error,
    },
    /// The commit of the step before could not be written; none of its effects ran.
    CommitFailed {
        command: Option<u64>,
        poll: Option<Poll>,
        started: Option<String>,
        error: Error,
    },
}

/// A request to a server. Every one is answered by exactly one event.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Start {
        top_up: String,
        new: NewPayment,
    },
    Cancel {
        top_up: String,
        remote: String,
    },
    /// The open top-ups; and the history since then, where one of `expected` is not among them.
    Follow {
        since: Timestamp,
        expected: Vec<String>,
    },
    /// The history since the oldest payment that may still change; from the beginning when `whole`.
    History {
        since: Option<Timestamp>,
        whole: bool,
        /// Whether all that ended without money is looked at, and not only once a day.
        ended: bool,
        /// Whether what lies further back is read too.
        goes_back: bool,
    },
    Balance,
    /// The figures, and the events since the last look.
    Chain {
        followed: Vec<Sought>,
        /// Whether older events are read too.
        goes_back: bool,
        /// Whether the events that are known are to be read again.
        whole: bool,
    },
    Charges,
    Catalogue,
    DuePayments,
    /// A connection alone, to see whether anybody is there.
    Knock(Server),
}

/// A payment whose event on the chain is of interest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    pub payment: String,
    /// What the engine holds it verified by: should the chain have taken that back, it must hear of it.
    pub verified: Option<Verified>,
    /// Whether the event would complete it, so that a second RPC must have the same receipt.
    pub second_opinion: bool,
}

/// What the driver does once the commit stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Request(Request),
    /// Opens the checkout in the browser, through the allow-list.
    OpenCheckout {
        top_up: String,
    },
    /// Pops up what the inbox holds and has not been shown.
    Notify,
    /// Brings the window to the front, with that page where it shows something else.
    Raise(Option<Page>),
    Changed(Change),
    /// The answer to a command: the top-up it concerns, or why not.
    Reply {
        command: u64,
        answer: Result<Option<String>, Error>,
    },
}
