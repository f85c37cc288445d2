//! Undoes reorganisations: drops what is known of blocks that the chain has replaced, and says whether a verified payment
//! was taken back.

use super::chain_sync::ChainSync;
use bursar_chain::BlockStatus;
use bursar_domain::error::{Error, Result};
use bursar_engine::WatchedPayment;

/// How the known events fit the chain as it is now.
pub(super) enum Continuity {
    Intact,
    /// Blocks were replaced; what they held has been dropped.
    Reorganised,
    /// Unknown for now: nothing is added until it is known.
    Undecided(Option<Error>),
}

impl ChainSync {
    /// If the newest known block is no longer in the chain, drops everything above the last checkpoint that still is.
    pub(super) async fn continuity(&self) -> Result<Continuity> {
        let Some(cursor) = self.cursor().await? else {
            return Ok(Continuity::Intact);
        };
        let older = self.older_ranges().await?;
        let lowest = older.last().map_or(cursor.from, |(from, _)| *from);
        let lowest = lowest.min(cursor.from);
        let mut is_replaced = false;
        let mut first_lost = lowest;
        let newest = (cursor.to, cursor.to_hash);
        let older = cursor
            .checkpoints
            .iter()
            .copied()
            .filter(|(block, _)| *block < cursor.to && *block >= lowest);
        for (block, hash) in std::iter::once(newest).chain(older) {
            match self.chain.block_status(block, hash).await? {
                BlockStatus::Canonical if is_replaced => {
                    first_lost = block.saturating_add(1);
                    break;
                }
                BlockStatus::Canonical if block == cursor.to => return Ok(Continuity::Intact),
                // The chain is the same but shorter, or an endpoint lags behind: the next run will show.
                BlockStatus::Canonical => return Ok(Continuity::Undecided(None)),
                BlockStatus::Replaced => is_replaced = true,
                BlockStatus::Unknown => {}
                BlockStatus::Disputed(why) => return Ok(Continuity::Undecided(Some(why))),
            }
        }
        if !is_replaced {
            return Ok(Continuity::Undecided(None));
        }
        tracing::warn!(first_lost, "blocks were reorganised");
        self.write(move |history, account| history.roll_back_blocks_from(account, first_lost))
            .await?;
        Ok(Continuity::Reorganised)
    }

    /// Whether the chain has taken back a payment that the engine holds for verified: the events of its block are known
    /// without it, and as many endpoints as it took to believe it have lost the transaction. Neither a history that is
    /// being fetched again nor a single endpoint takes anything back.
    pub(super) async fn is_taken_back(&self, sought: &WatchedPayment) -> Result<bool> {
        let Some(verified) = &sought.verified else {
            return Ok(false);
        };
        if !verified.by_id {
            // A match by amount ends by itself when another candidate appears; nothing was completed by it.
            return Ok(true);
        }
        let (transaction, block) = (verified.transaction, verified.block);
        let known = self
            .read(move |history, account| history.has_transaction(account, &transaction))
            .await?;
        if known {
            return Ok(false);
        }
        Ok(self.chain.transaction_is_gone(transaction, block).await)
    }
}
