//! Caches block times by hash, so that each event's block is looked up once.

use alloy::primitives::B256;
use bursar_domain::clock::Timestamp;
use std::collections::HashMap;

/// Never needed at once. Clearing the cache beyond that costs a request.
const MAX_BLOCKS: usize = 4_096;

/// Block hash → number and time.
#[derive(Debug, Default)]
pub(super) struct BlockTimeCache {
    known: HashMap<B256, (u64, Timestamp)>,
}

impl BlockTimeCache {
    /// The time of the block with this hash and number.
    pub(super) fn get(&self, hash: B256, number: u64) -> Option<Timestamp> {
        self.known
            .get(&hash)
            .filter(|(known, _)| *known == number)
            .map(|(_, time)| *time)
    }

    pub(super) fn insert(&mut self, hash: B256, number: u64, time: Timestamp) {
        if self.known.len() >= MAX_BLOCKS {
            self.known.clear();
        }
        self.known.insert(hash, (number, time));
    }
}
