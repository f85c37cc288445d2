//! Reorganisations: how removed blocks and transactions are noticed, and how many endpoints it takes to believe it.

use crate::anvil::{Anvil, USER};
use crate::chain;
use crate::rpc_proxy::{Mode, RpcProxy, quantity};
use bursar_chain::BlockStatus;
use bursar_domain::error::Code;
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn notices_replaced_blocks() {
    let anvil = Anvil::start().await;
    let chain = chain(anvil.config(&[&anvil.url()]));
    anvil.mine(2).await;
    let (kept, kept_hash, _) = chain.head().await.unwrap();
    anvil.credit(5_000_000, "a").await;
    let (head, hash, _) = chain.head().await.unwrap();
    let event = chain
        .events(USER, head, head)
        .await
        .unwrap()
        .events
        .remove(0);
    assert_eq!(chain.block_hash(head).await.unwrap(), Some(hash));

    anvil.call("anvil_reorg", json!([1, []])).await;
    assert_eq!(chain.block_hash(kept).await.unwrap(), Some(kept_hash));
    let replacement = chain.block_hash(head).await.unwrap();
    assert!(replacement.is_some_and(|seen| seen != hash));
    assert!(!chain.has_receipt_quorum(USER, &event).await.unwrap());
    assert!(chain.events(USER, 0, head).await.unwrap().events.is_empty());
}

#[tokio::test]
async fn tells_removed_blocks_from_slow_rpc() {
    let anvil = Anvil::start().await;
    let chain = chain(anvil.config(&[&anvil.url()]));
    let snapshot = anvil.call("evm_snapshot", json!([])).await;
    anvil.mine(20).await;
    let (head, ..) = chain.head().await.unwrap();
    anvil.call("evm_revert", json!([snapshot])).await;
    assert_eq!(chain.block_hash(head).await.unwrap(), None);
    anvil.mine(15).await;
    let error = chain.block_hash(head).await.unwrap_err();
    assert_eq!(
        (error.code, error.retryable),
        (Code::ChainUnavailable, true)
    );
    anvil.mine(5).await;
    assert!(chain.block_hash(head).await.unwrap().is_some());
}

#[tokio::test]
async fn removal_needs_two_hosts_or_the_only_one() {
    let anvil = Anvil::start().await;
    let first = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let second = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let both = chain(anvil.config(&[&first.url, &second.url]));
    let alone = chain(anvil.config(&[&first.url]));
    assert_eq!((both.host_count(), alone.host_count()), (2, 1));
    let transaction = anvil.credit(5_000_000, "a").await;
    let (number, hash, _) = both.head().await.unwrap();
    anvil.mine(1).await;
    for chain in [&both, &alone] {
        assert_eq!(
            chain.block_status(number, hash).await.unwrap(),
            BlockStatus::Canonical
        );
        assert!(!chain.transaction_is_gone(transaction, number).await);
        assert_eq!(
            chain.block_status(number + 50, hash).await.unwrap(),
            BlockStatus::Unknown
        );
        assert!(!chain.transaction_is_gone(transaction, number + 50).await);
    }
    let forgets = || {
        Mode::Alter(Arc::new(
            move |method: &str, params: &Value, answer: &mut Value| {
                let is_it = |at: &Value| at.is_string() && at != "latest" && quantity(at) == number;
                if method == "eth_getBlockByNumber" && is_it(&params[0]) {
                    answer["result"]["hash"] = json!(format!("0x{}", "77".repeat(32)));
                } else if method == "eth_getTransactionReceipt" {
                    answer["result"] = Value::Null;
                }
            },
        ))
    };
    for (liar, other) in [(&first, &second), (&second, &first)] {
        liar.set(forgets());
        let status = both.block_status(number, hash).await.unwrap();
        assert!(
            matches!(status, BlockStatus::Disputed(_) | BlockStatus::Canonical),
            "{status:?}"
        );
        assert!(!both.transaction_is_gone(transaction, number).await);
        // The same if the other one does not answer.
        other.set(Mode::Close);
        let status = both.block_status(number, hash).await.unwrap();
        assert!(matches!(status, BlockStatus::Disputed(_)), "{status:?}");
        assert!(!both.transaction_is_gone(transaction, number).await);
        other.set(Mode::Honest);
        liar.set(Mode::Honest);
    }
    first.set(forgets());
    second.set(forgets());
    assert_eq!(
        both.block_status(number, hash).await.unwrap(),
        BlockStatus::Replaced
    );
    assert!(both.transaction_is_gone(transaction, number).await);
    assert_eq!(
        alone.block_status(number, hash).await.unwrap(),
        BlockStatus::Replaced
    );
    assert!(alone.transaction_is_gone(transaction, number).await);
}
