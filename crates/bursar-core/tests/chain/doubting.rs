//! What it takes to believe an endpoint, and to take back what was believed: figures that do not fall behind, events that
//! were left out, blocks and transactions that are gone.

use crate::anvil::{Anvil, USER};
use crate::proxy::{Mode, Proxy};
use crate::{chain, now};
use bursar_core::chain::{BlockStatus, Chain};
use bursar_core::chain_reading::ChainReading;
use bursar_core::clock::{Span, Timestamp};
use bursar_core::error::Code;
use bursar_core::high_water_mark::{HighWaterMark, ReadingUpdate, Regression};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

fn mark(reading: &ChainReading, regression: Regression) -> HighWaterMark {
    HighWaterMark {
        block: reading.block,
        hash: reading.block_hash,
        checkpoints: Vec::new(),
        regression,
    }
}

/// A node that knows nothing above the block `old`, as it was told then.
fn standing_still(old: Value) -> Mode {
    let most = quantity(&old["number"]);
    Mode::Bend(Arc::new(move |method, params, answer| {
        if method != "eth_getBlockByNumber" {
            return;
        }
        if params[0] == "latest" {
            answer["result"] = old.clone();
        } else if quantity(&params[0]) > most {
            answer["result"] = Value::Null;
        }
    }))
}

