//! Reads balances that never fall behind those already shown. An endpoint that is behind, or an older node behind a
//! shared address, does not make the shown balance older. [`bursar_domain::high_water_mark`] decides when an older one
//! is shown after all.

use super::balance_reading::read_newest;
use super::block_lookup::map_missing_block;
use super::chain::Chain;
use super::fault::{Fault, combine_faults};
use super::reorg_detection::BlockStatus;
use super::rpc_answers::Block;
use super::rpc_calls::Call;
use super::rpc_connection::RpcConnection;
use alloy::primitives::Address;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_domain::high_water_mark::{HighWaterMark, ReadingUpdate, Regression};
use bursar_platform::http::MAX_BODY_BYTES;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::sleep;

/// A shared address may lead to a node that has the block at the next try.
const MAX_TRIES: u32 = 3;
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

impl Chain {
    /// The user's balances, never below the mark while its block may still be in the chain.
    ///
    /// # Errors
    /// As [`Chain::read`], if no endpoint answered at all.
    pub async fn read_monotonic(
        &self,
        user: Address,
        mark: Option<&HighWaterMark>,
        now: Timestamp,
    ) -> Result<ReadingUpdate> {
        let Some(mark) = mark else {
            return self.read(user, now).await.map(ReadingUpdate::newest);
        };
        self.set_caller_time(now);
        let is_known = &AtomicBool::new(false);
        // If the shown balance is an older one by now, look for the block that it regressed from first.
        if let Some(before) = mark.regression.regressed_from
            && let Ok(reading) = self
                .read_at_or_above(user, before, mark, is_known, now)
                .await
        {
            return Ok(mark.reading_at_or_above(reading));
        }
        let found = self
            .read_at_or_above(user, mark.block, mark, is_known, now)
            .await;
        let faults = match found {
            Ok(reading) => return Ok(mark.reading_at_or_above(reading)),
            Err(faults) => faults,
        };
        if is_known.load(Ordering::Relaxed) {
            return Ok(ReadingUpdate {
                reading: None,
                lowers_mark: false,
                regression: Regression {
                    block_missing_since: None,
                    ..mark.regression.clone()
                },
                problem: Some(combine_faults(faults)),
            });
        }
        if !faults.iter().any(|(_, fault)| *fault == Fault::Behind) {
            return Err(combine_faults(faults));
        }
        let below = self.read(user, now).await?;
        if below.block >= mark.block {
            return Ok(mark.reading_at_or_above(below));
        }
        let replaced = self.is_replaced(mark, below.block).await;
        Ok(mark.reading_below(below, replaced, now))
    }

    /// Balances at that block or above it, from the first endpoint that has them.
    async fn read_at_or_above(
        &self,
        user: Address,
        least: u64,
        mark: &HighWaterMark,
        is_known: &AtomicBool,
        now: Timestamp,
    ) -> Result<ChainReading, Vec<(String, Fault)>> {
        let contract = &self.balance_contract(user);
        self.with_failover(|connection: RpcConnection, head: Block| async move {
            let head = if head.number < mark.block {
                self.wait_for_mark(&connection, mark, is_known).await?
            } else {
                head
            };
            is_known.store(true, Ordering::Relaxed);
            match read_newest(&connection, contract, head, now).await? {
                reading if reading.block < least => Err(Fault::Behind),
                reading => Ok(reading),
            }
        })
        .await
    }

    /// A head at the mark or above it, from an endpoint that was below it a moment ago.
    async fn wait_for_mark(
        &self,
        connection: &RpcConnection,
        mark: &HighWaterMark,
        is_known: &AtomicBool,
    ) -> Result<Block, Fault> {
        let is_alone = self.host_count() == 1;
        for _ in 0..MAX_TRIES {
            let mut answers = connection
                .call_batch(&[Call::block(mark.block)], MAX_BODY_BYTES)
                .await?;
            let answer = answers.next::<Option<Block>>("a block");
            let found =
                match answer.map_err(|fault| map_missing_block(fault, mark.block, mark.block)) {
                    Err(Fault::Behind | Fault::Pruned) => None,
                    found => found?,
                };
            let has_it = found.is_some_and(|block| block.hash == mark.hash);
            if has_it {
                is_known.store(true, Ordering::Relaxed);
            }
            let head = connection.fetch_head().await?;
            if head.number >= mark.block {
                return Ok(head);
            }
            if !has_it && !is_alone {
                break;
            }
            sleep(RETRY_INTERVAL).await;
        }
        Err(Fault::Behind)
    }

    /// Whether the blocks up to `block` are not those that were read before, so that waiting is no use.
    async fn is_replaced(&self, mark: &HighWaterMark, block: u64) -> bool {
        let checkpoint = mark.checkpoints.iter().find(|(at, _)| *at <= block);
        match checkpoint {
            Some((number, hash)) => {
                matches!(
                    self.block_status(*number, *hash).await,
                    Ok(BlockStatus::Replaced)
                )
            }
            None => false,
        }
    }
}
