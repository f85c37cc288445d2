//! One RPC endpoint: its address and what is known of it.

use super::block_times::BlockTimeCache;
use super::rpc_health::RpcHealth;
use bursar_domain::network::host_and_port;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use url::Url;

/// An RPC's address and what is known of it. The address may hold a key: only the host is ever told.
pub(super) struct RpcEndpoint {
    pub(super) url: Url,
    pub(super) host: String,
    pub(super) next_id: AtomicU64,
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

    /// It may hold a key, and is never told.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn is_at(&self, url: &Url) -> bool {
        self.url == *url
    }

    pub(super) fn health(&self) -> MutexGuard<'_, RpcHealth> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Times of blocks as this RPC told them.
    pub(super) fn block_times(&self) -> MutexGuard<'_, BlockTimeCache> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