fn quantity(text: &Value) -> u64 {
    u64::from_str_radix(text.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

async fn look(chain: &Chain, mark: &HighWaterMark, at: Timestamp) -> ReadingUpdate {
    chain.read_monotonic(USER, Some(mark), at).await.unwrap()
}

#[tokio::test]
async fn an_endpoint_that_stands_still_lowers_no_figure_for_ten_minutes() {
    let anvil = Anvil::start().await;
    anvil.credit(3_980_000, "before").await;
    let old = anvil.head().await;
    let a = Proxy::start(anvil.url(), Mode::Truth).await;
    let b = Proxy::start(anvil.url(), standing_still(old.clone())).await;
    let chain = chain(anvil.place(&[&a.url, &b.url]));
    anvil.mine(2).await;
    anvil.credit(30_000_000, "after").await;
    let first = chain.read_monotonic(USER, None, now()).await.unwrap();
    let newest = first.reading.unwrap();
    assert_eq!(newest.free.to_string(), "33.980000 USDC");

    a.set(Mode::Close);
    let begun = now();
    let update = look(&chain, &mark(&newest, Regression::default()), begun).await;
    assert_eq!(update.reading, None);
    assert_eq!(update.problem.unwrap().code, Code::ChainUnavailable);
    let later = begun.plus(Span::minutes(10));
    let update = look(&chain, &mark(&newest, update.regression), later).await;
    let older = update.reading.unwrap();
    assert_eq!(json!(older.block_hash), old["hash"]);
    assert_eq!(older.free.to_string(), "3.980000 USDC");
    assert_eq!(update.problem.unwrap().code, Code::ChainWentBack);
    // The one that has it is back: its word is enough.
    a.set(Mode::Truth);
    let update = look(&chain, &mark(&older, update.regression), later).await;
    assert_eq!(update.reading.unwrap().block, newest.block);
    assert_eq!(
        (update.problem, update.regression),
        (None, Regression::default())
    );
}

#[tokio::test]
async fn an_endpoint_that_knows_the_block_but_not_the_figures_stops_the_wait() {
    let anvil = Anvil::start().await;
    let old = anvil.head().await;
    anvil.credit(30_000_000, "after").await;
    let a = Proxy::start(anvil.url(), Mode::Truth).await;
    let b = Proxy::start(anvil.url(), standing_still(old)).await;
    let chain = chain(anvil.place(&[&a.url, &b.url]));
    let newest = chain.read(USER, now()).await.unwrap();
    a.set(Mode::Bend(Arc::new(|method, params, answer| {
        if method == "eth_call" && params[1] != "latest" {
            answer["result"] = json!("0x");
        }
    })));
    let regression = Regression {
        block_missing_since: Some((newest.block, now().minus(Span::hours(1)))),
        regressed_from: None,
    };
    let update = look(&chain, &mark(&newest, regression), now()).await;
    assert_eq!(
        (update.reading, update.regression),
        (None, Regression::default())
    );
}

#[tokio::test]
async fn a_shared_address_is_asked_again_until_a_node_has_the_block() {
    let anvil = Anvil::start().await;
    let old = anvil.head().await;
    anvil.credit(30_000_000, "after").await;
    let count = AtomicU64::new(0);
    let (number, most) = (old["number"].clone(), quantity(&old["number"]));
    let shared = Proxy::bend(anvil.url(), move |method, params, answer| {
        let is_head = method == "eth_getBlockByNumber" && params[0] == "latest";
        // Two of three requests reach the older node.
        if is_head && !count.fetch_add(1, Ordering::Relaxed).is_multiple_of(3) {
            answer["result"] = old.clone();
        }
        if method == "eth_blockNumber" {
            answer["result"] = number.clone();
        }
    })
    .await;
    let chain = chain(anvil.place(&[&shared.url]));
    let newest = chain.read(USER, now()).await.unwrap();
    assert!(newest.block > most);
    for _ in 0..6 {
        let update = look(&chain, &mark(&newest, Regression::default()), now()).await;
        assert_eq!(update.reading.unwrap().block, newest.block);
    }
}

#[tokio::test]
async fn a_shorter_chain_is_told_from_an_older_one_by_the_blocks_below() {
    let anvil = Anvil::start().await;
    anvil.mine(3).await;
    let snapshot = anvil.call("evm_snapshot", json!([])).await;
    anvil.mine(2).await;
    let second = Proxy::start(anvil.url(), Mode::Truth).await;
    let chain = chain(anvil.place(&[&anvil.url(), &second.url]));
    let (number, hash, _) = chain.head().await.unwrap();
    anvil.mine(20).await;
    let newest = chain.read(USER, now()).await.unwrap();
    let checkpointed = HighWaterMark {
        checkpoints: vec![(newest.block, newest.block_hash), (number, hash)],
        ..mark(&newest, Regression::default())
    };
    anvil.call("evm_revert", json!([snapshot])).await;
    // Shorter, and so far the same as ever: that may be a node that is behind.
    assert_eq!(look(&chain, &checkpointed, now()).await.reading, None);
    anvil.pass(100).await;
    anvil.mine(5).await;
    // Other blocks in the place of known ones: as both say so, there is nothing to wait for.
    let update = look(&chain, &checkpointed, now()).await;
    assert!(update.lowers_mark && update.problem.is_none());
    assert!(update.reading.unwrap().block < newest.block);
    // One alone is not believed.
    second.set(Mode::Close);
    assert_eq!(look(&chain, &checkpointed, now()).await.reading, None);
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

fn without_logs() -> Mode {
    Mode::Bend(Arc::new(|method, _, answer| {
        if method == "eth_getLogs" {
            answer["result"] = json!([]);
        }
    }))
}

#[tokio::test]
async fn what_one_endpoint_left_out_is_had_where_both_have_the_receipt() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    anvil.credit(6_000_000, "b").await;
    let first = Proxy::start(anvil.url(), Mode::Truth).await;
    let second = Proxy::start(anvil.url(), Mode::Truth).await;
    let both = chain(anvil.place(&[&first.url, &second.url]));
    let (head, ..) = both.head().await.unwrap();
    let truth = both.events_cross_checked(USER, 0, head).await.unwrap();
    assert_eq!(truth.events.len(), 2);
    let without_one = || {
        Mode::Bend(Arc::new(|method: &str, _: &Value, answer: &mut Value| {
            if method == "eth_getLogs" {
                answer["result"].as_array_mut().unwrap().pop();
            }
        }))
    };
    for forgetful in [&first, &second] {
        for mode in [without_logs(), without_one()] {
            forgetful.set(mode);
            let told = both.events_cross_checked(USER, 0, head).await.unwrap();
            assert_eq!(told, truth);
        }
        forgetful.set(Mode::Truth);
    }
    // An invented one is at nobody's receipt.
    for liar in [&first, &second] {
        liar.set(Mode::Bend(Arc::new(|method, _, answer| {
            if method == "eth_getLogs" {
                let logs = answer["result"].as_array_mut().unwrap();
                let mut invented = logs[0].clone();
                invented["logIndex"] = json!("0x99");
                logs.push(invented);
            }
        })));
        let error = both.events_cross_checked(USER, 0, head).await.unwrap_err();
        assert_eq!(error.code, Code::RpcsDisagree, "{error}");
        liar.set(Mode::Truth);
    }
    // The other one does not answer: the first is believed, as it is without one.
    second.set(Mode::Close);
    first.set(without_logs());
    let told = both.events_cross_checked(USER, 0, head).await.unwrap();
    assert!(told.events.is_empty());
}

#[tokio::test]
async fn what_two_endpoints_count_in_different_ways_is_the_same_event() {
    let anvil = Anvil::start().await;
    for (amount, id) in [(5_000_000, "a"), (6_000_000, "b")] {
        anvil.credit(amount, id).await;
    }
    let first = Proxy::start(anvil.url(), Mode::Truth).await;
    let second = Proxy::start(anvil.url(), Mode::Truth).await;
    let both = chain(anvil.place(&[&first.url, &second.url]));
    let (head, ..) = both.head().await.unwrap();
    let counting = |leaves_out: bool| {
        Mode::Bend(Arc::new(
            move |method: &str, _: &Value, answer: &mut Value| {
                if method == "eth_getLogs" {
                    let logs = answer["result"].as_array_mut().unwrap();
                    logs.iter_mut()
                        .for_each(|log| log["logIndex"] = json!("0x40"));
                    if leaves_out {
                        logs.pop();
                    }
                }
            },
        ))
    };
    for other in [&first, &second] {
        for leaves_out in [false, true] {
            other.set(counting(leaves_out));
            let told = both.events_cross_checked(USER, 0, head).await.unwrap();
            let amounts: Vec<_> = told
                .events
                .iter()
                .map(|event| event.amount.to_string())
                .collect();
            assert_eq!(amounts, ["6.000000 USDC", "5.000000 USDC"]);
        }
        other.set(Mode::Truth);
    }
}

#[tokio::test]
async fn balances_after_an_earlier_block_are_had_where_they_are_kept() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let (number, hash, _) = chain(anvil.place(&[&anvil.url()])).head().await.unwrap();
    anvil.credit(6_000_000, "b").await;
    let proxy = Proxy::start(anvil.url(), Mode::Truth).await;
    let chain = chain(anvil.place(&[&proxy.url]));
    let then = chain.balances_after(USER, number, Some(hash)).await;
    assert_eq!(then.unwrap().unwrap().free.to_string(), "5.000000 USDC");
    let other = chain.balances_after(USER, number, Some(Default::default()));
    assert_eq!(other.await.unwrap(), None);
    proxy.set(Mode::Bend(Arc::new(|method, params, answer| {
        if method == "eth_call" && params[1] != "latest" {
            crate::proxy::refuse(answer, -32000, "missing trie node");
        }
    })));
    let pruned = chain.balances_after(USER, number, None).await;
    assert_eq!(pruned.unwrap(), None);
    proxy.set(Mode::Truth);
    assert!(
        chain.read(USER, now()).await.is_ok(),
        "it is asked as before"
    );
}
