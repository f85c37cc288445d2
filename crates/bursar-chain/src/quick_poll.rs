//! Polls the chain in a single request if nothing has happened: the newest block, the balances, whether the newest
//! known block is still in the chain, and that no event has come since. Any change and any failure is left to the full
//! poll, so a quick poll only ever saves requests.

use super::balance_contract::{BalanceContract, decode_balances};
use super::balance_reading::read_figures;
use super::chain::Chain;
use super::chain_check::{check_calls, read_check};
use super::event_logs::distinct;
use super::fault::Fault;
use super::rpc_answers::{Block, Log, Quantity};
use super::rpc_calls::Call;
use super::rpc_connection::RpcConnection;
use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::primitives::{Address, B256};
use bursar_domain::chain_event::EventBatch;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_platform::http::MAX_BODY_BYTES;
use serde_json::json;
use std::time::Instant;

/// The most calls in the one request.
const MAX_CALLS: usize = 13;

impl Chain {
    /// The balances at the newest block and the empty range of events up to it, if the `known` block (number and hash)
    /// is still in the chain and the user has no event since. `None`: use the full poll.
    pub async fn quick_poll(
        &self,
        user: Address,
        known: (u64, B256),
        now: Timestamp,
    ) -> Option<(ChainReading, EventBatch)> {
        let rpc = self.by_priority().into_iter().next()?;
        {
            let health = rpc.health();
            let unusual = health.max_batch_size < MAX_CALLS
                || health.last_request_failed()
                || health.retry_after(Instant::now()).is_some();
            if unusual {
                return None;
            }
        }
        self.set_caller_time(now);
        let connection = self.connection(&rpc);
        let (head, reading) = match poll_newest_block(
            &connection,
            &self.balance_contract(user),
            known,
            now,
        )
        .await
        {
            Ok(unchanged) => unchanged?,
            Err(fault) => {
                tracing::debug!(host = %rpc.host, "quick poll failed: {}", fault.into_error(&rpc.host));
                return None;
            }
        };
        if self.suspects_stale_head(&rpc, head) {
            return None;
        }
        let events = EventBatch {
            events: Vec::new(),
            from: known.0.saturating_add(1).min(head.number),
            to: head.number,
            to_hash: head.hash,
        };
        Some((reading, events))
    }
}

async fn poll_newest_block(
    connection: &RpcConnection,
    contract: &BalanceContract,
    (number, hash): (u64, B256),
    now: Timestamp,
) -> Result<Option<(Block, ChainReading)>, Fault> {
    let scope = connection.check_scope();
    let mut calls = check_calls(&connection.config, scope);
    let since = contract
        .log_filter()
        .from_block(number)
        .to_block(BlockNumberOrTag::Latest);
    calls.push(Call::block(BlockId::latest()));
    calls.extend(contract.balance_calls(BlockId::latest()));
    calls.push(Call::block(number));
    calls.push(Call::logs(&since));
    // If this equals the number in the first answer, no block came in between, and all answers are about that one.
    calls.push(Call::new("eth_blockNumber", json!([])));
    let mut answers = connection.call_batch(&calls, MAX_BODY_BYTES).await?;
    let checked = read_check(&connection.config, scope, &mut answers)?;
    let head = answers.next::<Block>("its newest block")?;
    connection.record_check(scope, checked, head);
    let balances = read_figures(&mut answers)?;
    let known_block = answers.next::<Option<Block>>("a block")?;
    let logs = answers.next::<Vec<Log>>("logs")?;
    let last = answers.next::<Quantity>("the newest block's number")?.0;
    let same_chain = known_block.is_some_and(|block| block.number == number && block.hash == hash);
    if last != head.number || head.number < number || !same_chain {
        return Ok(None);
    }
    let logs = distinct(logs, number, head.number, head.hash)?;
    if logs.iter().any(|log| log.block_number > number) {
        return Ok(None);
    }
    Ok(Some((
        head,
        decode_balances(&balances, &connection.token_facts()?)?.at_block(head, now),
    )))
}
