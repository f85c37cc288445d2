//! A second RPC's word on events before they are taken for true: what one RPC alone tells may be of its own making.
//! Where the network has one host only, or no other answers, the one is believed.

use super::events::{read_range, same_events};
use super::fault::Fault;
use super::keeper::Subject;
use super::line::Rpc;
use super::reader::Chain;
use bursar_domain::chain_event::EventBatch;
use bursar_domain::error::{Code, Error, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long another RPC may take to come to a block that the first one has.
const CATCH_UP: Duration = Duration::from_secs(3);
const LOOK_AGAIN: Duration = Duration::from_millis(150);

/// What an RPC tells of some blocks.
pub(super) type Told = Result<Word, Fault>;

#[derive(Debug)]
pub(super) enum Word {
    /// As far down as it tells of them at once.
    New(EventBatch),
    /// Its head is old: it says nothing of what came after, and this of what came before.
    Old(Option<EventBatch>),
}

impl Chain {
    /// The RPC that is asked beside the first, at another host; `None` where there is none to be asked now.
    pub(super) fn witness(&self) -> Option<Arc<Rpc>> {
        let order = self.order();
        let first = order.first()?;
        let now = Instant::now();
        order
            .iter()
            .find(|rpc| rpc.host != first.host && rpc.standing().may_be_asked(now))
            .cloned()
    }

    /// Asks one RPC at another host than `first` for the events of the batch's blocks, and returns what both tell: all of the
    /// batch, or as much of it as the other one tells of at once. An RPC that does not answer says nothing of them, and
    /// one with an old head nothing of the blocks after it; one with a new head that does not get to these blocks
    /// contradicts. `said` is what one of them has told already.
    ///
    /// # Errors
    /// `rpcs_disagree`, naming both hosts, for the next look to find settled or not.
    pub(super) async fn second(
        &self,
        subject: &Subject,
        first: &str,
        batch: EventBatch,
        mut said: Option<(Arc<Rpc>, Told)>,
    ) -> Result<EventBatch> {
        if batch.events.is_empty() {
            return Ok(batch);
        }
        for rpc in self.order() {
            if rpc.host == first || !rpc.standing().may_be_asked(Instant::now()) {
                continue;
            }
            let told = match said.take_if(|(told_by, _)| Arc::ptr_eq(told_by, &rpc)) {
                Some((_, told)) => told,
                None => self.told_by(&rpc, subject, batch.from, batch.to).await,
            };
            let disagree = || disagree(first, &rpc.host);
            match told {
                Ok(Word::New(told)) => return common(&batch, &told).ok_or_else(disagree),
                Ok(Word::Old(Some(told)))
                    if told.to >= batch.from && common(&batch, &told).is_none() =>
                {
                    return Err(disagree());
                }
                Ok(Word::Old(_)) => {}
                Err(Fault::Behind) => return Err(disagree()),
                Err(fault) => rpc.standing().gave_no_events(&fault, Instant::now()),
            }
        }
        Ok(batch)
    }

    /// What this RPC tells of these blocks, once it has come to them or its head turns out to be old. How old a head is,
    /// the other RPCs' heads and the time that has really passed say, and never the caller's clock.
    pub(super) async fn told_by(
        &self,
        rpc: &Arc<Rpc>,
        subject: &Subject,
        from: u64,
        to: u64,
    ) -> Told {
        let line = self.line(rpc);
        let begun = Instant::now();
        loop {
            let head = line.open().await?;
            if head.number >= to {
                return read_range(&line, subject, from, to).await.map(Word::New);
            }
            let is_given_up = begun.elapsed() > CATCH_UP;
            // Also where the chain itself stands still: an RPC that is stuck must not hold up the newest block for ever.
            let is_stuck = is_given_up && rpc.standing().stands_still(Instant::now());
            if self.has_old_head(rpc) || is_stuck {
                let before = if head.number < from {
                    None
                } else {
                    read_range(&line, subject, from, head.number).await.ok()
                };
                return Ok(Word::Old(before));
            }
            if is_given_up {
                return Err(Fault::Behind);
            }
            sleep(LOOK_AGAIN).await;
        }
    }
}

pub(super) fn disagree(first: &str, second: &str) -> Error {
    Error::passing(
        Code::RpcsDisagree,
        format!(
            "{first} and {second} do not tell the same of the newest events. Nothing is taken from either until they do."
        ),
    )
}

/// The part of the batch that `told` tells the same of; `None` where they contradict each other, or have no block in
/// common.
fn common(batch: &EventBatch, told: &EventBatch) -> Option<EventBatch> {
    let (batch, told) = shared(batch, told)?;
    same_events(&batch.events, &told.events).then_some(batch)
}

/// What each of two batches tells of the blocks that both are of; `None` where they are of different chains, or have no
/// block in common.
pub(super) fn shared(one: &EventBatch, other: &EventBatch) -> Option<(EventBatch, EventBatch)> {
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
