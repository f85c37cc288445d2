//! Asks a second RPC endpoint about events before they count: what only one reports may be invented. If the network has
//! endpoints at one host only, or no other one answers, the one is believed.

use super::balance_contract::BalanceContract;
use super::chain::Chain;
use super::event_logs::{read_range, same_events};
use super::fault::Fault;
use super::rpc_endpoint::RpcEndpoint;
use bursar_domain::chain_event::EventBatch;
use bursar_domain::error::{ChainDetail, Code, Error, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long another endpoint may take to reach a block that the first one has.
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(3);
const HEAD_POLL_INTERVAL: Duration = Duration::from_millis(150);

/// What a second endpoint reports of some blocks.
pub(super) type WitnessResult = Result<WitnessAnswer, Fault>;

#[derive(Debug)]
pub(super) enum WitnessAnswer {
    /// The newest of the events, as far down as it returns them at once.
    Current(EventBatch),
    /// Its head is old: it knows nothing of the blocks after that, and this of the blocks before.
    Stale(Option<EventBatch>),
}

impl Chain {
    /// An endpoint at another host to ask in parallel with the first; `None` if none is available now.
    pub(super) fn witness(&self) -> Option<Arc<RpcEndpoint>> {
        let order = self.by_priority();
        let first = order.first()?;
        let now = Instant::now();
        order
            .iter()
            .find(|rpc| rpc.host != first.host && rpc.health().is_available(now))
            .cloned()
    }

    /// Asks an endpoint at another host than `first` for the events of the batch's blocks, and returns what both
    /// report: the whole batch, or as much of it as the other one returns at once. An endpoint that does not answer
    /// says nothing about the events, and one with an old head says nothing about later blocks. One whose head is new
    /// but that never reaches these blocks contradicts. `known` is an answer that has already come.
    ///
    /// # Errors
    /// `rpcs_disagree`, with both hosts. The next poll shows whether they still do.
    pub(super) async fn corroborate(
        &self,
        contract: &BalanceContract,
        first: &str,
        batch: EventBatch,
        mut known: Option<(Arc<RpcEndpoint>, WitnessResult)>,
    ) -> Result<EventBatch> {
        if batch.events.is_empty() {
            return Ok(batch);
        }
        for rpc in self.by_priority() {
            if rpc.host == first || !rpc.health().is_available(Instant::now()) {
                continue;
            }
            let other = match known.take_if(|(witness, _)| Arc::ptr_eq(witness, &rpc)) {
                Some((_, other)) => other,
                None => self.ask_witness(&rpc, contract, batch.from, batch.to).await,
            };
            let rpcs_disagree = || rpcs_disagree(first, &rpc.host);
            match other {
                Ok(WitnessAnswer::Current(other)) => {
                    return corroborated(&batch, &other).ok_or_else(rpcs_disagree);
                }
                Ok(WitnessAnswer::Stale(Some(other)))
                    if other.to >= batch.from && corroborated(&batch, &other).is_none() =>
                {
                    return Err(rpcs_disagree());
                }
                Ok(WitnessAnswer::Stale(_)) => {}
                Err(Fault::Behind) => return Err(rpcs_disagree()),
                Err(fault) => rpc.health().record_logs_failure(&fault, Instant::now()),
            }
        }
        Ok(batch)
    }

    /// What this endpoint reports of these blocks, as soon as it has reached them or its head turns out to be old. The
    /// heads of the other endpoints and real time decide how old a head is, never the caller's clock.
    pub(super) async fn ask_witness(
        &self,
        rpc: &Arc<RpcEndpoint>,
        contract: &BalanceContract,
        from: u64,
        to: u64,
    ) -> WitnessResult {
        let connection = self.connection(rpc);
        let started = Instant::now();
        loop {
            let head = connection.fetch_head().await?;
            if head.number >= to {
                return read_range(&connection, contract, from, to)
                    .await
                    .map(WitnessAnswer::Current);
            }
            let is_timed_out = started.elapsed() > CATCH_UP_TIMEOUT;
            // This also holds if the chain itself stands still: an endpoint that is stuck must not delay the newest
            // block forever.
            let is_stuck = is_timed_out && rpc.health().is_stalled(Instant::now());
            if self.is_head_stale(rpc) || is_stuck {
                let before = if head.number < from {
                    None
                } else {
                    read_range(&connection, contract, from, head.number)
                        .await
                        .ok()
                };
                return Ok(WitnessAnswer::Stale(before));
            }
            if is_timed_out {
                return Err(Fault::Behind);
            }
            sleep(HEAD_POLL_INTERVAL).await;
        }
    }
}

pub(super) fn rpcs_disagree(first: &str, second: &str) -> Error {
    Error::passing(
        Code::RpcsDisagree,
        ChainDetail::EventsDisagree {
            first: first.to_owned(),
            second: second.to_owned(),
        },
    )
}

/// The part of the batch that `other` confirms; `None` if the two contradict each other or have no block in common.
fn corroborated(batch: &EventBatch, other: &EventBatch) -> Option<EventBatch> {
    let (batch, other) = overlap(batch, other)?;
    same_events(&batch.events, &other.events).then_some(batch)
}

/// What each of two batches reports of the blocks that both cover; `None` if they are of different chains, or have no
/// block in common.
pub(super) fn overlap(one: &EventBatch, other: &EventBatch) -> Option<(EventBatch, EventBatch)> {
    let (from, to) = (one.from.max(other.from), one.to.min(other.to));
    let to_hash = if to == other.to {
        other.to_hash
    } else {
        one.to_hash
    };
    if from > to || (one.to == other.to && one.to_hash != other.to_hash) {
        return None;
    }
    let restricted = |batch: &EventBatch| EventBatch {
        events: batch.events_in(from, to),
        from,
        to,
        to_hash,
    };
    Some((restricted(one), restricted(other)))
}
