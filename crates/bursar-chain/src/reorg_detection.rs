//! Detects reorganisations: whether a block that was read is still in the chain, and whether a transaction is gone. It
//! takes as many endpoints, at different hosts, to take something back as it took to believe it: two, or the only one
//! of the network. An endpoint that has not reached the block does not count. The core's driver undoes what replaced
//! blocks brought.

use super::chain::Chain;
use super::fault::{Fault, combine_faults};
use super::rpc_connection::RpcConnection;
use alloy::primitives::B256;
use bursar_domain::error::{ChainDetail, Code, Error, Result};
use std::collections::BTreeSet;
use std::time::Instant;

/// Whether a block that was read is still in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockStatus {
    /// It is in the chain.
    Canonical,
    /// A quorum of endpoints has another block at its number.
    Replaced,
    /// No endpoint that answers has reached its number.
    Unknown,
    /// One endpoint reports that it was replaced, and too few others confirm that.
    Disputed(Error),
}

/// What one endpoint reports of a block or a transaction that was read before.
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

    /// Whether the block with this number still has this hash. One endpoint is enough for yes.
    ///
    /// # Errors
    /// As [`Chain::read`], if no endpoint answered at all.
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

    /// Whether a quorum of endpoints no longer has the transaction among those that succeeded. `false` if one still has
    /// it, or if too few report it gone.
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

    /// The number of different hosts.
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
    let found = if head.number == number {
        head
    } else {
        match connection.block(number, head.number).await {
            // Another node behind the same address has yet to see it, or it is too old to be kept.
            Err(Fault::Behind | Fault::Pruned) => return Ok(Presence::Unknown),
            found => found?,
        }
    };
    Ok(if found.hash == hash {
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
    let receipt = connection.receipt(transaction).await?;
    Ok(match receipt {
        Some(receipt) if receipt.status == 1 => Presence::Present,
        Some(_) | None => Presence::Absent,
    })
}

fn disputed(gone: &str, there: Option<String>, number: u64) -> Error {
    let (gone, block) = (gone.to_owned(), number.to_string());
    let why = match there {
        Some(there) => ChainDetail::BlockReplacedByOne {
            gone,
            there: there.to_owned(),
            block,
        },
        None => ChainDetail::BlockReplacedUnconfirmed { gone, block },
    };
    Error::passing(Code::RpcsDisagree, why)
}
