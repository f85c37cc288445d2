//! A second RPC's word on events before they are taken for true: what one RPC alone tells may be of its own making.
//! Where the network has one host only, or no other answers, the one is believed.

use super::balance_contract::BalanceContract;
use super::chain::Chain;
use super::event_logs::{read_range, same_events};
use super::fault::Fault;
use super::rpc_endpoint::RpcEndpoint;
use bursar_domain::chain_event::EventBatch;
use bursar_domain::error::{Code, Error, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long another RPC may take to come to a block that the first one has.
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(3);
const HEAD_POLL_INTERVAL: Duration = Duration::from_millis(150);

/// What an RPC tells of some blocks.
pub(super) type WitnessResult = Result<WitnessAnswer, Fault>;

#[derive(Debug)]
pub(super) enum WitnessAnswer {
    /// As far down as it tells of them at once.
    Current(EventBatch),
    /// Its head is old: it says nothing of what came after, and this of what came before.
    Stale(Option<EventBatch>),
}

impl Chain {
    /// The RPC that is asked beside the first, at another host; `None` where there is none to be asked now.
    pub(super) fn witness(&self) -> Option<Arc<RpcEndpoint>> {
        let order = self.by_priority();
        let first = order.first()?;
        let now = Instant::now();
        order
            .iter()
            .find(|rpc| rpc.host != first.host && rpc.health().is_available(now))
            .cloned()
    }

    /// Asks one RPC at another host than `first` for the events of the batch's blocks, and returns what both tell: all of the
    /// batch, or as much of it as the other one tells of at once. An RPC that does not answer says nothing of them, and
    /// one with an old head nothing of the blocks after it; one with a new head that does not get to these blocks
    /// contradicts. `said` is what one of them has told already.
    ///
    /// # Errors
    /// `rpcs_disagree`, naming both hosts, for the next look to find settled or not.
    pub(super) async fn corroborate(
        &self,
        contract: &BalanceContract,
        first: &str,
        batch: EventBatch,
        mut said: Option<(Arc<RpcEndpoint>, WitnessResult)>,
    ) -> Result<EventBatch> {
        if batch.events.is_empty() {
            return Ok(batch);
        }
        for rpc in self.by_priority() {
            if rpc.host == first || !rpc.health().is_available(Instant::now()) {
                continue;
            }
            let told = match said.take_if(|(witness, _)| Arc::ptr_eq(witness, &rpc)) {
                Some((_, told)) => told,
                None => self.ask_witness(&rpc, contract, batch.from, batch.to).await,
            };
            let rpcs_disagree = || rpcs_disagree(first, &rpc.host);
            match told {
                Ok(WitnessAnswer::Current(told)) => {
                    return corroborated(&batch, &told).ok_or_else(rpcs_disagree);
                }
                Ok(WitnessAnswer::Stale(Some(told)))
                    if told.to >= batch.from && corroborated(&batch, &told).is_none() =>
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

    /// What this RPC tells of these blocks, once it has come to them or its head turns out to be old. How old a head is,
    /// the other RPCs' heads and the time that has really passed say, and never the caller's clock.
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
            // Also where the chain itself stands still: an RPC that is stuck must not hold up the newest block for ever.
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
        format!(
            "{first} and {second} do not tell the same of the newest events. Nothing is taken from either until they do."
        ),
    )
}

/// The part of the batch that `told` tells the same of; `None` where they contradict each other, or have no block in
/// common.
fn corroborated(batch: &EventBatch, told: &EventBatch) -> Option<EventBatch> {
    let (batch, told) = overlap(batch, told)?;
    same_events(&batch.events, &told.events).then_some(batch)
}

/// What each of two batches tells of the blocks that both are of; `None` where they are of different chains, or have no
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
    let within = |batch: &EventBatch| EventBatch {
        events: batch.within(from, to),
        from,
        to,
        to_hash,
    };
    Some((within(one), within(other)))
}
