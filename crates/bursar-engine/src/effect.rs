//! What the engine asks of the driver.

use super::poll_target::Server;
use crate::top_up::Verified;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Error;
use bursar_domain::payment::NewPayment;
use bursar_domain::view::{Change, Page};

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
