//! Looks up blocks: the newest one, and hashes and times by number. A missing block is either yet to come or gone.

use super::chain::Chain;
use super::fault::{Fault, combine_faults};
use super::rpc_answers::Block;
use super::rpc_calls::{Answers, Call};
use super::rpc_connection::RpcConnection;
use super::rpc_endpoint::RpcEndpoint;
use super::rpc_error::RpcErrorKind;
use alloy::primitives::B256;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_platform::http::MAX_BODY_BYTES;
use std::sync::{Arc, PoisonError};

/// An endpoint that is at most this many blocks short of a block may only be slow. Beyond that, the block is gone.
const MAX_HEAD_LAG_BLOCKS: u64 = 8;

impl Chain {
    /// The newest block: number, hash and its own time.
    ///
    /// # Errors
    /// As [`Chain::read`].
    pub async fn head(&self) -> Result<(u64, B256, Timestamp)> {
        self.with_failover(|_: RpcConnection, head: Block| async move {
            Ok((head.number, head.hash, head.time))
        })
        .await
        .map_err(combine_faults)
    }

    /// The hash of a block, which shows whether a reorganisation replaced it. `None` if every endpoint reports a chain
    /// that is now shorter. An endpoint that is only a few blocks behind is no evidence of that.
    ///
    /// # Errors
    /// As [`Chain::read`]; also `chain_unavailable` while the endpoints have not reached the block.
    pub async fn block_hash(&self, number: u64) -> Result<Option<B256>> {
        Ok(self.block(number).await?.map(|block| block.hash))
    }

    /// The time of a block; `None` as in [`Chain::block_hash`].
    ///
    /// # Errors
    /// As [`Chain::block_hash`].
    pub async fn block_time(&self, number: u64) -> Result<Option<Timestamp>> {
        let last_block_time = || {
            self.inner
                .last_block_time
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some((_, time)) = last_block_time().filter(|(known, _)| *known == number) {
            return Ok(Some(time));
        }
        let time = self.block(number).await?.map(|block| block.time);
        *last_block_time() = time.map(|time| (number, time));
        Ok(time)
    }

    async fn block(&self, number: u64) -> Result<Option<Block>> {
        let answer = self
            .with_failover(|connection: RpcConnection, head: Block| async move {
                if head.number == number {
                    return Ok(Some(head));
                }
                connection.block(number, head.number).await.map(Some)
            })
            .await;
        match answer {
            Err(faults) if self.is_above_all_heads(number, &faults) => Ok(None),
            other => other.map_err(combine_faults),
        }
    }

    /// Whether every endpoint answered and is too far below the block to be merely slow.
    fn is_above_all_heads(&self, number: u64, faults: &[(String, Fault)]) -> bool {
        let all_behind = faults.iter().all(|(_, fault)| *fault == Fault::Behind);
        let far_short = |rpc: &Arc<RpcEndpoint>| {
            let head = rpc.health().head();
            head.is_some_and(|head| head.number.saturating_add(MAX_HEAD_LAG_BLOCKS) < number)
        };
        all_behind && !self.inner.rpcs.is_empty() && self.inner.rpcs.iter().all(far_short)
    }
}

impl RpcConnection {
    /// The block with this number, from an endpoint whose newest block is `head`.
    pub(super) async fn block(&self, number: u64, head: u64) -> Result<Block, Fault> {
        let mut answers = self
            .call_batch(&[Call::block(number)], MAX_BODY_BYTES)
            .await?;
        read_block(&mut answers, number, head)
    }
}

/// The next answer as the block with this number, from an endpoint whose newest block is `head`.
pub(super) fn read_block(answers: &mut Answers, number: u64, head: u64) -> Result<Block, Fault> {
    let answer = answers.next::<Option<Block>>("a block");
    match answer.map_err(|fault| map_missing_block(fault, number, head))? {
        Some(block) if block.number == number => Ok(block),
        Some(_) => Err(Fault::Malformed("another block than was asked for")),
        None => Err(missing_block(number, head)),
    }
}

/// Why an endpoint whose newest block is `head` lacks block `number`: it has yet to arrive there, or has deleted it.
fn missing_block(number: u64, head: u64) -> Fault {
    if number.saturating_add(MAX_HEAD_LAG_BLOCKS) < head {
        Fault::Pruned
    } else {
        Fault::Behind
    }
}

/// The same for an endpoint that reports the missing block as an error.
pub(super) fn map_missing_block(fault: Fault, number: u64, head: u64) -> Fault {
    match fault.rpc_error_kind() {
        Some(RpcErrorKind::Pruned) => Fault::Pruned,
        Some(RpcErrorKind::UnknownBlock | RpcErrorKind::AboveHead) => missing_block(number, head),
        Some(_) | None => fault,
    }
}
