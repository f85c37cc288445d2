//! An RPC endpoint as one piece of work uses it, through alloy's provider. The first request checks that the endpoint
//! serves this chain.

use super::chain_check::{check_calls, read_check};
use super::fault::Fault;
use super::http_transport::HttpTransport;
use super::rpc_answers::Block;
use super::rpc_calls::{Answers, Call, ask};
use super::rpc_endpoint::RpcEndpoint;
use alloy::eips::BlockId;
use alloy::providers::{Provider, RootProvider};
use alloy::rpc::client::{RpcClient, RpcClientInner};
use bursar_domain::network::ChainConfig;
use bursar_platform::http::{Http, MAX_BODY_BYTES};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An endpoint in use for one piece of work.
#[derive(Clone)]
pub(super) struct RpcConnection {
    pub(super) rpc: Arc<RpcEndpoint>,
    pub(super) config: Arc<ChainConfig>,
    pub(super) http: Http,
    /// For one request. Short if another endpoint could answer instead.
    pub(super) request_timeout: Duration,
}

impl RpcConnection {
    /// The endpoint's newest block. Also checks that the endpoint serves this chain; the contracts are checked only
    /// when that is due.
    pub(super) async fn fetch_head(&self) -> Result<Block, Fault> {
        let known = self.rpc.health().checked(Instant::now());
        let mut calls = check_calls(&self.config, known);
        calls.push(Call::block(BlockId::latest()));
        let mut answers = self.call_batch(&calls, MAX_BODY_BYTES).await?;
        let checked = read_check(&self.config, known, &mut answers)?;
        let head = answers.next::<Block>("its newest block")?;
        self.rpc
            .health()
            .record_success(checked, known.is_none(), head, Instant::now());
        Ok(head)
    }

    /// The token's decimals as this endpoint reports them. Call [`RpcConnection::fetch_head`] first.
    pub(super) fn decimals(&self) -> Result<u8, Fault> {
        let checked = self.rpc.health().checked(Instant::now());
        checked
            .map(|checked| checked.decimals)
            .ok_or(Fault::Malformed("decimals"))
    }

    /// The answers to all `calls`. The response to one request may be at most `max_bytes`.
    pub(super) async fn call_batch(
        &self,
        calls: &[Call],
        max_bytes: usize,
    ) -> Result<Answers, Fault> {
        ask(self.provider(calls.len(), max_bytes).client(), calls).await
    }

    /// alloy's provider over this endpoint, with ids for this many calls.
    fn provider(&self, calls: usize, max_bytes: usize) -> RootProvider {
        let transport = HttpTransport {
            rpc: Arc::clone(&self.rpc),
            http: self.http.clone(),
            timeout: self.request_timeout,
            max_bytes,
        };
        let client = RpcClientInner::new(transport, false).with_id(self.rpc.reserve_ids(calls));
        RootProvider::new(RpcClient::from_inner(client))
    }
}
