//! Watches the payment chains for transfers to sessions' addresses. It alone brings money into a session: what it sees
//! is noted, and counted one look later, so that "seen, awaiting confirmation" exists here as it does in life.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::sessions::Transfer;
use crate::chains::rpc::hex_quantity;
use crate::chains::{self, Chain};
use crate::contracts::{self, Token};
use crate::failure::Result;
use crate::world::World;

const PACE: Duration = Duration::from_millis(250);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    address: Address,
    topics: Vec<B256>,
    data: U256,
    transaction_hash: String,
    log_index: String,
}

pub(crate) async fn run(world: Arc<World>) {
    let mut next = HashMap::from([(chains::ETHEREUM, 0), (chains::POLYGON, 0)]);
    let mut ticks = tokio::time::interval(PACE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        expire(&world);
        let hold = world.switches.get().watcher_hold;
        for (chain, token) in [
            (&world.ethereum, contracts::USDC),
            (&world.polygon, contracts::USDC_E),
        ] {
            settle(&world, chain.id);
            if hold {
                continue;
            }
            let from = next.entry(chain.id).or_default();
            match look(&world, chain, token, *from).await {
                Ok(looked_to) => *from = looked_to,
                Err(failure) => tracing::debug!("{}: {failure}", chain.name),
            }
        }
    }
}

fn expire(world: &World) {
    let now = world.clock.now();
    let due: Vec<Uuid> = {
        let house = world.sessions.lock();
        house
            .all
            .values()
            .filter(|session| session.is_waiting() && session.expires_at <= now)
            .map(|s| s.id)
            .collect()
    };
    for id in due {
        world
            .sessions
            .change(id, |session| session.expire_if_due(now));
    }
}

/// Looks at the blocks from `from` on and returns where to look next.
async fn look(world: &World, chain: &Chain, token: Address, from: u64) -> Result<u64> {
    let head = chain.rpc.block_number().await?;
    if head < from {
        // The chain went back; what is above its head now is new again.
        return Ok(from.min(head + 1));
    }
    let filter = json!([{
        "fromBlock": hex_quantity(from), "toBlock": hex_quantity(head), "address": token,
        "topics": [Token::Transfer::SIGNATURE_HASH],
    }]);
    let logs: Vec<Log> = serde_json::from_value(chain.rpc.call("eth_getLogs", filter).await?)?;
    for log in logs {
        note(world, chain.id, &log);
    }
    Ok(head + 1)
}

/// Notes the token's transfers of one transaction that a person has named, whether the watcher is held or not.
pub(super) fn note_receipt(world: &World, chain: u64, token: Address, receipt: &Value) {
    let logs = receipt.get("logs").and_then(Value::as_array);
    let transfers = logs
        .into_iter()
        .flatten()
        .filter_map(|log| Log::deserialize(log).ok())
        .filter(|log| {
            log.address == token && log.topics.first() == Some(&Token::Transfer::SIGNATURE_HASH)
        });
    for log in transfers {
        note(world, chain, &log);
    }
}

fn note(world: &World, chain: u64, log: &Log) {
    let Some(to) = log.topics.get(2).map(|topic| Address::from_word(*topic)) else {
        return;
    };
    let session = {
        let house = world.sessions.lock();
        house
            .all
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
    world.sessions.change(id, |session| session.see(transfer));
}

fn settle(world: &World, chain: u64) {
    let now = world.clock.now();
    let seen: Vec<Uuid> = {
        let house = world.sessions.lock();
        let waiting = |transfer: &Transfer| transfer.chain == chain && !transfer.settled;
        house
            .all
            .values()
            .filter(|s| s.transfers.iter().any(waiting))
            .map(|s| s.id)
            .collect()
    };
    for id in seen {
        world
            .sessions
            .change(id, |session| session.settle(chain, now));
    }
}
