//! What is read from honest endpoints.

use crate::anvil::{Anvil, STRANGER, USER};
use crate::rpc_proxy::{Mode, RpcProxy, refuse};
use crate::{chain, now, states, until};
use bursar_chain::RpcState;
use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Code;
use bursar_domain::money::Currency;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[tokio::test]
async fn reads_balances_of_one_block() {
    let anvil = Anvil::start().await;
    let chain = chain(anvil.config(&[&anvil.url()]));
    let empty = chain.read(USER, now()).await.unwrap();
    assert_eq!(empty.free.to_string(), "0.000000 USDC");

    anvil.credit(200_500_000, "a").await;
    anvil.reserve(20_250_001).await;
    let reading = chain.read(USER, Timestamp(77)).await.unwrap();
    assert_eq!(reading.free.to_string(), "180.249999 USDC");
    assert_eq!(reading.reserved.to_string(), "20.250001 USDC");
    assert_eq!(reading.held.to_string(), "0.000000 USDC");
    assert!(!reading.frozen);
    assert_eq!(reading.read_at, Timestamp(77));
    let head = anvil.head().await;
    assert_eq!(head["hash"], json!(reading.block_hash));
    assert_eq!(
        chain.head().await.unwrap(),
        (reading.block, reading.block_hash, reading.block_time)
    );

    anvil.hold().await;
    anvil.freeze().await;
    let reading = chain.read(USER, now()).await.unwrap();
    assert_eq!(reading.free.to_string(), "0.000000 USDC");
    assert_eq!(reading.held.to_string(), "180.249999 USDC");
    assert!(reading.frozen);
    assert_eq!(states(&chain), [RpcState::Good]);
}

#[tokio::test]
async fn reads_only_events_of_user_newest_first() {
    let anvil = Anvil::start().await;
    let chain = chain(anvil.config(&[&anvil.url()]));
    let first = anvil.credit(25_000_000, "top-up 1").await;
    anvil.credit_to(STRANGER, 9_000_000, "another's").await;
    anvil.refund(1_500_000).await;
    anvil.hold().await;
    anvil.release().await;
    anvil.credit(10_000_000, "ü\u{202e}").await;
    let (head, hash, _) = chain.head().await.unwrap();
    let batch = chain.events(USER, 0, head).await.unwrap();
    let kinds_and_amounts: Vec<(&EventKind, String)> = batch
        .events
        .iter()
        .map(|event| (&event.kind, event.amount.to_decimal()))
        .collect();
    let credit = |id: &str| EventKind::Credit {
        top_up_id: id.to_owned(),
    };
    assert_eq!(
        kinds_and_amounts,
        [
            (&credit("ü\u{202e}"), "10.000000".to_owned()),
            (&EventKind::Released, "26.500000".to_owned()),
            (&EventKind::Refund, "1.500000".to_owned()),
            (&credit("top-up 1"), "25.000000".to_owned()),
        ]
    );
    assert_eq!((batch.from, batch.to, batch.to_hash), (0, head, hash));
    let oldest = batch.events.last().unwrap();
    assert_eq!(oldest.transaction, first);
    let time = chain.block_time(oldest.block).await.unwrap();
    assert_eq!(time, Some(oldest.block_time));
    assert_eq!(
        chain.block_hash(oldest.block).await.unwrap(),
        Some(oldest.block_hash)
    );

    let part = chain
        .events(USER, oldest.block, oldest.block)
        .await
        .unwrap();
    assert_eq!(part.events, std::slice::from_ref(oldest));
    let ahead = chain.events(USER, 0, head + 1).await.unwrap_err();
    assert_eq!(
        (ahead.code, ahead.retryable),
        (Code::ChainUnavailable, true)
    );
}

