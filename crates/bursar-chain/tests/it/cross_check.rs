//! Events that one endpoint omits, invents or numbers differently, when a second one is asked.

use crate::anvil::{Anvil, USER};
use crate::chain;
use crate::rpc_proxy::{Mode, RpcProxy, inventing_log};
use bursar_domain::error::Code;
use serde_json::{Value, json};
use std::sync::Arc;

fn without_logs() -> Mode {
    Mode::Alter(Arc::new(|method, _, answer| {
        if method == "eth_getLogs" {
            answer["result"] = json!([]);
        }
    }))
}

#[tokio::test]
async fn takes_omitted_event_if_both_have_receipt() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    anvil.credit(6_000_000, "b").await;
    let first = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let second = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let both = chain(anvil.config(&[&first.url, &second.url]));
    let (head, ..) = both.head().await.unwrap();
    let truth = both.events_cross_checked(USER, 0, head).await.unwrap();
    assert_eq!(truth.events.len(), 2);
    let without_one = || {
        Mode::Alter(Arc::new(|method: &str, _: &Value, answer: &mut Value| {
            if method == "eth_getLogs" {
                answer["result"].as_array_mut().unwrap().pop();
            }
        }))
    };
    for forgetful in [&first, &second] {
        for mode in [without_logs(), without_one()] {
            forgetful.set(mode);
            let batch = both.events_cross_checked(USER, 0, head).await.unwrap();
            assert_eq!(batch, truth);
        }
        forgetful.set(Mode::Honest);
    }
    // An invented event has no receipt anywhere.
    for liar in [&first, &second] {
        liar.set(inventing_log());
        let error = both.events_cross_checked(USER, 0, head).await.unwrap_err();
        assert_eq!(error.code, Code::RpcsDisagree, "{error}");
        liar.set(Mode::Honest);
    }
    // The other endpoint does not answer: the first is believed, as it is without another.
    second.set(Mode::Close);
    first.set(without_logs());
    let batch = both.events_cross_checked(USER, 0, head).await.unwrap();
    assert!(batch.events.is_empty());
}

#[tokio::test]
async fn treats_different_log_indexes_as_same_event() {
    let anvil = Anvil::start().await;
    for (amount, id) in [(5_000_000, "a"), (6_000_000, "b")] {
        anvil.credit(amount, id).await;
    }
    let first = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let second = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let both = chain(anvil.config(&[&first.url, &second.url]));
    let (head, ..) = both.head().await.unwrap();
    let counting = |leaves_out: bool| {
        Mode::Alter(Arc::new(
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
            let batch = both.events_cross_checked(USER, 0, head).await.unwrap();
            let amounts: Vec<_> = batch
                .events
                .iter()
                .map(|event| event.amount.to_string())
                .collect();
            assert_eq!(amounts, ["6.000000 USDC", "5.000000 USDC"]);
        }
        other.set(Mode::Honest);
    }
}
