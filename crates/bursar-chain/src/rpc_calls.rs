//! Asks an endpoint through alloy: calls go out as one of alloy's batches, and answers come back in the order of the
//! calls. [`super::http_transport`] and [`super::websocket`] carry them.

use super::fault::Fault;
use super::rpc_error::RpcError;
use super::rpc_response::NOT_JSON_RPC;
use alloy::eips::BlockId;
use alloy::primitives::Address;
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
    pub(super) fn contract(to: Address, data: Vec<u8>, at: BlockId) -> Self {
        // Older nodes know the field only as `data`.
        let input = TransactionInput {
            data: Some(data.into()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::eips::BlockNumberOrTag;
    use alloy::primitives::{B256, hex};

    #[test]
    fn writes_calls_as_all_nodes_read_them() {
        let (to, hash) = (Address::repeat_byte(0xba), B256::repeat_byte(0xab));
        let params = |call: Call| (call.method, call.params);
        let data = json!({"to": to, "data": "0x0102"});
        for (at, written) in [
            (BlockId::from(hash), json!({ "blockHash": hash })),
            (BlockId::from(31), json!("0x1f")),
            (BlockId::latest(), json!("latest")),
        ] {
            let call = Call::contract(to, hex!("0102").to_vec(), at);
            assert_eq!(params(call), ("eth_call", json!([data, written])));
        }
        let (by_hash, by_number) = ("eth_getBlockByHash", "eth_getBlockByNumber");
        assert_eq!(params(Call::block(hash)), (by_hash, json!([hash, false])));
        assert_eq!(params(Call::block(0)), (by_number, json!(["0x0", false])));
        let latest = Call::block(BlockId::latest());
        assert_eq!(params(latest), (by_number, json!(["latest", false])));
        let filter = Filter::new()
            .address(to)
            .event_signature(vec![hash])
            .topic2(hash);
        let filter = filter.from_block(9).to_block(BlockNumberOrTag::Latest);
        let written = json!({"address": to, "fromBlock": "0x9", "toBlock": "latest", "topics": [hash, null, hash]});
        assert_eq!(
            params(Call::logs(&filter)),
            ("eth_getLogs", json!([written]))
        );
    }

    #[test]
    fn carries_faults_through_alloy() {
        let refused =
            RpcError::read(&json!({"code": -32005, "message": "rate limit, retry in 10s"}));
        let refused = refused.unwrap();
        let carried = super::super::rpc_response::failure(&refused);
        let error = carried.as_error().unwrap().clone();
        assert_eq!(
            fault(TransportError::err_resp(error)),
            Fault::ErrorResponse(refused)
        );
        let lost = Fault::connection_lost("rpc.example");
        assert_eq!(fault(TransportErrorKind::custom(lost.clone())), lost);
        assert_eq!(fault(TransportErrorKind::backend_gone()), NOT_JSON_RPC);
    }
}
