//! Events of the Balance contract about one user's money.

use crate::clock::Timestamp;
use crate::money::Amount;
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// What an event of the contract did to the user's money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum EventKind {
    /// `UserBalanceIncrease`, with the id that the provider gave it.
    Credit { top_up_id: String },
    /// `Refunded`.
    Refund,
    /// `FundedFromLimbo`: released after a review.
    Released,
}

/// One event about the user's money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceEvent {
    pub kind: EventKind,
    pub amount: Amount,
    pub transaction: B256,
    pub log_index: u64,
    pub block: u64,
    pub block_hash: B256,
    pub block_time: Timestamp,
}

/// Events of a range of blocks, both ends included, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventBatch {
    pub events: Vec<BalanceEvent>,
    pub from: u64,
    pub to: u64,
    /// The hash of block `to`, which shows later whether a reorganisation replaced it.
    pub to_hash: B256,
}

impl EventBatch {
    /// The events in these blocks, both ends included.
    pub fn events_in(&self, from: u64, to: u64) -> Vec<BalanceEvent> {
        let range = from..=to;
        let events = self.events.iter();
        let events = events.filter(|event| range.contains(&event.block));
        events.cloned().collect()
    }

    /// Replaces the events of `part`'s blocks with those of `part`.
    pub fn replace_range(&mut self, part: Self) {
        self.events
            .retain(|event| !(part.from..=part.to).contains(&event.block));
        self.events.extend(part.events);
        self.events
            .sort_by_key(|event| std::cmp::Reverse((event.block, event.log_index)));
    }

    /// Appends the batch of the range right below this one.
    pub fn append_older(&mut self, below: Self) {
        debug_assert_eq!(below.to.saturating_add(1), self.from);
        self.from = below.from;
        self.events.extend(below.events);
    }
}

/// Whether both are the same event. The unit does not count, because the chain has none: what is stored may have been
/// read before the token's symbol was known.
pub fn is_same_event(one: &BalanceEvent, other: &BalanceEvent) -> bool {
    one.log_index == other.log_index && same_except_log_index(one, other)
}

/// Whether both are the same event, even if their log indexes differ.
pub fn same_except_log_index(one: &BalanceEvent, other: &BalanceEvent) -> bool {
    one.kind == other.kind
        && one.amount.has_same_number(&other.amount)
        && one.transaction == other.transaction
        && one.block == other.block
        && one.block_hash == other.block_hash
        && one.block_time == other.block_time
}
