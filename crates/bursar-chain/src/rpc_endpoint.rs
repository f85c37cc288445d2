//! One RPC endpoint: its address, its health and the block times it reported.

use super::block_times::BlockTimeCache;
use super::rpc_health::RpcHealth;
use bursar_domain::network::host_and_port;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use url::Url;

/// An RPC endpoint. Its address may hold a key, so messages name only the host.
pub(super) struct RpcEndpoint {
    pub(super) url: Url,
    pub(super) host: String,
    next_id: AtomicU64,
    health: Mutex<RpcHealth>,
    times: Mutex<BlockTimeCache>,
}

impl RpcEndpoint {
    pub(super) fn new(url: Url) -> Self {
        Self {
            host: host_and_port(&url).unwrap_or_default(),
            url,
            next_id: AtomicU64::new(1),
            health: Mutex::default(),
            times: Mutex::default(),
        }
    }

    /// The address may hold a key: never log it or put it in a message.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// The first of the ids for this many calls, none of which was used before.
    pub(super) fn reserve_ids(&self, calls: usize) -> u64 {
        let count = u64::try_from(calls).unwrap_or(u64::MAX);
        self.next_id.fetch_add(count, Ordering::Relaxed)
    }

    pub(super) fn is_at(&self, url: &Url) -> bool {
        self.url == *url
    }

    pub(super) fn health(&self) -> MutexGuard<'_, RpcHealth> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Block times as this endpoint reported them.
    pub(super) fn block_times(&self) -> MutexGuard<'_, BlockTimeCache> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
