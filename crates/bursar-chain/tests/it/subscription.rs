//! The WebSocket subscription, which reports events at once.

use crate::anvil::{Anvil, CHAIN_ID, STRANGER, USER};
use crate::websocket_server::{Command, Server};
use crate::{chain, until};
use bursar_chain::{Chain, SubscriptionUpdate};
use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::clock::Timestamp;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use url::Url;

fn subscribe(chain: &Chain) -> mpsc::Receiver<SubscriptionUpdate> {
    let (out, updates) = mpsc::channel(16);
    let chain = chain.clone();
    tokio::spawn(async move { chain.subscribe(USER, out).await });
    updates
}

async fn next_update(updates: &mut mpsc::Receiver<SubscriptionUpdate>) -> SubscriptionUpdate {
    tokio::time::timeout(Duration::from_secs(20), updates.recv())
        .await
        .unwrap()
        .unwrap()
}

async fn next_event(updates: &mut mpsc::Receiver<SubscriptionUpdate>) -> (BalanceEvent, bool) {
    let update = next_update(updates).await;
    let SubscriptionUpdate::Event { event, removed } = update else {
        panic!("{update:?}");
    };
    (event, removed)
}

#[tokio::test]
async fn reports_credit_within_a_second() {
    let anvil = Anvil::start().await;
    let chain = chain(anvil.config(&[&anvil.url()]));
    assert!(chain.has_subscription());
    let mut updates = subscribe(&chain);
    assert_eq!(
        next_update(&mut updates).await,
        SubscriptionUpdate::Connected
    );
    anvil.credit_to(STRANGER, 1, "another's").await;
    let sent = Instant::now();
    anvil.credit(5_000_000, "a").await;
    let (event, removed) = next_event(&mut updates).await;
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
            alloy::primitives::keccak256("UserBalanceIncrease(address,address,address,uint256,string)"),
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

fn chain_with_websocket(server: &Server) -> Chain {
    let repeated = alloy::primitives::Address::repeat_byte;
    chain(bursar_domain::network::ChainConfig {
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
async fn reports_removed_event_and_reconnects() {
    let server = Server::honest().await;
    let mut updates = subscribe(&chain_with_websocket(&server));
    assert_eq!(
        next_update(&mut updates).await,
        SubscriptionUpdate::Connected
    );
    server.command(Command::SendLog(log("01", false))).await;
    let (event, removed) = next_event(&mut updates).await;
    assert_eq!(
        (event.block, event.block_time, removed),
        (9, Timestamp(100_000), false)
    );
    assert_eq!(
        event.kind,
        EventKind::Credit {
            top_up_id: "a".to_owned()
        }
    );

    server.command(Command::Disconnect).await;
    assert_eq!(
        next_update(&mut updates).await,
        SubscriptionUpdate::Disconnected
    );
    assert_eq!(
        next_update(&mut updates).await,
        SubscriptionUpdate::Connected
    );
    // An event of a block that nobody knows any more is not reported at all.
    server.command(Command::SendLog(log("ff", true))).await;
    server.command(Command::SendLog(log("01", true))).await;
    assert_eq!(next_event(&mut updates).await, (event, true));
}

#[tokio::test]
async fn unexpected_message_ends_subscription() {
    let mut foreign = log("01", false);
    foreign["topics"][2] = json!(STRANGER.into_word());
    let other_subscription = json!({
        "jsonrpc": "2.0", "method": "eth_subscription", "params": {"subscription": "0xother", "result": log("01", false)}
    });
    for command in [
        Command::SendText(other_subscription.to_string()),
        Command::SendText(r#"{"id":null,"error":{"code":-32000,"message":"no"}}"#.to_owned()),
        Command::SendText("<html>".to_owned()),
        Command::SendText("[".repeat(10_000)),
        Command::SendText(r#"{"jsonrpc":"2.0","id":99,"result":"0x1"}"#.to_owned()),
        Command::SendLog(foreign),
        Command::SendText("x".repeat(2 * 1024 * 1024)),
    ] {
        let server = Server::honest().await;
        let mut updates = subscribe(&chain_with_websocket(&server));
        assert_eq!(
            next_update(&mut updates).await,
            SubscriptionUpdate::Connected
        );
        server.command(command).await;
        assert_eq!(
            next_update(&mut updates).await,
            SubscriptionUpdate::Disconnected
        );
    }
}

#[tokio::test]
async fn never_connects_to_wrong_chain() {
    let server = Server::start(1).await;
    let mut updates = subscribe(&chain_with_websocket(&server));
    let waited = tokio::time::timeout(Duration::from_secs(2), updates.recv()).await;
    assert!(waited.is_err(), "{waited:?}");
}

#[tokio::test]
async fn notices_silence() {
    let server = Server::honest().await;
    let mut updates = subscribe(&chain_with_websocket(&server));
    assert_eq!(
        next_update(&mut updates).await,
        SubscriptionUpdate::Connected
    );
    server.command(Command::StopResponding).await;
    // Nothing comes over the wire from here on, so time may run ahead.
    tokio::task::yield_now().await;
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let update = tokio::time::timeout(Duration::from_secs(120), updates.recv())
        .await
        .unwrap();
    assert_eq!(update, Some(SubscriptionUpdate::Disconnected));
    assert!(
        (30..=45).contains(&start.elapsed().as_secs()),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn notices_silence_later_while_idle_and_soon_once_active() {
    for (becomes_active, least, most) in [(false, 600, 1_000), (true, 30, 400)] {
        let server = Server::honest().await;
        let chain = chain_with_websocket(&server);
        let mut updates = subscribe(&chain);
        assert_eq!(
            next_update(&mut updates).await,
            SubscriptionUpdate::Connected
        );
        chain.set_active(false);
        server.command(Command::StopResponding).await;
        tokio::task::yield_now().await;
        tokio::time::pause();
        let start = tokio::time::Instant::now();
        if becomes_active {
            tokio::time::sleep(Duration::from_secs(300)).await;
            chain.set_active(true);
        }
        let timeout = Duration::from_secs(2_000);
        let update = tokio::time::timeout(timeout, updates.recv()).await;
        assert_eq!(update.unwrap(), Some(SubscriptionUpdate::Disconnected));
        let took = start.elapsed().as_secs();
        assert!((least..=most).contains(&took), "{becomes_active}: {took} s");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn ends_when_receiver_is_dropped() {
    let server = Server::honest().await;
    let chain = chain_with_websocket(&server);
    let (out, mut updates) = mpsc::channel(1);
    let task = tokio::spawn(async move { chain.subscribe(USER, out).await });
    assert_eq!(updates.recv().await, Some(SubscriptionUpdate::Connected));
    drop(updates);
    until(async || task.is_finished().then_some(())).await;
}
