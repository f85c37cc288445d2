//! The WebSocket subscription, which reports events at once.

use crate::anvil::{Anvil, CHAIN_ID, STRANGER, USER};
use crate::websocket_server::{Order, Server};
use crate::{chain, until};
use bursar_chain::{Chain, SubscriptionUpdate};
use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::clock::Timestamp;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use url::Url;

fn watch(chain: &Chain) -> mpsc::Receiver<SubscriptionUpdate> {
    let (out, signals) = mpsc::channel(16);
    let chain = chain.clone();
    tokio::spawn(async move { chain.subscribe(USER, out).await });
    signals
}

async fn next(signals: &mut mpsc::Receiver<SubscriptionUpdate>) -> SubscriptionUpdate {
    tokio::time::timeout(Duration::from_secs(20), signals.recv())
        .await
        .unwrap()
        .unwrap()
}

async fn next_event(signals: &mut mpsc::Receiver<SubscriptionUpdate>) -> (BalanceEvent, bool) {
    let signal = next(signals).await;
    let SubscriptionUpdate::Event { event, removed } = signal else {
        panic!("{signal:?}");
    };
    (event, removed)
}

#[tokio::test]
async fn a_credit_is_told_within_a_second() {
    let anvil = Anvil::start().await;
    let chain = chain(anvil.place(&[&anvil.url()]));
    assert!(chain.has_subscription());
    let mut signals = watch(&chain);
    assert_eq!(next(&mut signals).await, SubscriptionUpdate::Connected);
    anvil.credit_to(STRANGER, 1, "another's").await;
    let sent = Instant::now();
    anvil.credit(5_000_000, "a").await;
    let (event, removed) = next_event(&mut signals).await;
    assert!(
        sent.elapsed() < Duration::from_secs(1),
        "{:?}",
        sent.elapsed()
    );
    assert!(!removed);
    let (head, ..) = chain.head().await.unwrap();
    assert_eq!(chain.events(USER, 0, head).await.unwrap().events, [event]);
}

fn log(hash_end: &str, removed: bool) -> Value {
    // 5 units under the id "a".
    let data = format!("0x{:064x}{:064x}{:064x}61{}", 5, 64, 1, "00".repeat(31));
    json!({
        "address": format!("0x{}", "ba".repeat(20)),
        "topics": [
            alloy_primitives::keccak256("UserBalanceIncrease(address,address,address,uint256,string)"),
            format!("0x{}{}", "00".repeat(12), "70".repeat(20)),
            USER.into_word(),
            STRANGER.into_word(),
        ],
        "data": data,
        "blockNumber": "0x9",
        "blockHash": format!("0x{}{hash_end}", "ab".repeat(31)),
        "transactionHash": format!("0x{}", "cd".repeat(32)),
        "logIndex": "0x0",
        "removed": removed,
    })
}

fn chain_watching(server: &Server) -> Chain {
    let repeated = alloy_primitives::Address::repeat_byte;
    chain(bursar_domain::network::ChainPlace {
        id: CHAIN_ID,
        rpc: Vec::new(),
        ws: Some(Url::parse(&server.url).unwrap()),
        balance: repeated(0xba),
        token: repeated(0x70),
        explorer: None,
        start_block: 0,
    })
}

#[tokio::test]
async fn what_was_told_is_taken_back_and_a_lost_connection_comes_again() {
    let server = Server::honest().await;
    let mut signals = watch(&chain_watching(&server));
    assert_eq!(next(&mut signals).await, SubscriptionUpdate::Connected);
    server.order(Order::Send(log("01", false))).await;
    let (told, removed) = next_event(&mut signals).await;
    assert_eq!(
        (told.block, told.block_time, removed),
        (9, Timestamp(100_000), false)
    );
    assert_eq!(
        told.kind,
        EventKind::Credit {
            top_up_id: "a".to_owned()
        }
    );

    server.order(Order::Drop).await;
    assert_eq!(next(&mut signals).await, SubscriptionUpdate::Disconnected);
    assert_eq!(next(&mut signals).await, SubscriptionUpdate::Connected);
    // A block that nobody knows any more is not told of at all.
    server.order(Order::Send(log("ff", true))).await;
    server.order(Order::Send(log("01", true))).await;
    assert_eq!(next_event(&mut signals).await, (told, true));
}

#[tokio::test]
async fn what_was_not_asked_for_breaks_the_subscription() {
    let mut foreign = log("01", false);
    foreign["topics"][2] = json!(STRANGER.into_word());
    for order in [
        Order::Text("<html>".to_owned()),
        Order::Text("[".repeat(10_000)),
        Order::Text(r#"{"jsonrpc":"2.0","id":99,"result":"0x1"}"#.to_owned()),
        Order::Send(foreign),
        Order::Text("x".repeat(2 * 1024 * 1024)),
    ] {
        let server = Server::honest().await;
        let mut signals = watch(&chain_watching(&server));
        assert_eq!(next(&mut signals).await, SubscriptionUpdate::Connected);
        server.order(order).await;
        assert_eq!(next(&mut signals).await, SubscriptionUpdate::Disconnected);
    }
}

#[tokio::test]
async fn a_subscription_to_another_chain_never_stands() {
    let server = Server::start(1).await;
    let mut signals = watch(&chain_watching(&server));
    let waited = tokio::time::timeout(Duration::from_secs(2), signals.recv()).await;
    assert!(waited.is_err(), "{waited:?}");
}

#[tokio::test]
async fn silence_is_noticed() {
    let server = Server::honest().await;
    let mut signals = watch(&chain_watching(&server));
    assert_eq!(next(&mut signals).await, SubscriptionUpdate::Connected);
    server.order(Order::FallSilent).await;
    // From here on nothing comes over the wire, so that time may run ahead.
    tokio::task::yield_now().await;
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let signal = tokio::time::timeout(Duration::from_secs(120), signals.recv())
        .await
        .unwrap();
    assert_eq!(signal, Some(SubscriptionUpdate::Disconnected));
    assert!(
        (30..=45).contains(&start.elapsed().as_secs()),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn silence_is_noticed_later_while_nothing_is_expected_and_soon_again_once_something_is() {
    for (hurry, least, most) in [(false, 600, 1_000), (true, 30, 400)] {
        let server = Server::honest().await;
        let chain = chain_watching(&server);
        let mut signals = watch(&chain);
        assert_eq!(next(&mut signals).await, SubscriptionUpdate::Connected);
        chain.set_active(false);
        server.order(Order::FallSilent).await;
        tokio::task::yield_now().await;
        tokio::time::pause();
        let start = tokio::time::Instant::now();
        if hurry {
            tokio::time::sleep(Duration::from_secs(300)).await;
            chain.set_active(true);
        }
        let patience = Duration::from_secs(2_000);
        let signal = tokio::time::timeout(patience, signals.recv()).await;
        assert_eq!(signal.unwrap(), Some(SubscriptionUpdate::Disconnected));
        let took = start.elapsed().as_secs();
        assert!((least..=most).contains(&took), "{hurry}: {took} s");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn the_watch_ends_when_nobody_listens() {
    let server = Server::honest().await;
    let chain = chain_watching(&server);
    let (out, mut signals) = mpsc::channel(1);
    let task = tokio::spawn(async move { chain.subscribe(USER, out).await });
    assert_eq!(signals.recv().await, Some(SubscriptionUpdate::Connected));
    drop(signals);
    until(async || task.is_finished().then_some(())).await;
}
