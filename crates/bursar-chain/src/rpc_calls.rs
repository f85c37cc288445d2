//! Asks an endpoint through alloy: calls go out as one of alloy's batches, and answers come back in the order of the
//! calls. [`super::http_transport`] and [`super::websocket`] carry them.

use super::fault::Fault;
use super::rpc_error::RpcError;
use super::rpc_response::NOT_JSON_RPC;
use alloy::eips::BlockId;
use alloy::primitives::{Address, B256, Bytes};
use alloy::rpc::client::{BatchRequest, ClientRef, Waiter};
use alloy::rpc::types::{Filter, TransactionInput, TransactionRequest};
use alloy::transports::{TransportError, TransportErrorKind};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// One call of a method.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) params: Value,
}

impl Call {
    pub(super) fn new(method: &'static str, params: Value) -> Self {
        Self { method, params }
    }

    /// A contract's view function at a block.
    pub(super) fn contract(to: Address, data: Bytes, at: BlockId) -> Self {
        // Older nodes know the field only as `data`.
        let input = TransactionInput {
            data: Some(data),
            input: None,
        };
        let transaction = TransactionRequest::default().to(to).input(input);
        // alloy writes a hash without the object that EIP-1898 asks for.
        let at = match at {
            BlockId::Hash(hash) => json!({ "blockHash": hash.block_hash }),
            BlockId::Number(number) => json!(number),
        };
        Self::new("eth_call", json!([transaction, at]))
    }

    /// A block without its transactions.
    pub(super) fn block(at: impl Into<BlockId>) -> Self {
        match at.into() {
            BlockId::Hash(hash) => Self::new("eth_getBlockByHash", json!([hash.block_hash, false])),
            BlockId::Number(number) => Self::new("eth_getBlockByNumber", json!([number, false])),
        }
    }

    pub(super) fn logs(filter: &Filter) -> Self {
        Self::new("eth_getLogs", json!([filter]))
    }

    pub(super) fn receipt(transaction: B256) -> Self {
        Self::new("eth_getTransactionReceipt", json!([transaction]))
    }
}

/// The result of one call as it came, or the error that the node returned for it.
pub(super) type CallResult = Result<Box<RawValue>, Fault>;

/// Sends the calls in one of alloy's batches and returns their answers.
///
/// # Errors
/// What went wrong with the batch as a whole.
pub(super) async fn ask(client: ClientRef<'_>, calls: &[Call]) -> Result<Answers, Fault> {
    let mut batch = BatchRequest::new(client);
    let waiters: Result<Vec<Waiter<Box<RawValue>>>, _> = calls
        .iter()
        .map(|call| batch.add_call(call.method, &call.params))
        .collect();
    let waiters = waiters.map_err(fault)?;
    batch.send().await.map_err(fault)?;
    let mut answers = Vec::with_capacity(waiters.len());
    for waiter in waiters {
        answers.push(waiter.await.map_err(fault));
    }
    Ok(Answers::new(answers))
}

/// Answers in the order of their calls, taken one after the other.
#[derive(Debug)]
pub(super) struct Answers(std::vec::IntoIter<CallResult>);

impl Answers {
    pub(super) fn new(results: Vec<CallResult>) -> Self {
        Self(results.into_iter())
    }

    /// The next answer in the form that its call promises.
    ///
    /// # Errors
    /// The error that the node returned, or [`Fault::Malformed`] with `what`.
    pub(super) fn next<T: DeserializeOwned>(&mut self, what: &'static str) -> Result<T, Fault> {
        decode(&self.0.next().ok_or(Fault::Malformed(what))??, what)
    }
}

/// A result in the form that its call promises. alloy's own decoding would copy what it cannot read into an error and
/// into logs, and take a result that looks like an error for one.
///
/// # Errors
/// [`Fault::Malformed`] with `what`.
pub(super) fn decode<T: DeserializeOwned>(
    result: &RawValue,
    what: &'static str,
) -> Result<T, Fault> {
    serde_json::from_str(result.get()).map_err(|_| Fault::Malformed(what))
}

/// The fault in an error of alloy, which carries a [`Fault`] of the transport and the [`RpcError`] of a call unchanged.
pub(super) fn fault(error: TransportError) -> Fault {
    let response = error.as_error_resp();
    let refused = response.and_then(|error| error.try_data_as::<RpcError>()?.ok());
    let carried = error
        .as_transport_err()
        .and_then(TransportErrorKind::as_custom);
    refused
        .map(Fault::ErrorResponse)
        .or_else(|| carried?.downcast_ref::<Fault>().cloned())
        .unwrap_or(NOT_JSON_RPC)
}
