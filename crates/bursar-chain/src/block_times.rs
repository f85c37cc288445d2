//! The times of blocks, remembered by hash, so that an event's block is asked for once.

use alloy_primitives::B256;
use bursar_domain::clock::Timestamp;
use std::collections::HashMap;

/// More are never needed at once; forgetting them costs a request.
const MAX_BLOCKS: usize = 4_096;

/// Block hash → number and time.
#[derive(Debug, Default)]
pub(super) struct BlockTimeCache {
    known: HashMap<B256, (u64, Timestamp)>,
}

impl BlockTimeCache {
    /// The time of the block with that hash and number.
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
