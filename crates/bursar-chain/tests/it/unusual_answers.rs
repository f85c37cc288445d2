//! Answers that are unusual but not false: what can be read is read, and the rest is reported.

use crate::anvil::{Anvil, USER};
use crate::rpc_proxy::{Mode, RpcProxy, quantity, refuse};
use crate::{chain, now, states};
use bursar_chain::{Chain, RpcState};
use bursar_domain::error::Code;
use serde_json::{Value, json};
use std::sync::Arc;

fn whole(alter: impl Fn(&mut Value) + Send + Sync + 'static) -> Mode {
    Mode::AlterResponse(Arc::new(alter))
}

fn log_requests(proxy: &RpcProxy) -> usize {
    let methods = proxy.take_methods();
    methods
        .iter()
        .filter(|method| *method == "eth_getLogs")
        .count()
}

/// Reads balances, events and a receipt through one endpoint.
async fn assert_reads_everything(chain: &Chain) {
    for _ in 0..2 {
        let reading = chain.read(USER, now()).await.unwrap();
        assert_eq!(reading.free.to_string(), "5.000000 USDC");
        let events = chain.events(USER, 0, reading.block).await.unwrap().events;
        assert_eq!(events.len(), 1);
        assert!(chain.has_receipt_quorum(USER, &events[0]).await.unwrap());
    }
    assert_eq!(states(chain), [RpcState::Good]);
}

#[tokio::test]
async fn reads_odd_forms() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let each = |alter: fn(&mut Value)| {
        whole(move |answer| match answer.as_array_mut() {
            Some(answers) => answers.iter_mut().for_each(alter),
            None => alter(answer),
        })
    };
    let refuse_calls_by_hash = |code: i64, words: &'static str| {
        Mode::Alter(Arc::new(
            move |method: &str, params: &Value, answer: &mut Value| {
                if method == "eth_call" && params[1].is_object() {
                    refuse(answer, code, words);
                }
            },
        ))
    };
    let ways = [
        each(|answer| drop(answer.as_object_mut().unwrap().remove("jsonrpc"))),
        each(|answer| answer["error"] = Value::Null),
        refuse_calls_by_hash(-32000, "invalid block"),
        refuse_calls_by_hash(-32603, "Internal error"),
        refuse_calls_by_hash(-32000, "header for hash not found"),
        // One error for a batch that is too long, with and without an id.
        whole(|answer| {
            if answer.as_array().is_some_and(|answers| answers.len() > 3) {
                *answer = json!({"id": 0, "error": {"code": 31, "message": "Batch of more than 3 requests are not allowed"}});
            }
        }),
        whole(|answer| {
            if answer.as_array().is_some_and(|answers| answers.len() > 2) {
                *answer = json!([{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "batch too large"}}]);
            }
        }),
        whole(|answer| {
            if answer.is_array() {
                *answer = json!({"error": "no"});
            }
        }),
    ];
    for (way, mode) in ways.into_iter().enumerate() {
        let rpc = RpcProxy::start(anvil.url(), mode).await;
        let chain = chain(anvil.config(&[&rpc.url]));
        println!("way {way}");
        assert_reads_everything(&chain).await;
    }
}

/// Numbers each receipt's logs from 70 on, and with `listed` those of `eth_getLogs` as well.
fn renumber_logs(listed: bool) -> Mode {
    Mode::Alter(Arc::new(
        move |method: &str, _: &Value, answer: &mut Value| {
            let logs = match method {
                "eth_getTransactionReceipt" => answer["result"]["logs"].as_array_mut(),
                "eth_getLogs" if listed => answer["result"].as_array_mut(),
                _ => None,
            };
            for (place, log) in logs.into_iter().flatten().enumerate() {
                log["logIndex"] = json!(format!("{:#x}", place + 70));
            }
        },
    ))
}

