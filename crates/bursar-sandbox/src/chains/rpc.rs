//! A small JSON-RPC client for the sandbox's own nodes: calls, view calls, and transactions from unlocked accounts.
//! Sending a transaction waits until it is mined.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use alloy_primitives::{Address, hex};
use alloy_sol_types::SolCall;
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// The gas limit of every transaction. An estimate is too tight: another transaction may be mined first and make this
/// one cost more, for example by emptying an account.
const GAS_LIMIT: &str = "0x989680";

const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(10);
const RECEIPT_POLL_INTERVAL: Duration = Duration::from_millis(10);

#[derive(Clone, Debug)]
pub(crate) struct RpcClient {
    http: reqwest::Client,
    url: String,
    next_id: Arc<AtomicU64>,
    /// Held while a transaction is submitted: the node would give two concurrent ones the same nonce.
    sending: Arc<tokio::sync::Mutex<()>>,
}

/// A mined transaction.
#[derive(Clone, Debug)]
pub(crate) struct MinedTransaction {
    pub(crate) transaction: String,
    pub(crate) block: u64,
    /// The address of the contract that the transaction created, if any.
    pub(crate) contract: Option<Address>,
}

impl RpcClient {
    pub(crate) fn new(http: reqwest::Client, url: String) -> Self {
        Self {
            http,
            url,
            next_id: Arc::default(),
            sending: Arc::default(),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) async fn call(&self, method: &str, params: Value) -> Result<Value> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let body = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        let mut response: Value =
            serde_json::from_slice(&self.forward(serde_json::to_vec(&body)?).await?)?;
        if let Some(error) = response.get("error") {
            let text = error
                .get("message")
                .and_then(Value::as_str)
                .unwrap_or("unknown error");
            return Err(Error::new(format!("{method}: {text}")));
        }
        Ok(response
            .get_mut("result")
            .map(Value::take)
            .unwrap_or_default())
    }

    /// Forwards a JSON-RPC body unchanged and returns the response body.
    pub(crate) async fn forward(&self, body: Vec<u8>) -> Result<Vec<u8>> {
        let response = self
            .http
            .post(&self.url)
            .header("content-type", "application/json")
            .timeout(REQUEST_TIMEOUT)
            .body(body)
            .send()
            .await?;
        Ok(response.bytes().await?.to_vec())
    }

    pub(crate) async fn block_number(&self) -> Result<u64> {
        parse_quantity(&self.call("eth_blockNumber", json!([])).await?)
    }

    /// Calls a view function at the latest block.
    pub(crate) async fn call_view<C: SolCall>(&self, to: Address, call: C) -> Result<C::Return> {
        let params = json!([{"to": to, "data": hex::encode_prefixed(call.abi_encode())}, "latest"]);
        let response = self.call("eth_call", params).await?;
        let bytes = hex::decode(response.as_str().unwrap_or_default())
            .map_err(|_| Error::new("eth_call did not return hex"))?;
        Ok(C::abi_decode_returns(&bytes)?)
    }

    pub(crate) async fn send<C: SolCall>(
        &self,
        from: Address,
        to: Address,
        call: C,
    ) -> Result<MinedTransaction> {
        self.transact(
            json!({"from": from, "to": to, "gas": GAS_LIMIT, "data": hex::encode_prefixed(call.abi_encode())}),
        )
        .await
    }

    pub(crate) async fn deploy(&self, from: Address, code: &[u8]) -> Result<Address> {
        let mined = self
            .transact(json!({"from": from, "gas": GAS_LIMIT, "data": hex::encode_prefixed(code)}))
            .await?;
        mined
            .contract
            .ok_or_else(|| Error::new("the deployment created no contract"))
    }

    async fn transact(&self, transaction: Value) -> Result<MinedTransaction> {
        let hash = {
            let _one_at_a_time = self.sending.lock().await;
            self.call("eth_sendTransaction", json!([transaction]))
                .await?
        };
        let deadline = Instant::now() + RECEIPT_TIMEOUT;
        loop {
            let receipt = self
                .call("eth_getTransactionReceipt", json!([hash]))
                .await?;
            if receipt.is_object() {
                return mined(&receipt);
            }
            if Instant::now() > deadline {
                return Err(Error::new("the transaction was not mined within 10 s"));
            }
            tokio::time::sleep(RECEIPT_POLL_INTERVAL).await;
        }
    }
}

fn mined(receipt: &Value) -> Result<MinedTransaction> {
    let text = |name: &str| receipt.get(name).and_then(Value::as_str);
    if text("status") != Some("0x1") {
        return Err(Error::new("the transaction was reverted"));
    }
    Ok(MinedTransaction {
        transaction: text("transactionHash").unwrap_or_default().to_owned(),
        block: parse_quantity(receipt.get("blockNumber").unwrap_or(&Value::Null))?,
        contract: text("contractAddress").and_then(|address| address.parse().ok()),
    })
}

/// Parses a JSON-RPC quantity such as `"0x1f"`.
pub(crate) fn parse_quantity(value: &Value) -> Result<u64> {
    value
        .as_str()
        .and_then(|text| text.strip_prefix("0x"))
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .ok_or_else(|| Error::new(format!("not a quantity: {value}")))
}

pub(crate) fn format_quantity(number: u64) -> Value {
    Value::String(format!("{number:#x}"))
}
