//! The user's balances as the Balance contract has them at one block.

use crate::clock::{Span, Timestamp};
use crate::money::Amount;
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// The user's balances, all at one block and from one RPC endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainReading {
    pub block: u64,
    pub block_hash: B256,
    /// The block's own time: how old the figures are.
    pub block_time: Timestamp,
    pub read_at: Timestamp,
    /// What can be spent (`getFreeBalance`).
    pub free: Amount,
    /// Full balance less the free one: held for running workloads.
    pub reserved: Amount,
    /// Under review (`limbo`).
    pub held: Amount,
    pub frozen: bool,
}

impl ChainReading {
    /// Whether a figure of that time is newer than this block. A block's time is in whole seconds, and the block may
    /// have been made at the end of its second.
    pub fn is_older_than(&self, at: Timestamp) -> bool {
        at.since(self.block_time) >= Span::seconds(1)
    }

    /// Whether both have the same balances, whenever each was read.
    pub fn same_balances(&self, other: &Self) -> bool {
        self.free == other.free
            && self.reserved == other.reserved
            && self.held == other.held
            && self.frozen == other.frozen
    }
}
