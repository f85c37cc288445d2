//! The Balance contract, read and never written: balances at one block in one batch, the user's events
//! newest first, receipts compared between RPCs, and a subscription that says when to look. Answers of an
//! RPC are claims; what makes them evidence is said at each call.

mod agreement;
mod cross_check;
mod events;
mod fault;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod glance;
mod high_water;
mod keeper;
mod ledger;
mod line;
mod log_range;
mod log_span;
mod reader;
mod rpc;
mod rpc_error;
mod second;
mod standing;
mod stated_limit;
mod tenure;
mod times;
mod watch;
mod wire;

pub(crate) use events::same_but_for_place;
pub use high_water::{HighWater, Lapse, Sighting};
pub use ledger::Balances;
pub use reader::Chain;
pub use tenure::Tenure;

use crate::clock::{Span, Timestamp};
use crate::money::Amount;
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// The user's balances, all at one block of one RPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub block: u64,
    pub block_hash: B256,
    /// The block's own time: how old the figures are.
    pub block_time: Timestamp,
    pub read_at: Timestamp,
    /// What can be spent (`getFreeBalance`).
    pub free: Amount,
    /// Full less free: held for running workloads.
    pub reserved: Amount,
    /// Under review (`limbo`).
    pub held: Amount,
    pub frozen: bool,
}

impl Reading {
    /// Whether a figure of that time is newer than this block. A block's time is in whole seconds, and the block may have
    /// been made at the end of its second.
    pub fn is_before(&self, at: Timestamp) -> bool {
        at.since(self.block_time) >= Span::seconds(1)
    }

    /// Whether both say the same of the money, whenever each was read.
    pub fn same_figures(&self, other: &Self) -> bool {
        self.free == other.free
            && self.reserved == other.reserved
            && self.held == other.held
            && self.frozen == other.frozen
    }
}

/// What an event of the contract did to the user's money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum EventKind {
    /// `UserBalanceIncrease`, with the id the provider gave it.
    Credit { top_up_id: String },
    /// `Refunded`.
    Refund,
    /// `FundedFromLimbo`: released after a review.
    Released,
}

/// One event about the user's money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserEvent {
    pub kind: EventKind,
    pub amount: Amount,
    pub transaction: B256,
    pub log_index: u64,
    pub block: u64,
    pub block_hash: B256,
    pub block_time: Timestamp,
}

/// Events that are stored at once, if so many have been read.
const STORED_AT_ONCE: usize = 10_000;

/// Events of a range of blocks, both ends included, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventBatch {
    pub events: Vec<UserEvent>,
    pub from: u64,
    pub to: u64,
    /// The hash of block `to`, to notice a reorganisation later.
    pub to_hash: B256,
}

impl EventBatch {
    /// What has come by now of ranges that lie one below the other, as one batch to be stored; waits for the first.
    /// `None` when nothing more will come. A transaction writes anew most of each index, whether it brings few events
    /// or many, so it is to bring many.
    pub async fn gather(ranges: &mut mpsc::Receiver<Self>) -> Option<Self> {
        let mut batch = ranges.recv().await?;
        while batch.events.len() < STORED_AT_ONCE
            && let Ok(below) = ranges.try_recv()
        {
            batch.add_below(below);
        }
        Some(batch)
    }

    /// Its events in these blocks, both ends included.
    pub(crate) fn within(&self, from: u64, to: u64) -> Vec<UserEvent> {
        let range = from..=to;
        let events = self.events.iter();
        let events = events.filter(|event| range.contains(&event.block));
        events.cloned().collect()
    }

    /// Puts what is told of some of its blocks in the place of what it told of them.
    fn replace(&mut self, part: Self) {
        self.events
            .retain(|event| !(part.from..=part.to).contains(&event.block));
        self.events.extend(part.events);
        self.events
            .sort_by_key(|event| std::cmp::Reverse((event.block, event.log_index)));
    }

    /// Takes in the batch of the range right below this one.
    pub fn add_below(&mut self, below: Self) {
        debug_assert_eq!(below.to.saturating_add(1), self.from);
        self.from = below.from;
        self.events.extend(below.events);
    }
}

/// Where an RPC stands, for Settings and diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum RpcState {
    Untried,
    Good,
    /// Its head is old; used only when nothing better answers.
    Stale,
    Unreachable,
    WrongChain,
    NoContract,
}

/// What the subscription has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The subscription stands: polling may slow down.
    Connected,
    /// An event of the user was mined (or, `removed`, taken back). A hint to look, not yet evidence.
    Event { event: UserEvent, removed: bool },
    /// The subscription broke: polling covers until it stands again.
    Lost,
}
