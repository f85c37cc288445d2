//! RPCs that answer with what cannot be: nothing of it is taken.

use crate::anvil::{Anvil, STRANGER, USER};
use crate::rpc_proxy::{Mode, Proxy, refuse};
use crate::{chain, now};
use bursar_domain::chain_event::BalanceEvent;
use bursar_domain::error::Code;
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn figures_that_cannot_be_are_refused() {
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
        // 2: of frozen, neither yes nor no.
        let rpc = Proxy::bend(anvil.url(), move |method, params, answer| {
            if method == "eth_call" && params[1] != "latest" {
                answer["result"] = json!(figure);
            }
        })
        .await;
        let error = chain(anvil.place(&[&rpc.url]))
            .read(USER, now())
            .await
            .unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed, "{error}");
    }
}

#[tokio::test]
async fn batches_with_wrong_ids_are_no_answer() {
    let anvil = Anvil::start().await;
    let bends: [fn(&mut Vec<Value>); 4] = [
        |answers| drop(answers.pop()),
        |answers| answers.push(answers[0].clone()),
        |answers| answers[0]["id"] = answers[1]["id"].clone(),
        |answers| answers[0]["id"] = json!(1_000_000),
    ];
    for bend in bends {
        let whole = move |answer: &mut Value| bend(answer.as_array_mut().unwrap());
        let rpc = Proxy::start(anvil.url(), Mode::Whole(Arc::new(whole))).await;
        let error = chain(anvil.place(&[&rpc.url]))
            .read(USER, now())
            .await
            .unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed, "{error}");
    }
}

type Lie = Box<dyn Fn(&mut Value) + Send + Sync>;

#[tokio::test]
async fn logs_that_were_not_asked_for_are_refused_and_doubled_ones_come_once() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let truth = chain(anvil.place(&[&anvil.url()]));
    let (head, ..) = truth.head().await.unwrap();
    let events = truth.events(USER, 0, head).await.unwrap().events;
    let (stranger, token) = (STRANGER.into_word(), anvil.balance.into_word());

    let doubled = Proxy::bend(anvil.url(), |method, _, answer| {
        if method == "eth_getLogs" {
            let logs = answer["result"].as_array_mut().unwrap();
            let gone = logs[0].clone();
            logs.push(gone.clone());
            logs.push(gone);
            logs[2]["removed"] = json!(true);
        }
    })
    .await;
    let batch = chain(anvil.place(&[&doubled.url]))
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
        let liar = Proxy::bend(anvil.url(), move |method, _, answer| {
            if method == "eth_getLogs" {
                lie(&mut answer["result"][0]);
            }
        })
        .await;
        let error = chain(anvil.place(&[&liar.url]))
            .events(USER, 0, head)
            .await
            .unwrap_err();
        assert_eq!(error.code, Code::AnswerMalformed, "{error}");
        // The next RPC is asked.
        let both = chain(anvil.place(&[&liar.url, &anvil.url()]));
        assert_eq!(both.events(USER, 0, head).await.unwrap().events, events);
    }
}

#[tokio::test]
async fn logs_may_be_long_but_not_without_end() {
    const MIB: usize = 1024 * 1024;
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let truth = chain(anvil.place(&[&anvil.url()]));
    let (head, ..) = truth.head().await.unwrap();
    for (padding, taken) in [(7 * MIB, true), (8 * MIB, false)] {
        let rpc = Proxy::bend(anvil.url(), move |method, _, answer| {
            if method == "eth_getLogs" {
                answer["result"][0]["padding"] = json!("x".repeat(padding));
            }
        })
        .await;
        let answer = chain(anvil.place(&[&rpc.url])).events(USER, 0, head).await;
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
async fn an_rpc_that_finds_every_range_too_large_is_given_up() {
    let anvil = Anvil::start().await;
    let rpc = Proxy::bend(anvil.url(), |method, _, answer| {
        if method == "eth_getLogs" {
            refuse(answer, -32005, "too many results");
        }
    })
    .await;
    anvil.mine(300).await;
    let chain = chain(anvil.place(&[&rpc.url]));
    let (head, ..) = chain.head().await.unwrap();
    assert_eq!(
        chain.events(USER, 0, head).await.unwrap_err().code,
        Code::ChainUnavailable
    );
    assert!(rpc.asked().len() < 60);
}

#[tokio::test]
async fn with_two_rpcs_both_must_have_the_receipt() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let second = Proxy::start(anvil.url(), Mode::Truth).await;
    let chain = chain(anvil.place(&[&anvil.url(), &second.url]));
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
        second.set(Mode::Bend(Arc::new(move |method, _, answer| {
            if method == "eth_getTransactionReceipt" {
                lie(&mut answer["result"]);
            }
        })));
        assert!(!chain.has_receipt_quorum(USER, &event).await.unwrap());
    }
    // One that does not answer is no witness, and the other alone is not enough.
    second.set(Mode::Close);
    assert!(!chain.has_receipt_quorum(USER, &event).await.unwrap());
    second.set(Mode::Truth);
    assert!(chain.has_receipt_quorum(USER, &event).await.unwrap());
}

