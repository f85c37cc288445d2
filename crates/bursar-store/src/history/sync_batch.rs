//! Pages of the provider's history, stored in one transaction with how far the history has been read, so that the
//! progress never runs ahead of the stored rows.

use super::late_payments::write_ended_checked_at;
use super::payments::{check_texts, put_checked_payments};
use super::reading_table::write_value;
use super::sync_state::{SyncState, put_sync_state};
use super::{History, ensure_account_number};
use crate::encoding::to_json;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_domain::payment::RemotePayment;
use bursar_domain::unreadable_row::UnreadableRow;
use bursar_engine::HistoryProgress;

/// What some pages of the history contain.
#[derive(Clone, Debug, Default)]
pub struct SyncBatch {
    pub payments: Vec<RemotePayment>,
    /// The state after the last of them.
    pub sync_state: SyncState,
    /// The progress of a read of the whole history; `None` for a partial one.
    pub history_progress: Option<HistoryProgress>,
    /// All rows that cannot be read.
    pub unreadable_rows: Vec<UnreadableRow>,
    pub unreadable_rows_checked_at: Timestamp,
    /// Since when all payments that ended without money have been checked; `None` if they have not been.
    pub ended_checked_at: Option<Timestamp>,
    pub read_at: Timestamp,
}

impl History {
    /// Writes payments like [`Self::put_payments`], together with how far the history has been read.
    ///
    /// # Errors
    /// As for [`Self::put_payments`].
    pub fn put_sync_batch(&self, account: &AccountId, batch: &SyncBatch) -> Result<u32> {
        for payment in &batch.payments {
            check_texts(payment)?;
        }
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            let changed = put_checked_payments(transaction, account, &batch.payments)?;
            put_sync_state(transaction, account, &batch.sync_state)?;
            if let Some(lines) = batch.history_progress {
                let lines = to_json(&lines)?;
                write_value(transaction, account, "lines_read", &lines, batch.read_at)?;
            }
            let unreadable = to_json(&batch.unreadable_rows)?;
            write_value(
                transaction,
                account,
                "odd_lines",
                &unreadable,
                batch.unreadable_rows_checked_at,
            )?;
            if let Some(at) = batch.ended_checked_at {
                write_ended_checked_at(transaction, account, at)?;
            }
            Ok(changed)
        })
    }
}
