//! Reads the user's events in a range of blocks from one endpoint. Every log is checked against the filter; repeated
//! logs count once, and removed ones are dropped. [`super::log_chunking`] decides how to ask for less if the range is
//! too much for the endpoint.

use super::balance_contract::{BalanceContract, TokenFacts};
use super::block_lookup::read_block;
use super::fault::{Fault, NO_LOGS};
use super::log_block_times::block_times;
use super::log_chunking::{LogChunker, NextStep};
use super::rpc_answers::Log;
use super::rpc_calls::Call;
use super::rpc_connection::RpcConnection;
use alloy::primitives::B256;
use bursar_domain::chain_event::{BalanceEvent, EventBatch, same_except_log_index};
use bursar_platform::http::{MAX_LOGS_BODY_BYTES, RESPONSE_TIMEOUT};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::{Duration, Instant};

/// The most requests for logs in one read. The rest of the range is for the next one.
pub(super) const MAX_LOG_REQUESTS: u32 = 64;
/// A read ends once it has more events than this.
const MAX_EVENTS_PER_READ: usize = 20_000;
/// A read that has taken longer returns what it has.
const READ_TIME_LIMIT: Duration = Duration::from_secs(3);

/// The events of the newest of these blocks, as far down as the endpoint returns them in [`MAX_LOG_REQUESTS`]; at least
/// one block.
pub(super) async fn read_range(
    connection: &RpcConnection,
    contract: &BalanceContract,
    from: u64,
    to: u64,
) -> Result<EventBatch, Fault> {
    let connection = &RpcConnection {
        request_timeout: RESPONSE_TIMEOUT.min(connection.request_timeout.saturating_mul(2)),
        ..connection.clone()
    };
    let mut batch: Option<EventBatch> = None;
    let mut range = LogChunker::new(connection, from, to)?;
    let started = Instant::now();
    for _ in 0..MAX_LOG_REQUESTS {
        let (low, high) = range.next_chunk(&connection.rpc.health());
        let fault = match read_blocks(connection, contract, low, high, range.head()).await {
            Ok(read) => {
                match &mut batch {
                    Some(batch) => batch.append_older(read),
                    None => batch = Some(read),
                }
                let many = batch
                    .as_ref()
                    .is_some_and(|batch| batch.events.len() > MAX_EVENTS_PER_READ);
                let late = started.elapsed() > READ_TIME_LIMIT;
                if range.chunk_read(&mut connection.rpc.health()) == NextStep::Stop || many || late
                {
                    break;
                }
                continue;
            }
            Err(fault) => fault,
        };
        if range.chunk_failed(&fault, &mut connection.rpc.health()) == NextStep::Stop {
            let Some(batch) = batch else {
                return Err(range.final_fault(fault));
            };
            connection
                .rpc
                .health()
                .record_logs_failure(&range.final_fault(fault), Instant::now());
            return Ok(batch);
        }
    }
    batch.ok_or(Fault::Behind)
}

/// All events of the blocks `low` to `high`.
async fn read_blocks(
    connection: &RpcConnection,
    contract: &BalanceContract,
    low: u64,
    high: u64,
    head: u64,
) -> Result<EventBatch, Fault> {
    let token_facts = connection.token_facts()?;
    let (logs, to_hash) = fetch_logs(connection, contract, low, high, head).await?;
    let logs = distinct(logs, low, high, to_hash)?;
    let times = block_times(connection, &logs, head).await?;
    let mut events = Vec::with_capacity(logs.len());
    for log in logs.iter().rev() {
        let time = times.get(&log.block_hash).copied().ok_or(Fault::Behind)?;
        events.push(contract.decode_event(log, &token_facts, time)?);
    }
    Ok(EventBatch {
        events,
        from: low,
        to: high,
        to_hash,
    })
}