#[tokio::test]
async fn events_that_one_rpc_alone_tells_are_not_taken() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let truth = chain(anvil.place(&[&anvil.url()]));
    let (head, ..) = truth.head().await.unwrap();
    let events = truth.events(USER, 0, head).await.unwrap().events;
    let first = Proxy::start(anvil.url(), Mode::Truth).await;
    let second = Proxy::start(anvil.url(), Mode::Truth).await;
    let both = chain(anvil.place(&[&first.url, &second.url]));
    assert_eq!(both.events(USER, 0, head).await.unwrap().events, events);

    // Whichever of the two invents one.
    for liar in [&first, &second] {
        liar.set(Mode::Bend(Arc::new(|method, _, answer| {
            if method == "eth_getLogs" {
                let logs = answer["result"].as_array_mut().unwrap();
                let mut invented = logs[0].clone();
                invented["logIndex"] = json!("0x99");
                logs.push(invented);
            }
        })));
        let error = both.events(USER, 0, head).await.unwrap_err();
        assert_eq!(
            (error.code, error.retryable),
            (Code::RpcsDisagree, true),
            "{error}"
        );
        liar.set(Mode::Truth);
        assert_eq!(both.events(USER, 0, head).await.unwrap().events, events);
    }

    // One that does not answer is waited for by nobody.
    second.set(Mode::Close);
    assert_eq!(both.events(USER, 0, head).await.unwrap().events, events);
}

#[tokio::test]
async fn times_beside_logs_are_taken_only_where_the_blocks_bear_them_out() {
    let anvil = Anvil::start().await;
    for id in ["a", "b", "c", "d"] {
        anvil.credit(5_000_000, id).await;
    }
    let silent = Proxy::bend(anvil.url(), bend_times(|_| Value::Null)).await;
    let slow = chain(anvil.place(&[&silent.url]));
    let (head, ..) = slow.head().await.unwrap();
    let events = slow.events(USER, 0, head).await.unwrap().events;
    assert_eq!(events.len(), 4);
    let blocks = |proxy: &Proxy| {
        let asked = proxy.asked();
        asked
            .iter()
            .filter(|method| *method == "eth_getBlockByHash")
            .count()
    };
    assert_eq!(blocks(&silent), 4);

    let honest = Proxy::start(anvil.url(), Mode::Truth).await;
    let quick = chain(anvil.place(&[&honest.url]));
    assert_eq!(quick.events(USER, 0, head).await.unwrap().events, events);
    assert_eq!(blocks(&honest), 2);

    let lies: [fn(u64) -> Value; 3] = [
        |time| json!(format!("{:#x}", time + 1)),
        |time| json!(time),
        // The later a block, the older it is said to be.
        |time| json!(format!("{:#x}", 4_000_000_000 - time)),
    ];
    for lie in lies {
        let liar = Proxy::bend(anvil.url(), bend_times(lie)).await;
        let deceived = chain(anvil.place(&[&liar.url]));
        assert_eq!(deceived.events(USER, 0, head).await.unwrap().events, events);
        assert_eq!(blocks(&liar), 4);
    }
}

/// Writes other times beside the logs.
fn bend_times(
    bend: impl Fn(u64) -> Value + Send + Sync + 'static,
) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    move |method, _, answer| {
        if method != "eth_getLogs" {
            return;
        }
        for log in answer["result"].as_array_mut().unwrap() {
            let told = log["blockTimestamp"].as_str().unwrap();
            let time = u64::from_str_radix(told.strip_prefix("0x").unwrap(), 16).unwrap();
            log["blockTimestamp"] = bend(time);
        }
    }
}
