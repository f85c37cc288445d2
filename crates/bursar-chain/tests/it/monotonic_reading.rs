//! Figures never fall behind those already shown, unless blocks were replaced or unknown for ten minutes.

use crate::anvil::{Anvil, USER};
use crate::rpc_proxy::{Mode, RpcProxy, quantity};
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

/// A node that knows nothing above the block `old`, which it reports as its head.
fn stalled_at(old: Value) -> Mode {
    let most = quantity(&old["number"]);
    Mode::Alter(Arc::new(move |method, params, answer| {
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

async fn read(chain: &Chain, mark: &HighWaterMark, at: Timestamp) -> ReadingUpdate {
    chain.read_monotonic(USER, Some(mark), at).await.unwrap()
}

#[tokio::test]
async fn stalled_endpoint_lowers_no_figure_for_ten_minutes() {
    let anvil = Anvil::start().await;
    anvil.credit(3_980_000, "before").await;
    let old = anvil.head().await;
    let a = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let b = RpcProxy::start(anvil.url(), stalled_at(old.clone())).await;
    let chain = chain(anvil.config(&[&a.url, &b.url]));
    anvil.mine(2).await;
    anvil.credit(30_000_000, "after").await;
    let first = chain.read_monotonic(USER, None, now()).await.unwrap();
    let newest = first.reading.unwrap();
    assert_eq!(newest.free.to_string(), "33.980000 USDC");

    a.set(Mode::Close);
    let begun = now();
    let update = read(&chain, &mark(&newest, Regression::default()), begun).await;
    assert_eq!(update.reading, None);
    assert_eq!(update.problem.unwrap().code, Code::ChainUnavailable);
    let later = begun.plus(Span::minutes(10));
    let update = read(&chain, &mark(&newest, update.regression), later).await;
    let older = update.reading.unwrap();
    assert_eq!(json!(older.block_hash), old["hash"]);
    assert_eq!(older.free.to_string(), "3.980000 USDC");
    assert_eq!(update.problem.unwrap().code, Code::ChainWentBack);
    // The endpoint that has it is back, and is enough.
    a.set(Mode::Honest);
    let update = read(&chain, &mark(&older, update.regression), later).await;
    assert_eq!(update.reading.unwrap().block, newest.block);
    assert_eq!(
        (update.problem, update.regression),
        (None, Regression::default())
    );
}

#[tokio::test]
async fn endpoint_with_block_but_without_figures_stops_wait() {
    let anvil = Anvil::start().await;
    let old = anvil.head().await;
    anvil.credit(30_000_000, "after").await;
    let a = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let b = RpcProxy::start(anvil.url(), stalled_at(old)).await;
    let chain = chain(anvil.config(&[&a.url, &b.url]));
    let newest = chain.read(USER, now()).await.unwrap();
    a.set(Mode::Alter(Arc::new(|method, params, answer| {
        if method == "eth_call" && params[1] != "latest" {
            answer["result"] = json!("0x");
        }
    })));
    let regression = Regression {
        block_missing_since: Some((newest.block, now().minus(Span::hours(1)))),
        regressed_from: None,
    };
    let update = read(&chain, &mark(&newest, regression), now()).await;
    assert_eq!(
        (update.reading, update.regression),
        (None, Regression::default())
    );
}

#[tokio::test]
async fn retries_shared_address_until_node_has_block() {
    let anvil = Anvil::start().await;
    let old = anvil.head().await;
    anvil.credit(30_000_000, "after").await;
    let count = AtomicU64::new(0);
    let (number, most) = (old["number"].clone(), quantity(&old["number"]));
    let shared = RpcProxy::altering(anvil.url(), move |method, params, answer| {
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
    let chain = chain(anvil.config(&[&shared.url]));
    let newest = chain.read(USER, now()).await.unwrap();
    assert!(newest.block > most);
    for _ in 0..6 {
        let update = read(&chain, &mark(&newest, Regression::default()), now()).await;
        assert_eq!(update.reading.unwrap().block, newest.block);
    }
}

#[tokio::test]
async fn distinguishes_shorter_chain_from_endpoint_behind() {
    let anvil = Anvil::start().await;
    anvil.mine(3).await;
    let snapshot = anvil.call("evm_snapshot", json!([])).await;
    anvil.mine(2).await;
    let second = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let chain = chain(anvil.config(&[&anvil.url(), &second.url]));
    let (number, hash, _) = chain.head().await.unwrap();
    anvil.mine(20).await;
    let newest = chain.read(USER, now()).await.unwrap();
    let checkpointed = HighWaterMark {
        checkpoints: vec![(newest.block, newest.block_hash), (number, hash)],
        ..mark(&newest, Regression::default())
    };
    anvil.call("evm_revert", json!([snapshot])).await;
    // Shorter and otherwise unchanged: that may be a node that is behind.
    assert_eq!(read(&chain, &checkpointed, now()).await.reading, None);
    anvil.advance_time(100).await;
    anvil.mine(5).await;
    // Known blocks were replaced. As both report it, there is no reason to wait.
    let update = read(&chain, &checkpointed, now()).await;
    assert!(update.lowers_mark && update.problem.is_none());
    assert!(update.reading.unwrap().block < newest.block);
    // One alone is not believed.
    second.set(Mode::Close);
    assert_eq!(read(&chain, &checkpointed, now()).await.reading, None);
}
