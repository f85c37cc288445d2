//! Ethereum JSON-RPC calls that name a block.

use super::rpc_calls::Call;
use super::rpc_types::hex_quantity;
use alloy_primitives::{Address, B256, hex};
use serde_json::json;

/// A block as calls name it.
#[derive(Clone, Copy, Debug)]
pub(super) enum BlockId {
    Hash(B256),
    Number(u64),
    Latest,
}

impl BlockId {
    fn param(self) -> serde_json::Value {
        match self {
            Self::Hash(hash) => json!({ "blockHash": hash }),
            Self::Number(number) => json!(hex_quantity(number)),
            Self::Latest => json!("latest"),
        }
    }
}

/// A contract's view function at a block.
pub(super) fn eth_call(to: Address, data: &[u8], at: BlockId) -> Call {
    let transaction = json!({"to": to, "data": hex::encode_prefixed(data)});
    Call::new("eth_call", json!([transaction, at.param()]))
}

/// A block without its transactions.
pub(super) fn get_block(at: BlockId) -> Call {
    match at {
        BlockId::Hash(hash) => Call::new("eth_getBlockByHash", json!([hash, false])),
        BlockId::Number(_) | BlockId::Latest => {
            Call::new("eth_getBlockByNumber", json!([at.param(), false]))
        }
    }
}