/// The logs of the blocks `low` to `high`, and the hash of block `high` as the endpoint has it at the same time.
async fn fetch_logs(
    connection: &RpcConnection,
    contract: &BalanceContract,
    low: u64,
    high: u64,
    head: u64,
) -> Result<(Vec<Log>, B256), Fault> {
    let filter = contract.log_filter().from_block(low).to_block(high);
    // If the lowest block has been deleted, an answer without logs may only mean that the logs have been deleted too.
    let calls = [Call::logs(&filter), Call::block(high), Call::block(low)];
    let calls = calls
        .get(..if low < high { 3 } else { 2 })
        .unwrap_or(&calls);
    let mut answers = connection.call_batch(calls, MAX_LOGS_BODY_BYTES).await?;
    let logs = answers.next::<Option<Vec<Log>>>("logs")?.ok_or(NO_LOGS)?;
    let to_hash = read_block(&mut answers, high, head)?.hash;
    if low < high {
        read_block(&mut answers, low, head)?;
    }
    Ok((logs, to_hash))
}

/// The logs in the order of the chain, without repetitions and removed ones.
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
            // Blocks were replaced during the read.
            return Err(Fault::Behind);
        }
        match distinct.entry((log.block_number, log.log_index)) {
            Entry::Vacant(slot) => {
                slot.insert(log);
            }
            Entry::Occupied(known) if *known.get() == log => {}
            Entry::Occupied(_) => return Err(Fault::Malformed("two events in one place")),
        }
    }
    Ok(distinct.into_values().collect())
}

/// Whether a log equals the event, whatever its log index: some nodes number the logs in receipts anew for each
/// transaction.
pub(super) fn log_matches_event(
    contract: &BalanceContract,
    log: &Log,
    token_facts: &TokenFacts,
    event: &BalanceEvent,
) -> bool {
    contract
        .decode_event(log, token_facts, event.block_time)
        .is_ok_and(|decoded| same_except_log_index(&decoded, event))
}

/// Whether both lists have the same events in the same order, whatever their log indexes.
pub(super) fn same_events(one: &[BalanceEvent], other: &[BalanceEvent]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(one, other)| same_except_log_index(one, other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{Address, Bytes};

    fn log(block: u64, index: u64) -> Log {
        Log {
            address: Address::ZERO,
            topics: Vec::new(),
            data: Bytes::new(),
            block_number: block,
            block_hash: B256::with_last_byte(u8::try_from(block).unwrap()),
            transaction_hash: B256::ZERO,
            log_index: index,
            block_time: None,
            removed: false,
        }
    }

    fn positions(logs: Vec<Log>) -> Result<Vec<(u64, u64)>, Fault> {
        let logs = distinct(logs, 1, 9, B256::with_last_byte(9))?;
        Ok(logs
            .iter()
            .map(|log| (log.block_number, log.log_index))
            .collect())
    }

    #[test]
    fn orders_logs_and_drops_repeated_ones() {
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
        assert_eq!(positions(logs), Ok(vec![(5, 0), (5, 1), (9, 0)]));
        assert_eq!(positions(Vec::new()), Ok(Vec::new()));
    }

    #[test]
    fn rejects_contradicting_logs() {
        assert!(matches!(
            positions(vec![log(10, 0)]),
            Err(Fault::Malformed(_))
        ));
        assert!(matches!(
            positions(vec![log(0, 0)]),
            Err(Fault::Malformed(_))
        ));
        let altered = Log {
            transaction_hash: B256::repeat_byte(1),
            ..log(5, 0)
        };
        assert!(matches!(
            positions(vec![log(5, 0), altered]),
            Err(Fault::Malformed(_))
        ));
        let other_fork = Log {
            block_hash: B256::repeat_byte(1),
            ..log(5, 1)
        };
        assert_eq!(positions(vec![log(5, 0), other_fork]), Err(Fault::Behind));
        let replaced = Log {
            block_hash: B256::repeat_byte(1),
            ..log(9, 1)
        };
        assert_eq!(positions(vec![replaced]), Err(Fault::Behind));
    }
}
