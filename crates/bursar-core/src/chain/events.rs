//! The user's events from the contract's logs, newest first: every log checked against what was asked, none
//! twice, none taken back, each with its block's own time. A range that is too much for an RPC is halved.

use super::fault::{Fault, told_together};
use super::keeper::Subject;
use super::line::{At, Line, block};
use super::reader::Chain;
use super::rpc::Call;
use super::wire::{Block, Log, written};
use super::{EventBatch, UserEvent};
use crate::clock::Timestamp;
use crate::error::{Code, Result};
use crate::http::{LOGS_LIMIT, WHOLE_TIMEOUT};
use alloy_primitives::{Address, B256};
use futures_util::future::{Either, select};
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::pin::pin;
use std::sync::atomic::Ordering;

/// A range that needs more requests for logs than this, or has more events, is not one that people have.
const MOST_REQUESTS: u32 = 1_024;
const MOST_EVENTS: usize = 20_000;
/// So many blocks' times are asked for at once.
const TIMES_AT_ONCE: usize = 50;
/// A range that was not answered in time is taken for too long so often, and only while it is long.
const TIMEOUTS_FORGIVEN: u32 = 2;
const LONG_RANGE: u64 = 1_000;

impl Chain {
    /// The user's events in the blocks `from` to `to`, both included, newest first: all of them, or an error. Where there
    /// are any, another RPC tells the same.
    ///
    /// # Errors
    /// As [`Chain::read`]; `chain_unavailable` too while no RPC has come to block `to`; `rpcs_disagree`.
    pub async fn events(&self, user: Address, from: u64, to: u64) -> Result<EventBatch> {
        let subject = &self.subject(user);
        let from = from.min(to);
        let first = async {
            self.ask_in_turn(|line: Line, head: Block| async move {
                if head.number < to {
                    return Err(Fault::Behind);
                }
                let batch = read_range(&line, subject, from, to).await?;
                Ok((line.rpc.host.clone(), batch))
            })
            .await
            .map_err(told_together)
        };
        // Where the last range had events this one may have some too: both are asked at once then.
        let beside = if self.inner.eventful.load(Ordering::Relaxed) {
            self.witness()
        } else {
            None
        };
        let (first, said) = match &beside {
            Some(rpc) => {
                let said = pin!(self.told_by(rpc, subject, from, to));
                match select(pin!(first), said).await {
                    Either::Left((Ok((host, batch)), said)) if !batch.events.is_empty() => {
                        (Ok((host, batch)), Some(said.await))
                    }
                    Either::Left((first, _)) => (first, None),
                    Either::Right((said, first)) => (first.await, Some(said)),
                }
            }
            None => (first.await, None),
        };
        let (host, batch) = first?;
        self.inner
            .eventful
            .store(!batch.events.is_empty(), Ordering::Relaxed);
        self.second(subject, &host, &batch, beside.zip(said))
            .await?;
        Ok(batch)
    }
}

pub(super) async fn read_range(
    line: &Line,
    subject: &Subject,
    from: u64,
    to: u64,
) -> Result<EventBatch, Fault> {
    let decimals = line.decimals()?;
    let line = &Line {
        patience: WHOLE_TIMEOUT.min(line.patience.saturating_mul(2)),
        ..line.clone()
    };
    let mut events = Vec::new();
    let mut to_hash = None;
    let mut timeouts = 0;
    let mut high = to;
    for _ in 0..MOST_REQUESTS {
        let span = line.rpc.standing().log_span.blocks();
        let low = from.max(high.saturating_sub(span.saturating_sub(1)));
        let length = high.saturating_sub(low).saturating_add(1);
        let (logs, hash) = match ask_logs(line, subject, low, high).await {
            Ok(answer) => {
                line.rpc.standing().log_span.given(length);
                answer
            }
            Err(fault) => {
                if timed_out(&fault) && length > LONG_RANGE && timeouts < TIMEOUTS_FORGIVEN {
                    timeouts += 1;
                    line.rpc.standing().log_span.refused(length.div_ceil(16));
                } else if fault.is_limit() && length > 1 {
                    line.rpc.standing().log_span.refused(length.div_ceil(2));
                } else {
                    return Err(fault);
                }
                continue;
            }
        };
        let to_hash = *to_hash.get_or_insert(hash);
        let logs = distinct(logs, low, high, hash)?;
        let times = block_times(line, &logs).await?;
        for log in logs.iter().rev() {
            let time = times.get(&log.block_hash).copied().ok_or(Fault::Behind)?;
            events.push(subject.event(log, decimals, time)?);
        }
        if events.len() > MOST_EVENTS {
            break;
        }
        if low == from {
            return Ok(EventBatch {
                events,
                from,
                to,
                to_hash,
            });
        }
        high = low.saturating_sub(1);
    }
    Err(Fault::Malformed(
        "more events, or smaller ranges, than can be",
    ))
}

