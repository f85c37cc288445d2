//! The chain as the rest of the core sees it: RPCs asked in order with fail-over, ranked by the age of their
//! heads, and every reading at one block. No answer is taken from an RPC of another chain. Heads are compared with
//! each other; the caller's clock, which may be wrong, is only ever a reason to ask more RPCs.

use super::RpcState;
use super::balance_contract::BalanceContract;
use super::block_times::BlockTimeCache;
use super::rpc_connection::RpcConnection;
use super::rpc_endpoint::RpcEndpoint;
use alloy_primitives::Address;
use bursar_domain::clock::Timestamp;
use bursar_domain::network::ChainPlace;
use bursar_platform::http::{Http, WHOLE_TIMEOUT, knock};
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use url::Url;

/// For one request while another RPC could answer instead; less for one that failed the last time.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT_AFTER_FAILURE: Duration = Duration::from_secs(2);

/// The Balance contract's chain. Cheap to clone.
#[derive(Clone)]
pub struct Chain {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) config: Arc<ChainPlace>,
    pub(super) http: Http,
    /// In order of preference; no address twice.
    pub(super) rpcs: Vec<Arc<RpcEndpoint>>,
    /// Times of blocks as the subscription told them.
    pub(super) subscription_times: Mutex<BlockTimeCache>,
    /// The caller's time when it last said it.
    caller_time: Mutex<Option<(Timestamp, Instant)>>,
    /// The last block whose time was asked for: how far back events were read, over and over.
    pub(super) last_block_time: Mutex<Option<(u64, Timestamp)>>,
    /// Whether the range of blocks that was read last had events of the user's.
    pub(super) last_range_had_events: AtomicBool,
    /// Whether anything is expected or anybody looks.
    pub(super) active: watch::Sender<bool>,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("id", &self.inner.config.id)
            .field("rpcs", &self.rpc_states())
            .finish_non_exhaustive()
    }
}

impl Chain {
    /// `own_rpc` is the user's own RPC, asked first. It may hold a key and is never told.
    pub fn new(place: ChainPlace, own_rpc: Option<Url>, http: Http) -> Self {
        let mut rpcs: Vec<Arc<RpcEndpoint>> = Vec::new();
        for url in own_rpc.iter().chain(&place.rpc) {
            if !rpcs.iter().any(|rpc| rpc.is_at(url)) {
                rpcs.push(Arc::new(RpcEndpoint::new(url.clone())));
            }
        }
        let inner = Inner {
            config: Arc::new(place),
            http,
            rpcs,
            subscription_times: Mutex::default(),
            caller_time: Mutex::default(),
            last_block_time: Mutex::default(),
            last_range_had_events: AtomicBool::new(false),
            active: watch::Sender::new(true),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Whether a connection to any of the RPCs stands; nothing is asked.
    pub async fn is_reachable(&self) -> bool {
        knock(self.inner.rpcs.iter().map(|rpc| rpc.url())).await
    }

    /// Where each RPC stands, by host.
    pub fn rpc_states(&self) -> Vec<(String, RpcState)> {
        self.inner
            .rpcs
            .iter()
            .map(|rpc| (rpc.host.clone(), rpc.health().state()))
            .collect()
    }

    pub(super) fn balance_contract(&self, user: Address) -> BalanceContract {
        BalanceContract {
            address: self.inner.config.balance,
            token: self.inner.config.token,
            user,
        }
    }

    pub(super) fn connection(&self, rpc: &Arc<RpcEndpoint>) -> RpcConnection {
        let request_timeout = match (self.inner.rpcs.len(), rpc.health().last_request_failed()) {
            (0 | 1, _) => WHOLE_TIMEOUT,
            (_, false) => REQUEST_TIMEOUT,
            (_, true) => REQUEST_TIMEOUT_AFTER_FAILURE,
        };
        RpcConnection {
            rpc: Arc::clone(rpc),
            config: Arc::clone(&self.inner.config),
            http: self.inner.http.clone(),
            request_timeout,
        }
    }

    /// As if so much time had really passed since the heads moved.
    #[cfg(any(test, feature = "testing"))]
    pub fn age_heads(&self, time: Duration) {
        for rpc in &self.inner.rpcs {
            rpc.health().age_head(time);
        }
    }

    /// What time it is by the caller's clock.
    pub(super) fn set_caller_time(&self, now: Timestamp) {
        *self.caller_time() = Some((now, Instant::now()));
    }

    pub(super) fn caller_time(&self) -> MutexGuard<'_, Option<(Timestamp, Instant)>> {
        self.inner
            .caller_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
