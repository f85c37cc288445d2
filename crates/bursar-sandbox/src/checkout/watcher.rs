//! Watches the payment chains for transfers to sessions' addresses. Only the watcher adds money to a session. It
//! records a transfer in one poll and settles it in the next, so that a session passes through "seen, awaiting
//! confirmation" as in production.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::sessions::Transfer;
use crate::chains::rpc::format_quantity;
use crate::chains::{self, Chain};
use crate::contracts::{self, Token};
use crate::error::Result;
use crate::sandbox::Sandbox;

const POLL_INTERVAL: Duration = Duration::from_millis(250);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    address: Address,
    topics: Vec<B256>,
    data: U256,
    transaction_hash: String,
    log_index: String,
}

pub(crate) async fn run(sandbox: Arc<Sandbox>) {
    let mut next_block = HashMap::from([(chains::ETHEREUM, 0), (chains::POLYGON, 0)]);
    let mut interval = tokio::time::interval(POLL_INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        interval.tick().await;
        expire_due(&sandbox);
        let hold = sandbox.switches.get().watcher_hold;
        for (chain, token) in [
            (&sandbox.ethereum, contracts::USDC),
            (&sandbox.polygon, contracts::USDC_E),
        ] {
            settle_seen(&sandbox, chain.id);
            if hold {
                continue;
            }
            let from = next_block.entry(chain.id).or_default();
            match scan_blocks(&sandbox, chain, token, *from).await {
                Ok(scanned_to) => *from = scanned_to,
                Err(error) => tracing::debug!("{}: {error}", chain.name),
            }
        }
    }
}

fn expire_due(sandbox: &Sandbox) {
    let now = sandbox.clock.now();
    let due: Vec<Uuid> = {
        let sessions = sandbox.sessions.lock();
        sessions
            .by_id
            .values()
            .filter(|session| session.is_payable() && session.expires_at <= now)
            .map(|s| s.id)
            .collect()
    };
    for id in due {
        sandbox
            .sessions
            .update(id, |session| session.expire_if_due(now));
    }
}

/// Scans the blocks from `from` on and returns the block to continue from.
async fn scan_blocks(sandbox: &Sandbox, chain: &Chain, token: Address, from: u64) -> Result<u64> {
    let head = chain.rpc.block_number().await?;
    if head < from {
        // The chain was rolled back, so the blocks above its head will be new ones.
        return Ok(from.min(head + 1));
    }
    let filter = json!([{
        "fromBlock": format_quantity(from), "toBlock": format_quantity(head), "address": token,
        "topics": [Token::Transfer::SIGNATURE_HASH],
    }]);
    let logs: Vec<Log> = serde_json::from_value(chain.rpc.call("eth_getLogs", filter).await?)?;
    for log in logs {
        record_log(sandbox, chain.id, &log);
    }
    Ok(head + 1)
}

/// Records a transaction's transfers of a token. Used for a transaction that a person submitted, so it works while
/// the watcher is held.
pub(super) fn record_receipt(sandbox: &Sandbox, chain: u64, token: Address, receipt: &Value) {
    let logs = receipt.get("logs").and_then(Value::as_array);
    let transfers = logs
        .into_iter()
        .flatten()
        .filter_map(|log| Log::deserialize(log).ok())
        .filter(|log| {
            log.address == token && log.topics.first() == Some(&Token::Transfer::SIGNATURE_HASH)
        });
    for log in transfers {
        record_log(sandbox, chain, &log);
    }
}

fn record_log(sandbox: &Sandbox, chain: u64, log: &Log) {
    let Some(to) = log.topics.get(2).map(|topic| Address::from_word(*topic)) else {
        return;
    };
    let session = {
        let sessions = sandbox.sessions.lock();
        sessions
            .by_id
            .values()
            .find(|s| s.asset(chain).is_some_and(|asset| asset.address == to))
            .map(|s| s.id)
    };
    let (Some(id), Ok(micros)) = (session, u128::try_from(log.data)) else {
        return;
    };
    let log_index =
        u64::from_str_radix(log.log_index.trim_start_matches("0x"), 16).unwrap_or_default();
    let transaction = log.transaction_hash.clone();
    tracing::info!("session {id}: a transfer of {micros} units on chain {chain}");
    let transfer = Transfer {
        chain,
        transaction,
        log_index,
        micros,
        settled: false,
    };
    sandbox
        .sessions
        .update(id, |session| session.record_transfer(transfer));
}

fn settle_seen(sandbox: &Sandbox, chain: u64) {
    let now = sandbox.clock.now();
    let unsettled: Vec<Uuid> = {
        let sessions = sandbox.sessions.lock();
        let is_unsettled = |transfer: &Transfer| transfer.chain == chain && !transfer.settled;
        sessions
            .by_id
            .values()
            .filter(|s| s.transfers.iter().any(is_unsettled))
            .map(|s| s.id)
            .collect()
    };
    for id in unsettled {
        sandbox
            .sessions
            .update(id, |session| session.settle_transfers(chain, now));
    }
}