#[tokio::test]
async fn accepts_other_log_indexes_in_receipts_or_at_second_rpc() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let odd = RpcProxy::start(anvil.url(), renumber_logs(false)).await;
    assert_reads_everything(&chain(anvil.config(&[&odd.url]))).await;
    for listed in [false, true] {
        odd.set(renumber_logs(listed));
        for place in [[&odd.url, &anvil.url()], [&anvil.url(), &odd.url]] {
            let chain = chain(anvil.config(&place.map(String::as_str)));
            let (head, ..) = chain.head().await.unwrap();
            let events = chain.events(USER, 0, head).await.unwrap().events;
            assert_eq!(events.len(), 1);
            assert!(chain.has_receipt_quorum(USER, &events[0]).await.unwrap());
            let mut other = events[0].clone();
            other.log_index += 1_000;
            assert!(!chain.has_receipt_quorum(USER, &other).await.unwrap());
            // One log more that tells the same is another story.
            let mut twice = events[0].clone();
            twice.transaction.0[0] ^= 1;
            assert!(!chain.has_receipt_quorum(USER, &twice).await.unwrap());
        }
    }
}

#[tokio::test]
async fn null_is_not_an_empty_list_of_logs() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    anvil.mine(40).await;
    let odd = RpcProxy::altering(anvil.url(), |method, _, answer| {
        if method == "eth_getLogs" {
            answer["result"] = Value::Null;
        }
    })
    .await;
    let alone = chain(anvil.config(&[&odd.url]));
    let reading = alone.read(USER, now()).await.unwrap();
    assert_eq!(reading.free.to_string(), "5.000000 USDC");
    assert!(alone.newest_events(USER, 0, reading.block).await.is_err());
    assert!(log_requests(&odd) < 10);
    assert_eq!(states(&alone), [RpcState::Good], "its figures are right");
    let both = chain(anvil.config(&[&odd.url, &anvil.url()]));
    let events = both.events(USER, 0, reading.block).await.unwrap().events;
    assert_eq!(events.len(), 1);
}

#[tokio::test]
async fn reads_short_ranges_in_parts_newest_first() {
    let anvil = Anvil::start().await;
    anvil.credit(1_000_000, "old").await;
    anvil.mine(900).await;
    anvil.credit(2_000_000, "new").await;
    let capped = RpcProxy::altering(anvil.url(), |method, params, answer| {
        let block = |name: &str| quantity(&params[0][name]);
        if method == "eth_getLogs" && block("toBlock") - block("fromBlock") >= 10 {
            refuse(
                answer,
                35,
                "ranges over 10 blocks are not supported on freetier",
            );
        }
    })
    .await;
    for place in [
        vec![capped.url.as_str()],
        vec![capped.url.as_str(), &anvil.url()],
        vec![&anvil.url(), capped.url.as_str()],
    ] {
        let chain = chain(anvil.config(&place));
        let (head, ..) = chain.head().await.unwrap();
        log_requests(&capped);
        let mut to = head;
        let mut found = Vec::new();
        let mut parts = 0;
        while parts < 5 {
            let batch = chain.newest_events(USER, 0, to).await.unwrap();
            assert_eq!(batch.to, to);
            assert!(log_requests(&capped) <= 64);
            found.extend(batch.events);
            parts += 1;
            if batch.from == 0 {
                break;
            }
            to = batch.from - 1;
        }
        assert!(parts > 1, "{place:?}");
        let amounts: Vec<String> = found.iter().map(|event| event.amount.to_string()).collect();
        assert_eq!(amounts, ["2.000000 USDC", "1.000000 USDC"], "{place:?}");
    }
}

