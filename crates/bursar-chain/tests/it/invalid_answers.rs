//! Endpoints that answer with something impossible: none of it is used.

use crate::anvil::{Anvil, STRANGER, USER};
use crate::rpc_proxy::{Mode, RpcProxy, inventing_log, refuse};
use crate::{chain, now};
use bursar_domain::chain_event::BalanceEvent;
use bursar_domain::error::Code;
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn rejects_impossible_figures() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let word = |digits: &str| format!("0x{digits:0>64}");
    for figure in [
        word("").replace('0', "f"),
        word("2"),
        "0x".to_owned(),
        "0x05".to_owned(),
        "5".to_owned(),
    ] {
        // 2 is no valid value of `frozen`.
        let rpc = RpcProxy::altering(anvil.url(), move |method, params, answer| {
            if method == "eth_call" && params[1] != "latest" {
                answer["result"] = json!(figure);
            }
        })
        .await;
        let error = chain(anvil.config(&[&rpc.url]))
            .read(USER, now())
            .await
            .unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed, "{error}");
    }
}

#[tokio::test]
async fn rejects_batches_with_wrong_ids() {
    let anvil = Anvil::start().await;
    let bends: [fn(&mut Vec<Value>); 4] = [
        |answers| drop(answers.pop()),
        |answers| answers.push(answers[0].clone()),
        |answers| answers[0]["id"] = answers[1]["id"].clone(),
        |answers| answers[0]["id"] = json!(1_000_000),
    ];
    for alter in bends {
        let whole = move |answer: &mut Value| alter(answer.as_array_mut().unwrap());
        let rpc = RpcProxy::start(anvil.url(), Mode::AlterResponse(Arc::new(whole))).await;
        let error = chain(anvil.config(&[&rpc.url]))
            .read(USER, now())
            .await
            .unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed, "{error}");
    }
}

type Lie = Box<dyn Fn(&mut Value) + Send + Sync>;

#[tokio::test]
async fn rejects_foreign_logs_and_drops_repeated_ones() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let truth = chain(anvil.config(&[&anvil.url()]));
    let (head, ..) = truth.head().await.unwrap();
    let events = truth.events(USER, 0, head).await.unwrap().events;
    let (stranger, token) = (STRANGER.into_word(), anvil.balance.into_word());

    let doubled = RpcProxy::altering(anvil.url(), |method, _, answer| {
        if method == "eth_getLogs" {
            let logs = answer["result"].as_array_mut().unwrap();
            let gone = logs[0].clone();
            logs.push(gone.clone());
            logs.push(gone);
            logs[2]["removed"] = json!(true);
        }
    })
    .await;
    let batch = chain(anvil.config(&[&doubled.url]))
        .events(USER, 0, head)
        .await
        .unwrap();
    assert_eq!(batch.events, events);

    let lies: [Lie; 7] = [
        Box::new(move |log| log["topics"][2] = json!(stranger)),
        Box::new(move |log| log["topics"][1] = json!(token)),
        Box::new(|log| log["address"] = json!(STRANGER)),
        Box::new(|log| log["blockNumber"] = json!("0xffff")),
        Box::new(|log| log["blockHash"] = json!("0x00")),
        Box::new(|log| log["data"] = json!(format!("{}00", log["data"].as_str().unwrap()))),
        Box::new(|log| log["topics"] = json!([])),
    ];
    for lie in lies {
        let liar = RpcProxy::altering(anvil.url(), move |method, _, answer| {
            if method == "eth_getLogs" {
                lie(&mut answer["result"][0]);
            }
        })
        .await;
        let error = chain(anvil.config(&[&liar.url]))
            .events(USER, 0, head)
            .await
            .unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed, "{error}");
        // The next RPC is asked.
        let both = chain(anvil.config(&[&liar.url, &anvil.url()]));
        assert_eq!(both.events(USER, 0, head).await.unwrap().events, events);
    }
}

#[tokio::test]
async fn limits_size_of_logs() {
    const MIB: usize = 1024 * 1024;
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let truth = chain(anvil.config(&[&anvil.url()]));
    let (head, ..) = truth.head().await.unwrap();
    for (padding, taken) in [(7 * MIB, true), (8 * MIB, false)] {
        let rpc = RpcProxy::altering(anvil.url(), move |method, _, answer| {
            if method == "eth_getLogs" {
                answer["result"][0]["padding"] = json!("x".repeat(padding));
            }
        })
        .await;
        let answer = chain(anvil.config(&[&rpc.url])).events(USER, 0, head).await;
        match answer {
            Ok(batch) => assert!(taken && batch.events.len() == 1, "{padding}"),
            Err(error) => {
                assert!(!taken, "{error}");
                assert_eq!(error.code, Code::AnswerTooLarge, "{error}");
            }
        }
    }
}