#[tokio::test]
async fn single_rpc_confirms_only_what_it_has() {
    let anvil = Anvil::start().await;
    let chain = chain(anvil.config(&[&anvil.url()]));
    anvil.credit(25_000_000, "a").await;
    let (head, ..) = chain.head().await.unwrap();
    let event = chain
        .events(USER, head, head)
        .await
        .unwrap()
        .events
        .remove(0);
    assert!(chain.has_receipt_quorum(USER, &event).await.unwrap());
    assert!(!chain.has_receipt_quorum(STRANGER, &event).await.unwrap());
    let bent: [&dyn Fn(&mut BalanceEvent); 6] = [
        &|event| {
            event.kind = EventKind::Credit {
                top_up_id: "b".to_owned(),
            }
        },
        &|event| event.kind = EventKind::Refund,
        &|event| event.amount = event.amount.checked_add(&event.amount).unwrap(),
        &|event| event.log_index += 1,
        &|event| event.block_hash.0[0] ^= 1,
        &|event| event.transaction.0[0] ^= 1,
    ];
    for alter in bent {
        let mut other = event.clone();
        alter(&mut other);
        assert!(
            !chain.has_receipt_quorum(USER, &other).await.unwrap(),
            "{other:?}"
        );
    }
}

#[tokio::test]
async fn halves_range_and_remembers_limit() {
    let anvil = Anvil::start().await;
    for id in ["a", "b", "c"] {
        anvil.credit(1_000_000, id).await;
        anvil.mine(20).await;
    }
    let proxy = RpcProxy::altering(anvil.url(), |method, params, answer| {
        let block = |name: &str| {
            let text = params[0][name].as_str().unwrap();
            u64::from_str_radix(&text[2..], 16).unwrap()
        };
        if method == "eth_getLogs" && block("toBlock") - block("fromBlock") >= 7 {
            refuse(answer, -32000, "query returned more than 10000 results");
        }
    })
    .await;
    let chain = chain(anvil.config(&[&proxy.url]));
    let (head, ..) = chain.head().await.unwrap();
    let ids = async || {
        let batch = chain.events(USER, 0, head).await.unwrap();
        assert_eq!((batch.from, batch.to), (0, head));
        let ids = batch
            .events
            .into_iter()
            .filter_map(|event| match event.kind {
                EventKind::Credit { top_up_id } => Some(top_up_id),
                EventKind::Refund | EventKind::Released => None,
            });
        ids.collect::<Vec<_>>()
    };
    let requests = || {
        proxy
            .take_methods()
            .iter()
            .filter(|method| *method == "eth_getLogs")
            .count()
    };
    assert_eq!(ids().await, ["c", "b", "a"]);
    let first = requests();
    assert_eq!(ids().await, ["c", "b", "a"]);
    let second = requests();
    assert!(second < first && second >= 10, "{first}, then {second}");
}

/// If one range had events the next may have some too, so the second endpoint is asked in parallel.
#[tokio::test]
async fn asks_second_rpc_in_parallel_after_events() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let first = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let second = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let chain = chain(anvil.config(&[&first.url, &second.url]));
    let (head, ..) = chain.head().await.unwrap();
    chain.events(USER, 0, head).await.unwrap();
    second.take_methods();

    // In sequence, the second would wait until the first times out.
    first.set(Mode::Hang);
    let begun = Instant::now();
    let beside = chain.clone();
    let reading = tokio::spawn(async move { beside.events(USER, 0, head).await });
    let logs = |asked: &String| asked == "eth_getLogs";
    until(async || second.take_methods().iter().any(logs).then_some(())).await;
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    reading.abort();
}

#[tokio::test]
async fn reads_rpcs_without_batches_or_block_hashes() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let no_batches = RpcProxy::start(anvil.url(), Mode::NoBatches).await;
    let no_hashes = RpcProxy::altering(anvil.url(), |method, params, answer| {
        if method == "eth_call" && params[1].is_object() {
            refuse(
                answer,
                -32602,
                "invalid argument 1: cannot unmarshal object",
            );
        }
    })
    .await;
    for proxy in [no_batches, no_hashes] {
        let chain = chain(anvil.config(&[&proxy.url]));
        for _ in 0..2 {
            let reading = chain.read(USER, now()).await.unwrap();
            assert_eq!(reading.free.to_string(), "5.000000 USDC");
        }
        let (head, ..) = chain.head().await.unwrap();
        assert_eq!(chain.events(USER, 0, head).await.unwrap().events.len(), 1);
        assert_eq!(states(&chain), [RpcState::Good]);
    }
}