/// The logs of the blocks `low` to `high`, and the hash of block `high` as the RPC has it at the same time.
async fn ask_logs(
    line: &Line,
    subject: &Subject,
    low: u64,
    high: u64,
) -> Result<(Vec<Log>, B256), Fault> {
    let (signatures, token, user) = subject.topics();
    let filter = json!({
        "address": subject.balance,
        "fromBlock": written(low),
        "toBlock": written(high),
        "topics": [signatures, token, user],
    });
    let calls = [
        Call::new("eth_getLogs", json!([filter])),
        block(At::Number(high)),
    ];
    let mut answers = line.ask(&calls, LOGS_LIMIT).await?;
    let logs = answers.next("logs")?;
    match answers.next::<Option<Block>>("a block")? {
        Some(block) if block.number == high => Ok((logs, block.hash)),
        Some(_) => Err(Fault::Malformed("another block than was asked for")),
        None => Err(Fault::Behind),
    }
}

/// The logs in the chain's order, those that were sent twice once, those taken back not at all.
pub(super) fn distinct(
    logs: Vec<Log>,
    low: u64,
    high: u64,
    high_hash: B256,
) -> Result<Vec<Log>, Fault> {
    let mut hashes = BTreeMap::from([(high, high_hash)]);
    let mut distinct = BTreeMap::new();
    for log in logs.into_iter().filter(|log| !log.removed) {
        if !(low..=high).contains(&log.block_number) {
            return Err(Fault::Malformed("an event of another block"));
        }
        if *hashes.entry(log.block_number).or_insert(log.block_hash) != log.block_hash {
            // Blocks were replaced while they were read.
            return Err(Fault::Behind);
        }
        match distinct.entry((log.block_number, log.log_index)) {
            Entry::Vacant(place) => {
                place.insert(log);
            }
            Entry::Occupied(known) if *known.get() == log => {}
            Entry::Occupied(_) => return Err(Fault::Malformed("two events in one place")),
        }
    }
    Ok(distinct.into_values().collect())
}

/// The times of the logs' blocks, by the blocks' hashes. Those that the RPC writes beside its logs are taken where
/// they can be, and the first and the last block say the same of themselves; else every block is asked.
async fn block_times(line: &Line, logs: &[Log]) -> Result<BTreeMap<B256, Timestamp>, Fault> {
    let mut times = BTreeMap::new();
    let mut unknown = BTreeMap::new();
    for log in logs {
        match line.rpc.times().get(log.block_hash, log.block_number) {
            Some(time) => times.insert(log.block_hash, time).is_some(),
            None => unknown.insert(log.block_number, log.block_hash).is_some(),
        };
    }
    let ends: BTreeMap<u64, B256> = [unknown.first_key_value(), unknown.last_key_value()]
        .into_iter()
        .flatten()
        .map(|(number, hash)| (*number, *hash))
        .collect();
    let told = told_times(logs).filter(|_| ends.len() < unknown.len());
    if let Some(told) = told {
        let said = ask_times(line, &ends).await?;
        let agrees = said.iter().all(|(hash, time)| told.get(hash) == Some(time));
        times.extend(said);
        if agrees {
            times.extend(told);
            return Ok(times);
        }
        tracing::debug!(host = %line.rpc.host, "the times beside logs are not those of their blocks");
        unknown.retain(|_, hash| !times.contains_key(hash));
    }
    times.extend(ask_times(line, &unknown).await?);
    Ok(times)
}