#[tokio::test]
async fn gives_up_on_rpc_that_finds_every_range_too_large() {
    let anvil = Anvil::start().await;
    let rpc = RpcProxy::altering(anvil.url(), |method, _, answer| {
        if method == "eth_getLogs" {
            refuse(answer, -32005, "too many results");
        }
    })
    .await;
    anvil.mine(300).await;
    let chain = chain(anvil.config(&[&rpc.url]));
    let (head, ..) = chain.head().await.unwrap();
    assert_eq!(
        chain.events(USER, 0, head).await.unwrap_err().code,
        Code::ChainUnavailable
    );
    assert!(rpc.take_methods().len() < 60);
}

#[tokio::test]
async fn needs_receipt_at_both_of_two_rpcs() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let second = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let chain = chain(anvil.config(&[&anvil.url(), &second.url]));
    let (head, ..) = chain.head().await.unwrap();
    let event: BalanceEvent = chain
        .events(USER, head, head)
        .await
        .unwrap()
        .events
        .remove(0);
    assert!(chain.has_receipt_quorum(USER, &event).await.unwrap());

    let lies: [fn(&mut Value); 5] = [
        |receipt| *receipt = Value::Null,
        |receipt| receipt["status"] = json!("0x0"),
        |receipt| receipt["blockHash"] = json!(format!("0x{}", "11".repeat(32))),
        |receipt| receipt["logs"] = json!([]),
        |receipt| {
            for log in receipt["logs"].as_array_mut().unwrap() {
                log["topics"][2] = json!(STRANGER.into_word());
            }
        },
    ];
    for lie in lies {
        second.set(Mode::Alter(Arc::new(move |method, _, answer| {
            if method == "eth_getTransactionReceipt" {
                lie(&mut answer["result"]);
            }
        })));
        assert!(!chain.has_receipt_quorum(USER, &event).await.unwrap());
    }
    // An endpoint that does not answer confirms nothing, and the other alone is not enough.
    second.set(Mode::Close);
    assert!(!chain.has_receipt_quorum(USER, &event).await.unwrap());
    second.set(Mode::Honest);
    assert!(chain.has_receipt_quorum(USER, &event).await.unwrap());
}

#[tokio::test]
async fn rejects_events_of_one_rpc_alone() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let truth = chain(anvil.config(&[&anvil.url()]));
    let (head, ..) = truth.head().await.unwrap();
    let events = truth.events(USER, 0, head).await.unwrap().events;
    let first = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let second = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let both = chain(anvil.config(&[&first.url, &second.url]));
    assert_eq!(both.events(USER, 0, head).await.unwrap().events, events);

    // Whichever of the two invents one.
    for liar in [&first, &second] {
        liar.set(inventing_log());
        let error = both.events(USER, 0, head).await.unwrap_err();
        assert_eq!(
            (error.code, error.retryable),
            (Code::RpcsDisagree, true),
            "{error}"
        );
        liar.set(Mode::Honest);
        assert_eq!(both.events(USER, 0, head).await.unwrap().events, events);
    }

    // An endpoint that does not answer delays nothing.
    second.set(Mode::Close);
    assert_eq!(both.events(USER, 0, head).await.unwrap().events, events);
}

#[tokio::test]
async fn uses_times_beside_logs_only_if_blocks_confirm_them() {
    let anvil = Anvil::start().await;
    for id in ["a", "b", "c", "d"] {
        anvil.credit(5_000_000, id).await;
    }
    let silent = RpcProxy::altering(anvil.url(), alter_times(|_| Value::Null)).await;
    let slow = chain(anvil.config(&[&silent.url]));
    let (head, ..) = slow.head().await.unwrap();
    let events = slow.events(USER, 0, head).await.unwrap().events;
    assert_eq!(events.len(), 4);
    let blocks = |proxy: &RpcProxy| {
        let asked = proxy.take_methods();
        asked
            .iter()
            .filter(|method| *method == "eth_getBlockByHash")
            .count()
    };
    assert_eq!(blocks(&silent), 4);

    let honest = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let quick = chain(anvil.config(&[&honest.url]));
    assert_eq!(quick.events(USER, 0, head).await.unwrap().events, events);
    assert_eq!(blocks(&honest), 2);

    let lies: [fn(u64) -> Value; 3] = [
        |time| json!(format!("{:#x}", time + 1)),
        |time| json!(time),
        // Later blocks have earlier times.
        |time| json!(format!("{:#x}", 4_000_000_000 - time)),
    ];
    for lie in lies {
        let liar = RpcProxy::altering(anvil.url(), alter_times(lie)).await;
        let deceived = chain(anvil.config(&[&liar.url]));
        assert_eq!(deceived.events(USER, 0, head).await.unwrap().events, events);
        assert_eq!(blocks(&liar), 4);
    }
}

/// Changes the times beside the logs.
fn alter_times(
    alter: impl Fn(u64) -> Value + Send + Sync + 'static,
) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    move |method, _, answer| {
        if method != "eth_getLogs" {
            return;
        }
        for log in answer["result"].as_array_mut().unwrap() {
            let written = log["blockTimestamp"].as_str().unwrap();
            let time = u64::from_str_radix(written.strip_prefix("0x").unwrap(), 16).unwrap();
            log["blockTimestamp"] = alter(time);
        }
    }
}
