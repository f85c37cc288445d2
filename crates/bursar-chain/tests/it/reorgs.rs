//! Reorganisations: how blocks and transactions that are gone are noticed, and how many RPCs it takes to believe it.

use crate::anvil::{Anvil, USER};
use crate::chain;
use crate::rpc_proxy::{Mode, Proxy, quantity};
use bursar_chain::BlockStatus;
use bursar_domain::error::Code;
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn replaced_blocks_are_noticed() {
    let anvil = Anvil::start().await;
    let chain = chain(anvil.place(&[&anvil.url()]));
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
    let now_there = chain.block_hash(head).await.unwrap();
    assert!(now_there.is_some_and(|seen| seen != hash));
    assert!(!chain.has_receipt_quorum(USER, &event).await.unwrap());
    assert!(chain.events(USER, 0, head).await.unwrap().events.is_empty());
}

#[tokio::test]
async fn blocks_that_are_gone_are_told_from_an_rpc_that_is_slow() {
    let anvil = Anvil::start().await;
    let chain = chain(anvil.place(&[&anvil.url()]));
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
async fn it_takes_two_to_take_a_block_or_a_transaction_back_and_one_where_there_is_one() {
    let anvil = Anvil::start().await;
    let first = Proxy::start(anvil.url(), Mode::Truth).await;
    let second = Proxy::start(anvil.url(), Mode::Truth).await;
    let both = chain(anvil.place(&[&first.url, &second.url]));
    let alone = chain(anvil.place(&[&first.url]));
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
        Mode::Bend(Arc::new(
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
        let tenure = both.block_status(number, hash).await.unwrap();
        assert!(
            matches!(tenure, BlockStatus::Disputed(_) | BlockStatus::Canonical),
            "{tenure:?}"
        );
        assert!(!both.transaction_is_gone(transaction, number).await);
        // Nor when the other one is silent.
        other.set(Mode::Close);
        let tenure = both.block_status(number, hash).await.unwrap();
        assert!(matches!(tenure, BlockStatus::Disputed(_)), "{tenure:?}");
        assert!(!both.transaction_is_gone(transaction, number).await);
        other.set(Mode::Truth);
        liar.set(Mode::Truth);
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