#[tokio::test]
async fn uses_dated_old_head_without_better_one() {
    let anvil = Anvil::start().await;
    let second = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let chain = chain(anvil.config(&[&anvil.url(), &second.url]));
    let later = Timestamp(now().0 + 3_600_000);
    let reading = chain.read(USER, later).await.unwrap();
    assert!(later.since(reading.block_time).0 > 3_500_000);
    assert_eq!(states(&chain), [RpcState::Good, RpcState::Good]);
    assert!(
        !second.take_methods().is_empty(),
        "an old head is reason to ask the others"
    );
}

#[tokio::test]
async fn asks_stale_rpc_last() {
    let anvil = Anvil::start().await;
    let old = anvil.head().await;
    anvil.advance_time(120).await;
    anvil.credit(5_000_000, "a").await;
    let stuck = old.clone();
    let stale = RpcProxy::altering(anvil.url(), move |method, params, answer| {
        if method == "eth_getBlockByNumber" && params[0] == "latest" {
            answer["result"] = stuck.clone();
        }
    })
    .await;
    let chain = chain(anvil.config(&[&stale.url, &anvil.url()]));
    let later = Timestamp(now().0 + 130_000);
    let reading = chain.read(USER, later).await.unwrap();
    assert_eq!(reading.free.to_string(), "5.000000 USDC");
    assert_eq!(states(&chain), [RpcState::Stale, RpcState::Good]);
    stale.take_methods();
    chain.read(USER, later).await.unwrap();
    assert!(
        stale.take_methods().is_empty(),
        "a stale RPC is left alone while a better one answers"
    );

    let both_stale = chain_of_stale(&anvil, &stale).await;
    let reading = both_stale.read(USER, later).await.unwrap();
    assert_eq!(
        json!(reading.block_hash),
        old["hash"],
        "better an old figure, dated, than none"
    );
}

async fn chain_of_stale(anvil: &Anvil, stale: &RpcProxy) -> bursar_chain::Chain {
    let dead = RpcProxy::start(anvil.url(), Mode::Close).await;
    chain(anvil.config(&[&stale.url, &dead.url]))
}

#[tokio::test]
async fn reads_earlier_balances_where_state_is_kept() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let (number, hash, _) = chain(anvil.config(&[&anvil.url()])).head().await.unwrap();
    anvil.credit(6_000_000, "b").await;
    let proxy = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let chain = chain(anvil.config(&[&proxy.url]));
    let then = chain.balances_after(USER, number, Some(hash)).await;
    assert_eq!(then.unwrap().unwrap().free.to_string(), "5.000000 USDC");
    let other = chain.balances_after(USER, number, Some(Default::default()));
    assert_eq!(other.await.unwrap(), None);
    proxy.set(Mode::Alter(Arc::new(|method, params, answer| {
        if method == "eth_call" && params[1] != "latest" {
            refuse(answer, -32000, "missing trie node");
        }
    })));
    let pruned = chain.balances_after(USER, number, None).await;
    assert_eq!(pruned.unwrap(), None);
    proxy.set(Mode::Honest);
    assert!(
        chain.read(USER, now()).await.is_ok(),
        "it is asked as before"
    );
}

/// An endpoint whose token answers `symbol()` in another way.
async fn with_symbol(
    anvil: &Anvil,
    answer: impl Fn(&mut Value) + Send + Sync + 'static,
) -> RpcProxy {
    RpcProxy::altering(anvil.url(), move |method, params, whole| {
        if method == "eth_call" && params[0]["data"] == "0x95d89b41" {
            answer(whole);
        }
    })
    .await
}

