//! What takes back something that the chain has shown: the word of as many endpoints, at different hosts, as it took to
//! believe it. Two, or the one where the network has only one. An endpoint that has not come to the block says nothing.

use super::block_lookup::map_missing_block;
use super::chain::Chain;
use super::eth_calls::{BlockId, get_block};
use super::fault::{Fault, combine_faults};
use super::json_rpc::Call;
use super::rpc_connection::RpcConnection;
use super::rpc_types::{Block, Receipt};
use alloy_primitives::B256;
use bursar_domain::error::{Code, Error, Result};
use bursar_platform::http::{BODY_LIMIT, LOGS_LIMIT};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Instant;

/// Whether a block that was read is still in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockStatus {
    Canonical,
    /// Another block has its number, as many endpoints say as it takes.
    Replaced,
    /// No endpoint that answers has come to its number.
    Unknown,
    /// One endpoint says that it was replaced, and too few of the others say so too.
    Disputed(Error),
}

/// What one endpoint says of something that the chain has shown.
enum Presence {
    Present,
    Absent,
    Unknown,
}

impl Chain {
    /// How many endpoints, at different hosts, it takes to believe the chain or to take back what was believed.
    pub fn quorum(&self) -> usize {
        self.host_count().min(2)
    }

    /// Whether the block with this number still has this hash. One endpoint's word is enough for yes.
    ///
    /// # Errors
    /// As [`Chain::read`], when no endpoint answered at all.
    pub async fn block_status(&self, number: u64, hash: B256) -> Result<BlockStatus> {
        let mut gone = BTreeSet::new();
        let mut there = None;
        let mut faults = Vec::new();
        let mut answered = false;
        for rpc in self.by_priority() {
            if gone.contains(&rpc.host) || rpc.health().retry_after(Instant::now()).is_some() {
                continue;
            }
            match has_block(&self.connection(&rpc), number, hash).await {
                Ok(Presence::Present) if gone.is_empty() => return Ok(BlockStatus::Canonical),
                Ok(Presence::Present) => there = Some(rpc.host.clone()),
                Ok(Presence::Absent) => {
                    gone.insert(rpc.host.clone());
                }
                Ok(Presence::Unknown) => {}
                Err(fault) => {
                    rpc.health().record_failure(&fault, Instant::now());
                    faults.push((rpc.host.clone(), fault));
                    continue;
                }
            }
            answered = true;
            if gone.len() >= self.quorum() && !gone.is_empty() {
                return Ok(BlockStatus::Replaced);
            }
        }
        match (gone.first(), there) {
            (Some(first), there) => Ok(BlockStatus::Disputed(disputed(first, there, number))),
            (None, _) if answered => Ok(BlockStatus::Unknown),
            (None, _) => Err(combine_faults(faults)),
        }
    }

    /// Whether the transaction is no longer among those that succeeded, as many endpoints say as it takes. `false`: it
    /// is, or too few say that it is not.
    pub async fn transaction_is_gone(&self, transaction: B256, block: u64) -> bool {
        let mut gone = BTreeSet::new();
        for rpc in self.by_priority() {
            if gone.contains(&rpc.host) || rpc.health().retry_after(Instant::now()).is_some() {
                continue;
            }
            match has_transaction(&self.connection(&rpc), transaction, block).await {
                Ok(Presence::Present) => return false,
                Ok(Presence::Absent) => {
                    gone.insert(rpc.host.clone());
                }
                Ok(Presence::Unknown) => {}
                Err(fault) => rpc.health().record_failure(&fault, Instant::now()),
            }
            if gone.len() >= self.quorum() && !gone.is_empty() {
                return true;
            }
        }
        false
    }

    /// How many different hosts the endpoints are at.
    pub fn host_count(&self) -> usize {
        let rpcs = self.inner.rpcs.iter();
        rpcs.map(|rpc| rpc.host.as_str())
            .collect::<BTreeSet<_>>()
            .len()
    }
}

async fn has_block(connection: &RpcConnection, number: u64, hash: B256) -> Result<Presence, Fault> {
    let head = connection.fetch_head().await?;
    if head.number < number {
        return Ok(Presence::Unknown);
    }
    let seen = if head.number == number {
        head
    } else {
        let mut answers = connection
            .call_batch(&[get_block(BlockId::Number(number))], BODY_LIMIT)
            .await?;
        let answer = answers.next::<Option<Block>>("a block");
        match answer.map_err(|fault| map_missing_block(fault, number, head.number)) {
            Ok(Some(seen)) if seen.number == number => seen,
            Ok(Some(_)) => return Err(Fault::Malformed("another block than was asked for")),
            // Another node behind the same address has yet to see it, or it is too old to be kept.
            Ok(None) | Err(Fault::Behind | Fault::Pruned) => return Ok(Presence::Unknown),
            Err(fault) => return Err(fault),
        }
    };
    Ok(if seen.hash == hash {
        Presence::Present
    } else {
        Presence::Absent
    })
}

async fn has_transaction(
    connection: &RpcConnection,
    transaction: B256,
    block: u64,
) -> Result<Presence, Fault> {
    let head = connection.fetch_head().await?;
    if head.number < block {
        return Ok(Presence::Unknown);
    }
    let call = Call::new("eth_getTransactionReceipt", json!([transaction]));
    let mut answers = connection.call_batch(&[call], LOGS_LIMIT).await?;
    let receipt = answers.next::<Option<Receipt>>("a receipt")?;
    if receipt
        .as_ref()
        .is_some_and(|receipt| receipt.transaction_hash != transaction)
    {
        return Err(Fault::Malformed("another receipt than was asked for"));
    }
    Ok(match receipt {
        Some(receipt) if receipt.status == 1 => Presence::Present,
        Some(_) | None => Presence::Absent,
    })
}

fn disputed(gone: &str, there: Option<String>, number: u64) -> Error {
    let message = match there {
        Some(there) => format!(
            "{gone} says that block {number} was replaced, and {there} still has it. Payments stay as they are until both agree."
        ),
        None => format!(
            "{gone} says that block {number} was replaced. Payments stay as they are until a second RPC endpoint says so too."
        ),
    };
    Error::passing(Code::RpcsDisagree, message)
}
