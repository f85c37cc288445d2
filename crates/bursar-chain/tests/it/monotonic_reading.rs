//! Figures never fall behind those that were shown, unless blocks were replaced or nobody has known them for ten minutes.

use crate::anvil::{Anvil, USER};
use crate::rpc_proxy::{Mode, Proxy, quantity};
use crate::{chain, now};
use bursar_chain::Chain;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Code;
use bursar_domain::high_water_mark::{HighWaterMark, ReadingUpdate, Regression};
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