/// A string as a contract answers it.
fn abi_string(text: &[u8]) -> Value {
    let word = |number: usize| format!("{number:064x}");
    let mut data = text.to_vec();
    data.resize(text.len().div_ceil(32) * 32, 0);
    let data: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
    json!(format!("0x{}{}{data}", word(32), word(text.len())))
}

#[tokio::test]
async fn token_names_the_unit() {
    let anvil = Anvil::start().await;
    anvil.credit(25_000_000, "a").await;
    for (symbol, unit) in [("EURC", "EURC"), ("USDC.e", "USDC")] {
        let answer = abi_string(symbol.as_bytes());
        let rpc = with_symbol(&anvil, move |whole| whole["result"] = answer.clone()).await;
        let chain = chain(anvil.config(&[&rpc.url]));
        let reading = chain.read(USER, now()).await.unwrap();
        assert_eq!(reading.free.to_string(), format!("25.000000 {unit}"));
        assert_eq!(reading.held.to_string(), format!("0.000000 {unit}"));
        let batch = chain.events(USER, 0, reading.block).await.unwrap();
        assert_eq!(batch.events[0].amount, reading.free);
        assert!(
            chain
                .has_receipt_quorum(USER, &batch.events[0])
                .await
                .unwrap()
        );
        // What was stored in another unit is the same event.
        let stored = BalanceEvent {
            amount: batch.events[0]
                .amount
                .same_number_of(&Currency::new("XYZ").unwrap()),
            ..batch.events[0].clone()
        };
        assert!(chain.has_receipt_quorum(USER, &stored).await.unwrap());
    }
}

#[tokio::test]
async fn no_symbol_keeps_the_balance_from_being_read() {
    let anvil = Anvil::start().await;
    anvil.credit(25_000_000, "a").await;
    let text = |text: &[u8]| {
        let text = abi_string(text);
        move |whole: &mut Value| whole["result"] = text.clone()
    };
    let raw = |result: Value| move |whole: &mut Value| whole["result"] = result.clone();
    let proxies = [
        with_symbol(&anvil, |whole| refuse(whole, 3, "execution reverted")).await,
        with_symbol(&anvil, |whole| refuse(whole, -32005, "rate limit exceeded")).await,
        with_symbol(&anvil, raw(json!("0x"))).await,
        with_symbol(&anvil, raw(json!(null))).await,
        with_symbol(&anvil, raw(json!({"symbol": "EURC"}))).await,
        // A word, as old tokens answer.
        with_symbol(&anvil, raw(json!(format!("0x{:0<64}", "45555243")))).await,
        with_symbol(&anvil, text(b"")).await,
        with_symbol(&anvil, text("\u{202e}<b>€".as_bytes())).await,
        with_symbol(&anvil, text(&[b'E'; 13])).await,
        // More than a response may have.
        with_symbol(&anvil, text(&[b'E'; 1_000_000])).await,
    ];
    for (number, rpc) in proxies.iter().enumerate() {
        let chain = chain(anvil.config(&[&rpc.url]));
        let reading = chain.read(USER, now()).await.unwrap();
        assert_eq!(reading.free.to_string(), "25.000000 USDC", "{number}");
        assert_eq!(states(&chain), [RpcState::Good], "{number}");
    }
}

#[tokio::test]
async fn unit_stays_whichever_endpoint_answers() {
    let anvil = Anvil::start().await;
    let named = |symbol: &str| {
        let answer = abi_string(symbol.as_bytes());
        with_symbol(&anvil, move |whole| whole["result"] = answer.clone())
    };
    let (first, second) = (named("EURC").await, named("GBPC").await);
    let chain = chain(anvil.config(&[&first.url, &second.url]));
    let unit = async || {
        let reading = chain.read(USER, now()).await.unwrap();
        reading.free.currency().to_string()
    };
    assert_eq!(unit().await, "EURC");
    first.set(Mode::Close);
    assert_eq!(unit().await, "EURC");
    assert!(!second.take_methods().is_empty());
}
