//! Answers of the servers as the engine takes them: rows have gone to the database already, what comes here
//! is what the account's state depends on.

use super::backfill_progress::{BlockProgress, HistoryProgress};
use crate::top_up::Verified;
use alloy_primitives::Address;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Error;
use bursar_domain::money::Amount;
use bursar_domain::payment::RemotePayment;
use bursar_domain::view::PaymentKind;

/// The provider's word on the open top-ups.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpenPaymentsResponse {
    /// Open ones, and those of the history that were asked for; one line an id.
    pub payments: Vec<RemotePayment>,
    /// Whether the history was read too, and wholly, so that what is missing is really absent.
    pub history_read: bool,
    /// Why the history could not be read, or not all of it.
    pub error: Option<Error>,
}

/// A payment that had ended without money and is completed after all.
#[derive(Clone, Debug, PartialEq)]
pub struct LatePayment {
    /// The provider's id.
    pub payment_id: String,
    pub amount: Amount,
    pub kind: PaymentKind,
}

/// What a reading of the history brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryResponse {
    /// The lines that are not final, and those of top-ups that are followed.
    pub payments: Vec<RemotePayment>,
    /// Payments that nobody has been told of yet; each comes again until its notice is written.
    pub late_payments: Vec<LatePayment>,
    /// Rows that are new or different.
    pub changed_rows: u32,
    /// Whether the lines were read from the newest one to their end.
    pub is_complete: bool,
    /// Whether there is more to read at once: the next portion of the whole history, or what is new since its first.
    pub more: bool,
    /// Whether the place was kept from which the whole history goes on.
    pub resumable: bool,
    /// Rows so far of a whole history that has not come to its end.
    pub backfill: Option<HistoryProgress>,
    /// Whether a line that could not be read may be a top-up that is followed.
    pub unreadable_candidate: bool,
    /// Why the lines could not be read, or not all of them.
    pub error: Option<Error>,
}

/// What a reading of methods and key brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CatalogueResponse {
    /// The provider says that it is in maintenance; nothing else was read then.
    pub maintenance: bool,
    /// A saved method is being checked.
    pub method_pending: bool,
}

/// What a look at the chain brought.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainResponse {
    /// Whose figures they are.
    pub user: Address,
    pub reading: ChainReading,
    /// Whether the figures may be of an older block than those before: the newer blocks are gone, or nobody knows them.
    pub lowers_mark: bool,
    /// Payments that an event was found for, with whether a second RPC agrees.
    pub credited: Vec<(String, Verified, bool)>,
    /// Payments whose event is no longer in the chain; none where the events could not be read up to the figures' block.
    pub reorganised: Vec<String>,
    /// Whether lines of the history changed.
    pub changed: bool,
    /// How far back the events go, where there are older ones to read.
    pub backfill: Option<BlockProgress>,
    /// When blocks are to be read again whose events do not explain the figures.
    pub reread_at: Option<Timestamp>,
    /// Why the figures are not the newest ones, or are in dispute.
    pub figures_error: Option<Error>,
    /// Why the events could not be read, or not all of them. The figures are whole all the same.
    pub events_error: Option<Error>,
}
