//! An RPC endpoint as one piece of work uses it, through alloy's provider. The first request checks that the endpoint
//! serves this chain.

use super::balance_contract::TokenFacts;
use super::chain_check::{CheckAnswer, CheckScope, check_calls, read_check};
use super::contract_unit::ContractUnit;
use super::fault::Fault;
use super::http_transport::HttpTransport;
use super::rpc_answers::Block;
use super::rpc_calls::{Answers, Call, ask};
use super::rpc_endpoint::RpcEndpoint;
use alloy::eips::BlockId;
use alloy::providers::{Provider, RootProvider};
use alloy::rpc::client::{RpcClient, RpcClientInner};
use bursar_domain::error::Code;
use bursar_domain::network::ChainConfig;
use bursar_platform::http::{Http, MAX_BODY_BYTES};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An endpoint in use for one piece of work.
#[derive(Clone)]
pub(super) struct RpcConnection {
    pub(super) rpc: Arc<RpcEndpoint>,
    pub(super) config: Arc<ChainConfig>,
    pub(super) unit: Arc<ContractUnit>,
    pub(super) http: Http,
    /// For one request. Short if another endpoint could answer instead.
    pub(super) request_timeout: Duration,
}

impl RpcConnection {
    /// The endpoint's newest block. Also checks that the endpoint serves this chain; the contracts are checked only
    /// when that is due.
    pub(super) async fn fetch_head(&self) -> Result<Block, Fault> {
        let scope = self.check_scope();
        match self.fetch_checked_head(scope).await {
            // A token may answer a symbol of any length. Its balances are worth reading without one.
            Err(Fault::Transport(error))
                if scope.wants_symbol && error.code == Code::AnswerTooLarge =>
            {
                let wants_symbol = false;
                self.fetch_checked_head(CheckScope {
                    wants_symbol,
                    ..scope
                })
                .await
            }
            head => head,
        }
    }

    async fn fetch_checked_head(&self, scope: CheckScope) -> Result<Block, Fault> {
        let mut calls = check_calls(&self.config, scope);
        calls.push(Call::block(BlockId::latest()));
        let mut answers = self.call_batch(&calls, MAX_BODY_BYTES).await?;
        let checked = read_check(&self.config, scope, &mut answers)?;
        let head = answers.next::<Block>("its newest block")?;
        self.record_check(scope, checked, head);
        Ok(head)
    }

    /// What to check before an answer of this endpoint counts.
    pub(super) fn check_scope(&self) -> CheckScope {
        CheckScope {
            known: self.rpc.health().checked(Instant::now()),
            wants_symbol: self.unit.is_open(),
        }
    }

    /// Notes that the endpoint has passed the check, and its newest block.
    pub(super) fn record_check(&self, scope: CheckScope, checked: CheckAnswer, head: Block) {
        self.unit.decide(checked.symbol);
        let is_new = scope.known.is_none();
        self.rpc
            .health()
            .record_success(checked.check, is_new, head, Instant::now());
    }

    /// The token's decimals as this endpoint reports them, and its unit. Call [`RpcConnection::fetch_head`] first.
    pub(super) fn token_facts(&self) -> Result<TokenFacts, Fault> {
        let checked = self.rpc.health().checked(Instant::now());
        let checked = checked.ok_or(Fault::Malformed("decimals"))?;
        Ok(TokenFacts {
            decimals: checked.decimals,
            unit: self.unit.get(),
        })
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
