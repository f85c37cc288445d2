//! Reads Bursar's Balance contract over JSON-RPC, and never writes to it.
//!
//! The crate promises: all balances of a reading are from one block, read in one batch (`balance_reading`); figures
//! never move back to an older block unless the newer one was replaced or has been unknown for ten minutes
//! (`monotonic_reading`); events come newest first, and if the network has RPC endpoints at two hosts, they count only
//! once a second one that answers reports them too (`corroboration`), and complete a payment only with the receipt at
//! both (`receipt_quorum`); taking a block or a transaction back needs as many endpoints as believing it did
//! (`reorg_detection`); requests fail over between endpoints, back off and respect each endpoint's limits (`failover`,
//! `rpc_health`, `log_chunking`); and a subscription reports new events as hints to poll (`log_subscription`).
//!
//! A single endpoint's answer is a claim. Each call documents what turns the claim into evidence.

mod balance_contract;
mod balance_reading;
mod block_lookup;
mod block_times;
mod chain;
mod chain_check;
mod contract_unit;
mod corroboration;
mod cross_check;
mod event_logs;
mod events;
mod failover;
mod fault;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod http_transport;
mod log_block_times;
mod log_chunking;
mod log_range_limit;
mod log_subscription;
mod monotonic_reading;
mod quick_poll;
mod receipt_quorum;
mod reorg_detection;
mod rpc_answers;
mod rpc_calls;
mod rpc_connection;
mod rpc_endpoint;
mod rpc_error;
mod rpc_health;
mod rpc_response;
mod websocket;

use bursar_domain::chain_event::{BalanceEvent, EventBatch};
pub use chain::Chain;
pub use reorg_detection::BlockStatus;
use tokio::sync::mpsc;

use serde::{Deserialize, Serialize};

/// A directive for filters of the log that turns off what alloy writes. alloy reports every closed connection as an error,
/// and at the finest level writes what servers answer. What users can act on is logged by this crate.
pub const ALLOY_LOG_OFF: &str = "alloy=off";

/// The state of an RPC endpoint, for Settings and diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RpcState {
    Untried,
    Good,
    /// Its newest block is old. It is used only if no endpoint has a newer one.
    Stale,
    Unreachable,
    WrongChain,
    NoContract,
}

/// What the subscription reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionUpdate {
    /// The subscription is up, so polling may slow down.
    Connected,
    /// An event of the user was mined or, if `removed`, taken back by a reorganisation. This is a hint to poll, not
    /// evidence.
    Event { event: BalanceEvent, removed: bool },
    /// The subscription is down, and polling covers for it until it is up again.
    Disconnected,
}

/// Enough events for one transaction of the history database.
const MAX_BATCH_EVENTS: usize = 10_000;

/// Waits for the first of several adjoining ranges, each below the one before, and joins it with those that have
/// arrived by now. `None` once no more will come. A database transaction rewrites most of each index whether it adds
/// few events or many, so each one should add many.
pub async fn collect_batch(ranges: &mut mpsc::Receiver<EventBatch>) -> Option<EventBatch> {
    let mut batch = ranges.recv().await?;
    while batch.events.len() < MAX_BATCH_EVENTS
        && let Ok(below) = ranges.try_recv()
    {
        batch.append_older(below);
    }
    Some(batch)
}
