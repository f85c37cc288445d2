//! Responses as the engine sees them. The driver has stored the rows by then; what is here affects the account's state.

use super::backfill_progress::{BlockProgress, HistoryProgress};
use crate::top_up::Verified;
use alloy_primitives::Address;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Error;
use bursar_domain::money::Amount;
use bursar_domain::payment::PaymentKind;
use bursar_domain::payment::RemotePayment;

/// The open payments, as the provider reports them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpenPaymentsResponse {
    /// The open payments, and those of the history that were requested; one entry for each id.
    pub payments: Vec<RemotePayment>,
    /// Whether the history was read completely, so that a missing payment is really absent.
    pub history_read: bool,
    /// Why the history could not be read, or not completely.
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

/// A reading of the history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryResponse {
    /// Payments that are not final, and those that belong to followed top-ups.
    pub payments: Vec<RemotePayment>,
    /// Payments that have not been reported yet; each is repeated until its notice is on disk.
    pub late_payments: Vec<LatePayment>,
    /// New or changed rows.
    pub changed_rows: u32,
    /// Whether the history was read from the newest row to the end.
    pub is_complete: bool,
    /// Whether to read on at once: the next portion of the full history, or what is new since its first one.
    pub more: bool,
    /// Whether the position is stored from which the full reading continues.
    pub resumable: bool,
    /// Rows so far, if a full reading has not finished.
    pub backfill: Option<HistoryProgress>,
    /// Whether an unreadable row may be a followed top-up.
    pub unreadable_candidate: bool,
    /// Why the rows could not be read, or not completely.
    pub error: Option<Error>,
}

/// A reading of methods and key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CatalogueResponse {
    /// The provider reports maintenance; nothing else was read.
    pub maintenance: bool,
    /// A saved method is being checked.
    pub method_pending: bool,
}

/// A reading of the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainResponse {
    /// Whose figures these are.
    pub user: Address,
    pub reading: ChainReading,
    /// Whether the figures may come from an older block than before: the newer blocks are gone, or no endpoint knows
    /// them.
    pub lowers_mark: bool,
    /// Payments with an event on the chain; the flag says whether a second RPC endpoint confirms it.
    pub credited: Vec<(String, Verified, bool)>,
    /// Payments whose event is no longer on the chain; empty if the events could not be read up to the figures' block.
    pub reorganised: Vec<String>,
    /// Whether rows of the history changed.
    pub changed: bool,
    /// How far back the events are known, if there are older ones to read.
    pub backfill: Option<BlockProgress>,
    /// When to read blocks again whose events do not explain the figures.
    pub reread_at: Option<Timestamp>,
    /// Why the figures are not the newest ones, or are disputed.
    pub figures_error: Option<Error>,
    /// Why the events could not be read, or not completely. The figures are complete all the same.
    pub events_error: Option<Error>,
}
