//! Asks the RPC endpoints in order until one gives an answer. Endpoints are ranked by their health and by the age of
//! their newest block. Heads are compared with each other: the caller's clock may be wrong, so it is only ever a reason
//! to ask more endpoints.

use super::RpcState;
use super::chain::Chain;
use super::fault::Fault;
use super::rpc_answers::Block;
use super::rpc_connection::RpcConnection;
use super::rpc_endpoint::RpcEndpoint;
use super::rpc_health::Rank;
use bursar_domain::clock::Span;
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Instant;

/// A head this much older than the newest one seen is stale.
const STALE_AFTER: Span = Span::seconds(60);

impl Chain {
    /// Gives the work to one endpoint after the other until one has done it.
    ///
    /// # Errors
    /// The fault of each endpoint.
    pub(super) async fn with_failover<T, F>(
        &self,
        work: impl Fn(RpcConnection, Block) -> F,
    ) -> Result<T, Vec<(String, Fault)>>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        self.with_failover_recording(work, record_failure).await
    }

    /// The same, with a function that records why the work failed at an endpoint.
    pub(super) async fn with_failover_recording<T, F>(
        &self,
        work: impl Fn(RpcConnection, Block) -> F,
        record: fn(&RpcEndpoint, Fault, &mut Vec<(String, Fault)>),
    ) -> Result<T, Vec<(String, Fault)>>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let mut faults = Vec::new();
        let mut stale = Vec::new();
        let mut heads_refreshed = false;
        for rpc in self.by_priority() {
            if let Some(wait) = rpc.health().retry_after(Instant::now()) {
                let left = Span::millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                faults.push((
                    rpc.host.clone(),
                    Fault::HttpStatus {
                        status: 429,
                        retry_after: Some(left),
                    },
                ));
                continue;
            }
            let connection = self.connection(&rpc);
            let head = match connection.fetch_head().await {
                Ok(head) => head,
                Err(fault) => {
                    record_failure(&rpc, fault, &mut faults);
                    continue;
                }
            };
            if !heads_refreshed && self.suspects_stale_head(&rpc, head) {
                heads_refreshed = true;
                self.refresh_other_heads(&rpc).await;
            }
            let is_stale = self.is_stale(head);
            rpc.health().set_stale(is_stale, Instant::now());
            if is_stale {
                stale.push((connection, head));
                continue;
            }
            match work(connection, head).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => record(&rpc, fault, &mut faults),
            }
        }
        stale.sort_by_key(|(_, head)| std::cmp::Reverse(head.time));
        for (connection, head) in stale {
            let rpc = Arc::clone(&connection.rpc);
            match work(connection, head).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => record(&rpc, fault, &mut faults),
            }
        }
        Err(faults)
    }

    /// The endpoints in the order in which to ask them now.
    pub(super) fn by_priority(&self) -> Vec<Arc<RpcEndpoint>> {
        let now = Instant::now();
        let mut ranked: Vec<(Rank, &Arc<RpcEndpoint>)> = self
            .inner
            .rpcs
            .iter()
            .map(|rpc| (rpc.health().rank(now), rpc))
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, rpc)| Arc::clone(rpc)).collect()
    }

    /// Whether this head is a reason to ask the other endpoints for theirs: it is far from the caller's clock, in
    /// either direction, or has not moved. Which of two heads is older follows from the heads themselves.
    pub(super) fn suspects_stale_head(&self, rpc: &RpcEndpoint, head: Block) -> bool {
        let now = Instant::now();
        let caller_time = *self.caller_time();
        let is_far_from_clock = caller_time.is_some_and(|(time, at)| {
            let passed =
                i64::try_from(now.saturating_duration_since(at).as_millis()).unwrap_or(i64::MAX);
            let time = time.plus(Span::millis(passed));
            time.since(head.time).max(head.time.since(time)) > STALE_AFTER
        });
        let health = rpc.health();
        is_far_from_clock || health.is_stalled(now) || health.head_regressed(STALE_AFTER)
    }

    /// Whether this endpoint's head is much older than the others', judged so that no single endpoint can cause it.
    pub(super) fn is_head_stale(&self, rpc: &RpcEndpoint) -> bool {
        let heads = self.inner.rpcs.iter();
        let best = heads.filter_map(|rpc| rpc.health().head().map(|head| head.time));
        best.max().is_some_and(|best| {
            rpc.health()
                .is_head_stale(best, STALE_AFTER, Instant::now())
        })
    }

    /// Asks the other available endpoints for their heads, all at once.
    async fn refresh_other_heads(&self, except: &Arc<RpcEndpoint>) {
        let now = Instant::now();
        let others = self
            .inner
            .rpcs
            .iter()
            .filter(|rpc| !Arc::ptr_eq(rpc, except) && rpc.health().is_available(now));
        let requests = others.map(|rpc| async move {
            if let Err(fault) = self.connection(rpc).fetch_head().await {
                rpc.health().record_failure(&fault, Instant::now());
            }
        });
        join_all(requests).await;
    }

    fn is_stale(&self, head: Block) -> bool {
        let best = self
            .inner
            .rpcs
            .iter()
            .filter_map(|rpc| {
                let health = rpc.health();
                let head = health.head().map(|head| head.time);
                head.filter(|_| matches!(health.state(), RpcState::Good | RpcState::Stale))
            })
            .max();
        best.is_some_and(|best| best.since(head.time) > STALE_AFTER)
    }
}

fn record_failure(rpc: &RpcEndpoint, fault: Fault, faults: &mut Vec<(String, Fault)>) {
    rpc.health().record_failure(&fault, Instant::now());
    tracing::debug!(host = %rpc.host, "{}", fault.clone().into_error(&rpc.host));
    faults.push((rpc.host.clone(), fault));
}
