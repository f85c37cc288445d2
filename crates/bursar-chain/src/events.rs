//! The user's events in a range of blocks, newest first. Events count if a second endpoint reports them too.

use super::balance_contract::BalanceContract;
use super::chain::Chain;
use super::event_logs::read_range;
use super::fault::{Fault, combine_faults_as};
use super::rpc_answers::Block;
use super::rpc_connection::RpcConnection;
use super::rpc_endpoint::RpcEndpoint;
use alloy::primitives::Address;
use bursar_domain::chain_event::EventBatch;
use bursar_domain::error::{ChainDetail, Code, Error, Result};
use futures_util::future::{Either, select};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// How often [`Chain::events`] goes on with the rest of a range.
const MAX_READS: u32 = 16;

impl Chain {
    /// The user's events in the blocks `from` to `to`, both included, newest first: all of them, or an error. If there
    /// are any, another endpoint confirms them.
    ///
    /// # Errors
    /// As [`Chain::newest_events`].
    pub async fn events(&self, user: Address, from: u64, to: u64) -> Result<EventBatch> {
        let from = from.min(to);
        let yet_to_come =
            || Error::passing(Code::ChainUnavailable, ChainDetail::NewestEventsNotThere);
        let mut batch = self.newest_events(user, from, to).await?;
        if batch.to < to {
            return Err(yet_to_come());
        }
        for _ in 0..MAX_READS {
            let Some(next) = batch.from.checked_sub(1).filter(|next| *next >= from) else {
                return Ok(batch);
            };
            let below = self.newest_events(user, from, next).await?;
            if below.to != next {
                return Err(yet_to_come());
            }
            batch.append_older(below);
        }
        Err(Error::passing(
            Code::EventsIncomplete,
            ChainDetail::TooFewEventsAtOnce,
        ))
    }

    /// The newest of the user's events in the blocks `from` to `to`, as far down as an endpoint returns them in a few
    /// requests. The batch says which blocks it covers, at least one. Its upper end is below `to` if no endpoint has
    /// logs up to there yet. If there are events, another endpoint confirms them.
    ///
    /// # Errors
    /// As [`Chain::read`]; also `chain_unavailable` while no endpoint has reached these blocks, `events_incomplete` if
    /// all have deleted them, and `rpcs_disagree`.
    pub async fn newest_events(&self, user: Address, from: u64, to: u64) -> Result<EventBatch> {
        let contract = &self.balance_contract(user);
        let from = from.min(to);
        let first = self.events_from_first(contract, from, to);
        // If the last range had events, this one may have some too: ask both endpoints at once.
        let beside = if self.inner.last_range_had_events.load(Ordering::Relaxed) {
            self.witness()
        } else {
            None
        };
        let (first, witness_answer) = match &beside {
            Some(rpc) => {
                let witness_answer = pin!(self.ask_witness(rpc, contract, from, to));
                match select(pin!(first), witness_answer).await {
                    Either::Left((Ok((host, batch)), witness_answer))
                        if !batch.events.is_empty() =>
                    {
                        (Ok((host, batch)), Some(witness_answer.await))
                    }
                    Either::Left((first, _)) => (first, None),
                    Either::Right((witness_answer, first)) => (first.await, Some(witness_answer)),
                }
            }
            None => (first.await, None),
        };
        let (host, batch) = first?;
        self.inner
            .last_range_had_events
            .store(!batch.events.is_empty(), Ordering::Relaxed);
        self.corroborate(contract, &host, batch, beside.zip(witness_answer))
            .await
    }

    /// The events of these blocks from the first endpoint that returns any answer, and its host.
    pub(super) async fn events_from_first(
        &self,
        contract: &BalanceContract,
        from: u64,
        to: u64,
    ) -> Result<(String, EventBatch)> {
        let work = |connection: RpcConnection, head: Block| async move {
            if head.number < from {
                return Err(Fault::Behind);
            }
            let batch = read_range(&connection, contract, from, to.min(head.number)).await?;
            Ok((connection.rpc.host.clone(), batch))
        };
        self.with_failover_recording(work, record_logs_failure)
            .await
            .map_err(|faults| {
                combine_faults_as(faults, |each| ChainDetail::NoRpcGaveEvents { each })
            })
    }

    /// Whether every endpoint is known to have deleted the logs of this block.
    pub fn logs_pruned_at(&self, block: u64) -> bool {
        let now = Instant::now();
        let rpcs = &self.inner.rpcs;
        !rpcs.is_empty()
            && rpcs
                .iter()
                .all(|rpc| rpc.health().earliest_log_block(now) > block)
    }
}

pub(super) fn record_logs_failure(
    rpc: &RpcEndpoint,
    fault: Fault,
    faults: &mut Vec<(String, Fault)>,
) {
    rpc.health().record_logs_failure(&fault, Instant::now());
    tracing::debug!(host = %rpc.host, "no events: {}", fault.clone().into_error(&rpc.host));
    faults.push((rpc.host.clone(), fault));
}
