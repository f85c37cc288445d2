//! Sends calls to one RPC endpoint: in batches no longer than the endpoint takes, each request with a limit on time and
//! size. The first request of a piece of work checks that the endpoint serves this chain.

use super::chain_check::{check_calls, read_chain_id, read_check};
use super::eth_calls::{BlockId, get_block};
use super::fault::Fault;
use super::http_transport::HttpTransport;
use super::json_rpc::{self, NO_BATCH};
use super::rpc_calls::{Answers, Call, CallResult};
use super::rpc_endpoint::RpcEndpoint;
use super::rpc_error::RpcErrorKind;
use super::rpc_types::Block;
use alloy::providers::RootProvider;
use alloy::rpc::client::{RpcClient, RpcClientInner};
use bursar_domain::clock::Span;
use bursar_domain::error::{Code, Error};
use bursar_domain::network::ChainConfig;
use bursar_platform::http::{Http, MAX_BODY_BYTES, RESPONSE_TIMEOUT, Request};
use serde_json::json;
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
        let mut calls = match known {
            Some(_) => vec![Call::new("eth_chainId", json!([]))],
            None => check_calls(&self.config),
        };
        calls.push(get_block(BlockId::Latest));
        let mut answers = self.call_batch(&calls, MAX_BODY_BYTES).await?;
        let checked = match known {
            Some(checked) => {
                read_chain_id(&self.config, &mut answers)?;
                checked
            }
            None => read_check(&self.config, &mut answers)?,
        };
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

    /// alloy's provider over this endpoint, with ids for this many calls. A response may have `max_bytes`.
    pub(super) fn provider(&self, calls: usize, max_bytes: usize) -> RootProvider {
        let transport = HttpTransport {
            rpc: Arc::clone(&self.rpc),
            http: self.http.clone(),
            timeout: self.request_timeout,
            max_bytes,
        };
        let client = RpcClientInner::new(transport, false).with_id(self.rpc.reserve_ids(calls));
        RootProvider::new(RpcClient::from_inner(client))
    }

    /// The results of all `calls`. The answers to one request may be at most `limit` bytes. A batch that the endpoint
    /// finds too long is divided, and the length that it accepted is remembered.
    pub(super) async fn call_batch(&self, calls: &[Call], limit: usize) -> Result<Answers, Fault> {
        let known = self.rpc.health().max_batch_size;
        let mut at_once = known;
        let mut limit_is_stated = false;
        let mut results = Vec::with_capacity(calls.len());
        let mut rest = calls;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(at_once.clamp(1, rest.len()));
            match self.send(now, limit).await {
                Ok(some) => {
                    results.extend(some);
                    rest = later;
                }
                Err(fault) => match smaller_batch_size(&fault, now.len()) {
                    Some(shorter) => {
                        limit_is_stated |= matches!(
                            fault.rpc_error_kind(),
                            Some(RpcErrorKind::BatchTooLarge { .. })
                        );
                        at_once = shorter;
                    }
                    None => return Err(fault),
                },
            }
        }
        // A single error for a whole batch may have been about one of its calls. It was not if each call is answered
        // when sent alone.
        let all_answered = results.iter().all(Result::is_ok);
        if at_once < known && (limit_is_stated || all_answered) {
            self.rpc.health().max_batch_size = at_once;
        }
        Ok(Answers::new(results))
    }

    async fn send(&self, calls: &[Call], limit: usize) -> Result<Vec<CallResult>, Fault> {
        let first = self.rpc.reserve_ids(calls.len());
        let exchange = self.http.send(Request {
            method: reqwest::Method::POST,
            url: self.rpc.url.clone(),
            headers: vec![("accept", "application/json".to_owned())],
            body: Some(("application/json", json_rpc::encode_batch(calls, first))),
            max_bytes: limit,
        });
        let answer = tokio::time::timeout(self.request_timeout.min(RESPONSE_TIMEOUT), exchange)
            .await
            .map_err(|_| {
                let message = format!("{} did not answer in time.", self.rpc.host);
                Fault::Transport(Error::passing(Code::Timeout, message))
            })?
            .map_err(Fault::Transport)?;
        let results = json_rpc::decode_batch(&answer.body, first, calls.len());
        let results = results.map(|results| with_retry_after(results, answer.retry_after));
        if answer.status == 200 {
            // The error of a single call is the result of that call; the error of a batch concerns the whole batch.
            return match results {
                Err(Fault::ErrorResponse(error)) => {
                    let refusal = Fault::ErrorResponse(error.with_status(200, answer.retry_after));
                    if calls.len() == 1 {
                        Ok(vec![Err(refusal)])
                    } else {
                        Err(refusal)
                    }
                }
                other => other,
            };
        }
        let status = Fault::HttpStatus {
            status: answer.status,
            retry_after: answer.retry_after,
        };
        // Many servers explain a status in JSON-RPC. The status counts if it says more than the error does.
        match results {
            Err(Fault::ErrorResponse(error)) => {
                let error = error.with_status(answer.status, answer.retry_after);
                let status_says_more = match (answer.status, error.kind) {
                    (429, _) | (503, RpcErrorKind::Other) => true,
                    (401 | 403, kind) => kind == RpcErrorKind::NotAllowed,
                    _ => false,
                };
                match (status_says_more, calls.len()) {
                    (true, _) => Err(Fault::HttpStatus {
                        status: answer.status,
                        retry_after: error.retry_after,
                    }),
                    (false, 1) => Ok(vec![Err(Fault::ErrorResponse(error))]),
                    (false, _) => Err(Fault::ErrorResponse(error)),
                }
            }
            _ => Err(status),
        }
    }
}

/// Adds the wait from the response header to each error.
fn with_retry_after(results: Vec<CallResult>, retry_after: Option<Span>) -> Vec<CallResult> {
    results
        .into_iter()
        .map(|result| match result {
            Err(Fault::ErrorResponse(error)) => {
                Err(Fault::ErrorResponse(error.with_status(200, retry_after)))
            }
            other => other,
        })
        .collect()
}

/// How many calls to send at once after a batch of `length` failed; `None` if the batch length is not the cause.
fn smaller_batch_size(fault: &Fault, length: usize) -> Option<usize> {
    if length <= 1 {
        return None;
    }
    match fault {
        Fault::ErrorResponse(error) => match error.kind {
            RpcErrorKind::BatchTooLarge { calls } => Some(
                calls
                    .filter(|calls| (1..length).contains(calls))
                    .unwrap_or(length / 2),
            ),
            RpcErrorKind::RateLimited | RpcErrorKind::NotAllowed => None,
            RpcErrorKind::RangeTooLarge { .. }
            | RpcErrorKind::LimitExceeded
            | RpcErrorKind::Pruned
            | RpcErrorKind::AboveHead
            | RpcErrorKind::UnknownBlock
            | RpcErrorKind::TimedOut
            | RpcErrorKind::UnsupportedMethod
            | RpcErrorKind::NodeFailure
            | RpcErrorKind::Other => Some(1),
        },
        Fault::HttpStatus { status, .. } => {
            matches!(status, 400 | 405 | 413 | 415 | 422 | 501).then_some(1)
        }
        Fault::Malformed(_) => (*fault == NO_BATCH).then_some(1),
        Fault::Transport(_)
        | Fault::WrongChain { .. }
        | Fault::NoContract(_)
        | Fault::Behind
        | Fault::Pruned => None,
    }
}
