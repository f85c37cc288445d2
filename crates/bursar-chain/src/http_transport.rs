//! alloy's transport to one RPC endpoint: batches no longer than the endpoint takes, each request sent by the one HTTP
//! client with its limits on time and size. alloy's own HTTP transport has neither limit.

use super::fault::Fault;
use super::rpc_endpoint::RpcEndpoint;
use super::rpc_error::RpcErrorKind;
use super::rpc_response::{NO_BATCH, failure, read_responses};
use alloy::rpc::json_rpc::{Id, RequestPacket, Response, ResponsePacket, SerializedRequest};
use alloy::transports::{TransportError, TransportErrorKind, TransportFut};
use bursar_platform::http::{Http, RESPONSE_TIMEOUT, Request};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::Service;

#[derive(Clone)]
pub(super) struct HttpTransport {
    pub(super) rpc: Arc<RpcEndpoint>,
    pub(super) http: Http,
    /// For one request.
    pub(super) timeout: Duration,
    /// For the response to one request.
    pub(super) max_bytes: usize,
}

impl Service<RequestPacket> for HttpTransport {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        let transport = self.clone();
        Box::pin(async move {
            let responses = transport.send_in_parts(packet.requests()).await;
            responses
                .map(ResponsePacket::from)
                .map_err(TransportErrorKind::custom)
        })
    }
}

impl HttpTransport {
    /// The responses to all requests. A batch that the endpoint finds too long is divided, and the length that it
    /// accepted is remembered.
    async fn send_in_parts(&self, mut rest: &[SerializedRequest]) -> Result<Vec<Response>, Fault> {
        let known = self.rpc.health().max_batch_size;
        let mut at_once = known;
        let mut limit_is_stated = false;
        let mut responses = Vec::with_capacity(rest.len());
        while !rest.is_empty() {
            let (now, later) = rest.split_at(at_once.clamp(1, rest.len()));
            match self.send(now).await {
                Ok(some) => {
                    responses.extend(some);
                    rest = later;
                }
                Err(fault) => {
                    let shorter = smaller_batch_size(&fault, now.len());
                    limit_is_stated |= matches!(
                        fault.rpc_error_kind(),
                        Some(RpcErrorKind::BatchTooLarge { .. })
                    );
                    at_once = shorter.ok_or(fault)?;
                }
            }
        }
        // A single error for a whole batch may have been about one of its calls. It was not if each call is answered
        // when sent alone.
        if at_once < known && (limit_is_stated || responses.iter().all(Response::is_success)) {
            self.rpc.health().max_batch_size = at_once;
        }
        Ok(responses)
    }

    async fn send(&self, requests: &[SerializedRequest]) -> Result<Vec<Response>, Fault> {
        let exchange = self.http.send(Request {
            method: reqwest::Method::POST,
            url: self.rpc.url().clone(),
            headers: vec![("accept", "application/json".to_owned())],
            body: Some(("application/json", encode(requests)?)),
            max_bytes: self.max_bytes,
        });
        let answer = tokio::time::timeout(self.timeout.min(RESPONSE_TIMEOUT), exchange)
            .await
            .map_err(|_| Fault::timed_out(&self.rpc.host))?
            .map_err(Fault::Transport)?;
        let ids: Vec<u64> = requests
            .iter()
            .filter_map(|request| request.id().as_number())
            .collect();
        let error = match read_responses(&answer.body, &ids, answer.retry_after) {
            Err(Fault::ErrorResponse(error)) => {
                error.with_status(answer.status, answer.retry_after)
            }
            responses if answer.status == 200 => return responses,
            Ok(_) | Err(_) => {
                return Err(Fault::HttpStatus {
                    status: answer.status,
                    retry_after: answer.retry_after,
                });
            }
        };
        // Many servers explain a status in JSON-RPC. The status counts if it says more than the error does.
        let status_says_more = match answer.status {
            429 => true,
            503 => error.kind == RpcErrorKind::Other,
            401 | 403 => error.kind == RpcErrorKind::NotAllowed,
            _ => false,
        };
        match ids.as_slice() {
            _ if status_says_more => Err(Fault::HttpStatus {
                status: answer.status,
                retry_after: error.retry_after,
            }),
            // The error of a single call is the result of that call; the error of a batch concerns the whole batch.
            [only] => Ok(vec![Response {
                id: Id::Number(*only),
                payload: failure(&error),
            }]),
            _ => Err(Fault::ErrorResponse(error)),
        }
    }
}

/// The body of one request. A single call is not sent as a batch, which some servers refuse.
fn encode(requests: &[SerializedRequest]) -> Result<Vec<u8>, Fault> {
    match requests {
        [only] => Ok(only.serialized().get().as_bytes().to_vec()),
        many => serde_json::to_vec(many).map_err(|_| Fault::Malformed("a request")),
    }
}

/// How many calls to send at once after a batch of `length` failed; `None` if the batch length is not the cause.
fn smaller_batch_size(fault: &Fault, length: usize) -> Option<usize> {
    use RpcErrorKind::{BatchTooLarge, NotAllowed, RateLimited};
    if length <= 1 {
        return None;
    }
    if let Some(BatchTooLarge { calls }) = fault.rpc_error_kind() {
        let stated = calls.filter(|calls| (1..length).contains(calls));
        return Some(stated.unwrap_or(length / 2));
    }
    let may_be_length = if let Fault::ErrorResponse(error) = fault {
        !matches!(error.kind, RateLimited | NotAllowed)
    } else if let Fault::HttpStatus { status, .. } = fault {
        matches!(status, 400 | 405 | 413 | 415 | 422 | 501)
    } else {
        *fault == NO_BATCH
    };
    may_be_length.then_some(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::rpc::json_rpc::Request;
    use serde_json::{Value, json};

    #[test]
    fn single_call_is_not_sent_as_batch() {
        let call = |id| {
            let request = Request::new("eth_chainId", Id::Number(id), json!([]));
            request.serialize().unwrap()
        };
        let written =
            |id: u64| json!({"jsonrpc": "2.0", "id": id, "method": "eth_chainId", "params": []});
        let sent = |calls: &[SerializedRequest]| -> Value {
            serde_json::from_slice(&encode(calls).unwrap()).unwrap()
        };
        assert_eq!(sent(&[call(7)]), written(7));
        assert_eq!(sent(&[call(7), call(8)]), json!([written(7), written(8)]));
    }
}
