//! Undoes what a reorganisation removed from the chain: events, the verification of their payments, and the ranges of
//! blocks that were read.

use super::event_range::{checkpoints, event_range, set_event_range};
use super::older_ranges::roll_back_older_ranges;
use super::payment_row::block_to_column;
use super::recheck_ranges::roll_back_recheck_ranges;
use super::verification::Verifier;
use super::{History, find_account_number};
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::error::Result;
use rusqlite::{Connection, params};

impl History {
    /// Deletes everything read from the chain, for example when the account's address changes: events, ranges and
    /// balances.
    pub fn delete_chain_data(&self, account: &AccountId) -> Result<()> {
        self.roll_back_blocks_from(account, 0)?;
        self.db.write(|transaction| {
            let Some(account) = find_account_number(transaction, account)? else {
                return Ok(());
            };
            transaction.execute(
                "DELETE FROM reading WHERE account = ?1
                 AND name IN ('chain', 'chain_lapse', 'chain_base', 'doubtful_blocks', 'events_problem')",
                [account],
            )?;
            Ok(())
        })
    }

    /// Deletes the events of this block and later ones, which are no longer in the chain. Returns the payments that
    /// they verified. The event cursor then ends at the last checkpoint below.
    pub fn roll_back_blocks_from(&self, account: &AccountId, block: u64) -> Result<Vec<String>> {
        self.db.write(|transaction| {
            let Some(account) = find_account_number(transaction, account)? else {
                return Ok(Vec::new());
            };
            let mut verifier = Verifier::new(transaction, account);
            let gone = verifier.events.events_from(block)?;
            let mut lost: Vec<String> = gone
                .iter()
                .filter_map(|event| event.payment.clone())
                .collect();
            // Dropping an event can unmatch or match others, so each is read again first.
            for event in &gone {
                let now = verifier.events.event(event.number)?;
                verifier.drop_event(&now)?;
            }
            roll_back_event_range(transaction, account, block)?;
            roll_back_recheck_ranges(transaction, account, block)?;
            roll_back_older_ranges(transaction, account, block)?;
            lost.sort();
            lost.dedup();
            Ok(lost)
        })
    }
}

fn roll_back_event_range(connection: &Connection, account: i64, block: u64) -> StoreResult<()> {
    connection.execute(
        "DELETE FROM checkpoint WHERE account = ?1 AND block >= ?2",
        params![account, block_to_column(block)],
    )?;
    let Some((first, last, _)) = event_range(connection, account)? else {
        return Ok(());
    };
    if last < block {
        return Ok(());
    }
    let newest = checkpoints(connection, account)?.into_iter().next();
    match newest.filter(|(kept, _)| *kept >= first) {
        Some((kept, kept_hash)) => set_event_range(connection, account, first, kept, &kept_hash),
        None => {
            connection.execute("DELETE FROM event_range WHERE account = ?1", [account])?;
            Ok(())
        }
    }
}