#[tokio::test]
async fn reads_pruned_history_as_far_as_kept() {
    let anvil = Anvil::start().await;
    anvil.credit(1_000_000, "gone").await;
    anvil.mine(400).await;
    anvil.credit(2_000_000, "kept").await;
    let (head, ..) = chain(anvil.config(&[&anvil.url()])).head().await.unwrap();
    anvil.mine(20).await;
    let kept_from = head - 130;
    for says_so in [true, false] {
        let pruned = RpcProxy::altering(anvil.url(), move |method, params, answer| match method {
            "eth_getLogs" if quantity(&params[0]["fromBlock"]) < kept_from => {
                if says_so {
                    refuse(answer, 4444, "pruned history unavailable");
                } else {
                    answer["result"] = json!([]);
                }
            }
            "eth_getBlockByNumber" | "eth_getBlockByHash"
                if !answer["result"].is_null()
                    && quantity(&answer["result"]["number"]) < kept_from =>
            {
                answer["result"] = Value::Null;
            }
            _ => {}
        })
        .await;
        let alone = chain(anvil.config(&[&pruned.url]));
        let reading = alone.read(USER, now()).await.unwrap();
        let batch = alone.newest_events(USER, 0, reading.block).await.unwrap();
        assert_eq!((batch.from, batch.events.len()), (kept_from, 1));
        assert!(alone.logs_pruned_at(kept_from - 1) && !alone.logs_pruned_at(kept_from));
        pruned.take_methods();
        let error = alone
            .newest_events(USER, 0, kept_from - 1)
            .await
            .unwrap_err();
        assert_eq!(error.code, Code::EventsIncomplete, "{error}");
        assert_eq!(
            log_requests(&pruned),
            0,
            "what is gone is not methods for again"
        );
        assert_eq!(states(&alone), [RpcState::Good]);
        // Another endpoint has them, and is asked for the rest.
        let both = chain(anvil.config(&[&pruned.url, &anvil.url()]));
        let all = both.events(USER, 0, reading.block).await.unwrap();
        assert_eq!(all.events.len(), 2);
    }
}

#[tokio::test]
async fn reads_logs_that_lag_behind_head() {
    let anvil = Anvil::start().await;
    anvil.credit(1_000_000, "a").await;
    anvil.mine(20).await;
    let (head, ..) = chain(anvil.config(&[&anvil.url()])).head().await.unwrap();
    let lagging = RpcProxy::altering(anvil.url(), move |method, params, answer| {
        if method == "eth_getLogs" && quantity(&params[0]["toBlock"]) > head - 2 {
            refuse(
                answer,
                -32602,
                "block range extends beyond current head block",
            );
        }
    })
    .await;
    let alone = chain(anvil.config(&[&lagging.url]));
    let batch = alone.newest_events(USER, 0, head).await.unwrap();
    assert_eq!((batch.from, batch.events.len()), (0, 1));
    assert!((head - 5..=head - 2).contains(&batch.to), "{}", batch.to);
    assert_eq!(states(&alone), [RpcState::Good]);
    // What both endpoints report is used.
    for place in [[&lagging.url, &anvil.url()], [&anvil.url(), &lagging.url]] {
        let both = chain(anvil.config(&place.map(String::as_str)));
        let batch = both.newest_events(USER, 0, head).await.unwrap();
        assert_eq!(batch.events.len(), 1);
        assert!(batch.to < head);
    }
}

#[tokio::test]
async fn rate_limit_of_logs_leaves_figures() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let limited = RpcProxy::altering(anvil.url(), |method, _, answer| {
        if method == "eth_getLogs" {
            refuse(
                answer,
                -32005,
                "daily request count exceeded, request rate limited",
            );
        }
    })
    .await;
    let chain = chain(anvil.config(&[&limited.url]));
    let reading = chain.read(USER, now()).await.unwrap();
    limited.take_methods();
    let error = chain
        .newest_events(USER, 0, reading.block)
        .await
        .unwrap_err();
    assert_eq!((error.code, error.retryable), (Code::RateLimited, true));
    assert_eq!(log_requests(&limited), 1);
    assert_eq!(states(&chain), [RpcState::Good]);
    chain.read(USER, now()).await.unwrap();
}
