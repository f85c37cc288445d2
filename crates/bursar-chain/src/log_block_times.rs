//! Finds the times of the blocks that logs are in, with as few requests as can be trusted.

use super::block_lookup::read_block;
use super::fault::Fault;
use super::rpc_answers::Log;
use super::rpc_calls::Call;
use super::rpc_connection::RpcConnection;
use alloy::primitives::B256;
use bursar_domain::clock::Timestamp;
use bursar_platform::http::MAX_LOGS_BODY_BYTES;
use std::collections::BTreeMap;

/// How many blocks to look up in one batch.
const BLOCK_TIME_BATCH: usize = 50;

/// The times of the logs' blocks, by block hash. Times that the endpoint writes beside its logs are used if they are
/// possible and the first and the last block confirm them. Otherwise every block is looked up.
pub(super) async fn block_times(
    connection: &RpcConnection,
    logs: &[Log],
    head: u64,
) -> Result<BTreeMap<B256, Timestamp>, Fault> {
    let mut times = BTreeMap::new();
    let mut unknown = BTreeMap::new();
    for log in logs {
        match connection
            .rpc
            .block_times()
            .get(log.block_hash, log.block_number)
        {
            Some(time) => times.insert(log.block_hash, time).is_some(),
            None => unknown.insert(log.block_number, log.block_hash).is_some(),
        };
    }
    let ends: BTreeMap<u64, B256> = [unknown.first_key_value(), unknown.last_key_value()]
        .into_iter()
        .flatten()
        .map(|(number, hash)| (*number, *hash))
        .collect();
    let written = block_times_in_logs(logs).filter(|_| ends.len() < unknown.len());
    if let Some(written) = written {
        let fetched = fetch_block_times(connection, &ends, head).await?;
        let agrees = fetched
            .iter()
            .all(|(hash, time)| written.get(hash) == Some(time));
        times.extend(fetched);
        if agrees {
            times.extend(written);
            return Ok(times);
        }
        tracing::debug!(host = %connection.rpc.host, "the block times beside the logs are wrong");
        unknown.retain(|_, hash| !times.contains_key(hash));
    }
    times.extend(fetch_block_times(connection, &unknown, head).await?);
    Ok(times)
}

/// The times written beside the logs, which are in the order of the chain; `None` if one is missing, if those of a
/// block differ, or if a later block has an earlier time.
fn block_times_in_logs(logs: &[Log]) -> Option<BTreeMap<B256, Timestamp>> {
    let mut times = BTreeMap::new();
    let mut before: Option<(u64, Timestamp)> = None;
    for log in logs {
        let time = log.block_time?;
        let possible = before.is_none_or(|(block, written)| {
            if block == log.block_number {
                written == time
            } else {
                written <= time
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

/// The times of these blocks, from the blocks themselves.
async fn fetch_block_times(
    connection: &RpcConnection,
    blocks: &BTreeMap<u64, B256>,
    head: u64,
) -> Result<BTreeMap<B256, Timestamp>, Fault> {
    let blocks: Vec<(u64, B256)> = blocks
        .iter()
        .map(|(number, hash)| (*number, *hash))
        .collect();
    let mut times = BTreeMap::new();
    for part in blocks.chunks(BLOCK_TIME_BATCH) {
        let calls: Vec<Call> = part.iter().map(|(_, hash)| Call::block(*hash)).collect();
        let mut answers = connection.call_batch(&calls, MAX_LOGS_BODY_BYTES).await?;
        for (number, hash) in part {
            let block = read_block(&mut answers, *number, head)?;
            if block.hash != *hash {
                return Err(Fault::Malformed("another block than was asked for"));
            }
            connection
                .rpc
                .block_times()
                .insert(*hash, *number, block.time);
            times.insert(*hash, block.time);
        }
    }
    Ok(times)
}
