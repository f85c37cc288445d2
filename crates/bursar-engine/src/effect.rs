//! What the engine asks of the driver: effects, and requests to servers.

use super::poll_target::Server;
use crate::top_up::Verified;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Error;
use bursar_domain::payment::NewPayment;
use bursar_domain::view::{Change, Page};

/// What the driver does once the commit is on disk.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Request(Request),
    /// Opens the checkout in the browser if the allow-list permits it.
    OpenCheckout {
        top_up_id: String,
    },
    /// Pops up the notices in the inbox that have not been shown.
    Notify,
    /// Brings the window to the front; with a page, also shows that page.
    RaiseWindow(Option<Page>),
    Changed(Change),
    /// Replies to a command with the top-up's id, or with the reason why not.
    Reply {
        command: u64,
        answer: Result<Option<String>, Error>,
    },
}

/// A request to a server. Exactly one event answers each.
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
    /// The open top-ups; if one of the expected ones is not among them, also the history since then.
    OpenPayments {
        since: Timestamp,
        expected_payment_ids: Vec<String>,
    },
    /// The history since the oldest payment that can still change; with `full`, from the beginning.
    History {
        since: Option<Timestamp>,
        full: bool,
        /// Whether to check all payments that ended without money, which otherwise happens once a day.
        include_ended: bool,
        /// Whether to read older payments too.
        backfill: bool,
    },
    Balance,
    /// The figures, and the events since the last reading.
    Chain {
        payments: Vec<WatchedPayment>,
        /// Whether to read older events too.
        backfill: bool,
        /// Whether to read known events again.
        full: bool,
    },
    Charges,
    Catalogue,
    DuePayments,
    /// Only opens a connection, to find out whether the server is back.
    Probe(Server),
}

/// A payment to look for on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedPayment {
    pub payment_id: String,
    /// The event that verified the payment, as far as the engine knows: if it is gone from the chain, the response must
    /// say so.
    pub verified: Option<Verified>,
    /// Whether the event would complete the payment, so that a second RPC endpoint must have the same receipt.
    pub needs_receipt_quorum: bool,
}
