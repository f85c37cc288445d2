//! Events that one RPC leaves out, invents or counts differently, where a second one is asked.

use crate::anvil::{Anvil, USER};
use crate::chain;
use crate::rpc_proxy::{Mode, Proxy};
use bursar_domain::error::Code;
use serde_json::{Value, json};
use std::sync::Arc;

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