/// The times that are written beside the logs, which are in the chain's order; `None` where one lacks it, where those
/// of a block differ, or where a later block is said to be the older one.
fn told_times(logs: &[Log]) -> Option<BTreeMap<B256, Timestamp>> {
    let mut times = BTreeMap::new();
    let mut before: Option<(u64, Timestamp)> = None;
    for log in logs {
        let time = log.block_time?;
        let possible = before.is_none_or(|(block, told)| {
            if block == log.block_number {
                told == time
            } else {
                told <= time
            }
        });
        if !possible {
            return None;
        }
        before = Some((log.block_number, time));
        times.insert(log.block_hash, time);
    }
    Some(times)
}

/// The times of these blocks, as they say themselves.
async fn ask_times(
    line: &Line,
    blocks: &BTreeMap<u64, B256>,
) -> Result<BTreeMap<B256, Timestamp>, Fault> {
    let blocks: Vec<(u64, B256)> = blocks
        .iter()
        .map(|(number, hash)| (*number, *hash))
        .collect();
    let mut times = BTreeMap::new();
    for part in blocks.chunks(TIMES_AT_ONCE) {
        let calls: Vec<Call> = part
            .iter()
            .map(|(_, hash)| block(At::Hash(*hash)))
            .collect();
        let mut answers = line.ask(&calls, LOGS_LIMIT).await?;
        for (number, hash) in part {
            let block = answers
                .next::<Option<Block>>("a block")?
                .ok_or(Fault::Behind)?;
            if block.hash != *hash || block.number != *number {
                return Err(Fault::Malformed("another block than was asked for"));
            }
            line.rpc.times().insert(*hash, *number, block.time);
            times.insert(*hash, block.time);
        }
    }
    Ok(times)
}

fn timed_out(fault: &Fault) -> bool {
    matches!(fault, Fault::Exchange(error) if error.code == Code::Timeout)
}

/// Whether the receipt's log at the event's place says the same as the event.
pub(super) fn same_event(subject: &Subject, log: &Log, decimals: u8, event: &UserEvent) -> bool {
    subject
        .event(log, decimals, event.block_time)
        .is_ok_and(|said| said == *event)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(block: u64, index: u64) -> Log {
        Log {
            address: Address::ZERO,
            topics: Vec::new(),
            data: Vec::new(),
            block_number: block,
            block_hash: B256::with_last_byte(u8::try_from(block).unwrap()),
            transaction_hash: B256::ZERO,
            log_index: index,
            block_time: None,
            removed: false,
        }
    }

    fn places(logs: Vec<Log>) -> Result<Vec<(u64, u64)>, Fault> {
        let logs = distinct(logs, 1, 9, B256::with_last_byte(9))?;
        Ok(logs
            .iter()
            .map(|log| (log.block_number, log.log_index))
            .collect())
    }

    #[test]
    fn logs_come_once_and_in_order() {
        let logs = vec![
            log(5, 1),
            log(9, 0),
            log(5, 0),
            log(5, 1),
            Log {
                removed: true,
                ..log(4, 0)
            },
        ];
        assert_eq!(places(logs), Ok(vec![(5, 0), (5, 1), (9, 0)]));
        assert_eq!(places(Vec::new()), Ok(Vec::new()));
    }

    #[test]
    fn logs_that_contradict_each_other_are_refused() {
        assert!(matches!(places(vec![log(10, 0)]), Err(Fault::Malformed(_))));
        assert!(matches!(places(vec![log(0, 0)]), Err(Fault::Malformed(_))));
        let bent = Log {
            transaction_hash: B256::repeat_byte(1),
            ..log(5, 0)
        };
        assert!(matches!(
            places(vec![log(5, 0), bent]),
            Err(Fault::Malformed(_))
        ));
        let other_fork = Log {
            block_hash: B256::repeat_byte(1),
            ..log(5, 1)
        };
        assert_eq!(places(vec![log(5, 0), other_fork]), Err(Fault::Behind));
        let replaced = Log {
            block_hash: B256::repeat_byte(1),
            ..log(9, 1)
        };
        assert_eq!(places(vec![replaced]), Err(Fault::Behind));
    }
}
