//! The Balance contract, read and never written: balances at one block in one batch, the user's events
//! newest first, receipts compared between RPCs, and a subscription that says when to look. Answers of an
//! RPC are claims; what makes them evidence is said at each call.

mod balance_contract;
mod balance_reading;
mod block_lookup;
mod block_times;
mod chain;
mod chain_check;
mod corroboration;
mod cross_check;
mod eth_calls;
mod event_logs;
mod events;
mod failover;
mod fault;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod json_rpc;
mod log_block_times;
mod log_chunking;
mod log_range_limit;
mod log_subscription;
mod monotonic_reading;
mod quick_poll;
mod receipt_quorum;
mod reorg_detection;
mod rpc_connection;
mod rpc_endpoint;
mod rpc_error;
mod rpc_health;
mod rpc_types;

use bursar_domain::chain_event::{BalanceEvent, EventBatch};
pub use chain::Chain;
pub use reorg_detection::BlockStatus;
use tokio::sync::mpsc;

use serde::{Deserialize, Serialize};

/// Where an RPC stands, for Settings and diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
pub enum SubscriptionUpdate {
    /// The subscription stands: polling may slow down.
    Connected,
    /// An event of the user was mined (or, `removed`, taken back). A hint to look, not yet evidence.
    Event { event: BalanceEvent, removed: bool },
    /// The subscription broke: polling covers until it stands again.
    Disconnected,
}

/// Events that are stored at once, if so many have been read.
const MAX_BATCH_EVENTS: usize = 10_000;

/// What has come by now of ranges that lie one below the other, as one batch to be stored; waits for the first.
/// `None` when nothing more will come. A transaction writes anew most of each index, whether it brings few events
/// or many, so it is to bring many.
pub async fn collect_batch(ranges: &mut mpsc::Receiver<EventBatch>) -> Option<EventBatch> {
    let mut batch = ranges.recv().await?;
    while batch.events.len() < MAX_BATCH_EVENTS
        && let Ok(below) = ranges.try_recv()
    {
        batch.append_older(below);
    }
    Some(batch)
}
