//! The chain as the other crates see it: the RPC endpoints of one network, and what all calls share. The calls are in
//! files by subject: `balance_reading`, `events`, `receipt_quorum`, `reorg_detection`, `log_subscription` and so on.

use super::RpcState;
use super::balance_contract::BalanceContract;
use super::block_times::BlockTimeCache;
use super::contract_unit::ContractUnit;
use super::rpc_connection::RpcConnection;
use super::rpc_endpoint::RpcEndpoint;
use alloy::primitives::Address;
use bursar_domain::clock::Timestamp;
use bursar_domain::network::{ChainConfig, TokenUnit};
use bursar_platform::http::{Http, RESPONSE_TIMEOUT, is_reachable};
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use url::Url;

/// For one request, if another endpoint could answer instead.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// The same for an endpoint whose last request failed.
const REQUEST_TIMEOUT_AFTER_FAILURE: Duration = Duration::from_secs(2);

/// The chain that holds the Balance contract. Cheap to clone.
#[derive(Clone)]
pub struct Chain {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) config: Arc<ChainConfig>,
    pub(super) unit: Arc<ContractUnit>,
    pub(super) http: Http,
    /// In order of preference; no address twice.
    pub(super) rpcs: Vec<Arc<RpcEndpoint>>,
    /// Block times that the subscription reported.
    pub(super) subscription_times: Mutex<BlockTimeCache>,
    /// The caller's time, and when the caller last gave it.
    caller_time: Mutex<Option<(Timestamp, Instant)>>,
    /// The last block whose time was looked up. Callers ask for the same one repeatedly: the block down to which events
    /// were read.
    pub(super) last_block_time: Mutex<Option<(u64, Timestamp)>>,
    /// Whether the range of blocks read last had events of the user.
    pub(super) last_range_had_events: AtomicBool,
    /// Whether a payment is expected or the user is looking.
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
    /// `own_rpc` is the user's own endpoint, which is asked first. Its address may hold a key, so no log or message
    /// names more than its host.
    pub fn new(
        config: ChainConfig,
        token_unit: TokenUnit,
        own_rpc: Option<Url>,
        http: Http,
    ) -> Self {
        let mut rpcs: Vec<Arc<RpcEndpoint>> = Vec::new();
        for url in own_rpc.iter().chain(&config.rpc) {
            if !rpcs.iter().any(|rpc| rpc.is_at(url)) {
                rpcs.push(Arc::new(RpcEndpoint::new(url.clone())));
            }
        }
        let inner = Inner {
            config: Arc::new(config),
            unit: Arc::new(ContractUnit::new(token_unit)),
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

    /// Whether a connection to any of the endpoints can be opened. Sends no request.
    pub async fn is_reachable(&self) -> bool {
        is_reachable(self.inner.rpcs.iter().map(|rpc| rpc.url())).await
    }

    /// The state of each endpoint, by host.
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
            (0 | 1, _) => RESPONSE_TIMEOUT,
            (_, false) => REQUEST_TIMEOUT,
            (_, true) => REQUEST_TIMEOUT_AFTER_FAILURE,
        };
        RpcConnection {
            rpc: Arc::clone(rpc),
            config: Arc::clone(&self.inner.config),
            unit: Arc::clone(&self.inner.unit),
            http: self.inner.http.clone(),
            request_timeout,
        }
    }

    /// Acts as if this much time had passed since the heads last moved.
    #[cfg(any(test, feature = "testing"))]
    pub fn age_heads(&self, time: Duration) {
        for rpc in &self.inner.rpcs {
            rpc.health().age_head(time);
        }
    }

    /// Remembers the time of the caller's clock.
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
