//! A wrong clock, here or at an endpoint, does not weaken what counts as evidence.

use crate::anvil::{Anvil, USER};
use crate::rpc_proxy::{Mode, RpcProxy, inventing_log};
use crate::{chain, now};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Code;
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn contradicting_rpcs_verify_nothing_at_any_local_time() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let offsets = [
        Span::default(),
        Span::minutes(3),
        Span::minutes(-3),
        Span::hours(5),
        Span::hours(-5),
        Span::days(400),
        Span::days(-400),
    ];
    for offset in offsets {
        let first = RpcProxy::start(anvil.url(), Mode::Honest).await;
        let second = RpcProxy::start(anvil.url(), Mode::Honest).await;
        for liar in [&first, &second] {
            let both = chain(anvil.config(&[&first.url, &second.url]));
            let reading = both.read(USER, now().plus(offset)).await.unwrap();
            liar.set(inventing_log());
            for _ in 0..2 {
                let error = both.events(USER, 0, reading.block).await.unwrap_err();
                assert_eq!(error.code, Code::RpcsDisagree, "{offset:?}: {error}");
            }
            liar.set(Mode::Honest);
            let events = both.events(USER, 0, reading.block).await.unwrap().events;
            assert_eq!(events.len(), 1, "{offset:?}");
        }
    }
}

/// A block that an endpoint invents on top of the chain, with a date of its choice and a credit in it.
fn invented_block(head: &Value, logs: &Value, ahead: u64, seconds: u64) -> Mode {
    let read = |name: &str| {
        let digits = head[name].as_str().unwrap().strip_prefix("0x").unwrap();
        u64::from_str_radix(digits, 16).unwrap()
    };
    let number = format!("{:#x}", read("number") + ahead);
    let time = format!("{:#x}", read("timestamp") + seconds);
    let hash = format!("0x{}", "ee".repeat(32));
    let block = json!({"number": number, "hash": hash, "timestamp": time});
    let mut invented = logs[0].clone();
    invented["blockNumber"] = block["number"].clone();
    invented["blockHash"] = block["hash"].clone();
    invented["blockTimestamp"] = block["timestamp"].clone();
    invented["transactionHash"] = json!(format!("0x{}", "dd".repeat(32)));
    let mut logs = logs.clone();
    logs.as_array_mut().unwrap().push(invented);
    Mode::Alter(Arc::new(
        move |method: &str, params: &Value, answer: &mut Value| {
            let result = match method {
                "eth_getBlockByNumber" if params[0] == "latest" || params[0] == block["number"] => {
                    &block
                }
                "eth_getBlockByHash" if params[0] == block["hash"] => &block,
                "eth_getLogs" if params[0]["toBlock"] == block["number"] => &logs,
                _ => return,
            };
            *answer = json!({"jsonrpc": "2.0", "id": answer["id"], "result": result});
        },
    ))
}

#[tokio::test]
async fn future_dated_blocks_do_not_make_other_rpc_stale() {
    let anvil = &Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let head = &anvil.head().await;
    let filter = json!([{"fromBlock": "0x0", "toBlock": "latest", "address": anvil.balance,
        "topics": [alloy::primitives::keccak256("UserBalanceIncrease(address,address,address,uint256,string)")]}]);
    let logs = &anvil.call("eth_getLogs", filter).await;
    let cases = [
        (1, 30, Span::default()),
        (1, 600, Span::default()),
        (1, 600, Span::minutes(3)),
        (5, 86_400 * 30, Span::days(40)),
    ];
    let tried = cases.map(|(ahead, seconds, offset)| async move {
        let first = RpcProxy::start(anvil.url(), invented_block(head, logs, ahead, seconds)).await;
        let both = chain(anvil.config(&[&first.url, &anvil.url()]));
        let (top, ..) = both.head().await.unwrap();
        let _ = both.read(USER, now().plus(offset)).await;
        match both.newest_events(USER, 0, top).await {
            Ok(batch) => assert_eq!(
                batch.events.len(),
                1,
                "{ahead} blocks, {seconds} s, {offset:?}"
            ),
            Err(error) => assert_eq!(error.code, Code::RpcsDisagree, "{error}"),
        }
    });
    futures_util::future::join_all(tried).await;
}

#[tokio::test]
async fn regressed_head_is_stale_and_delays_nothing() {
    let anvil = Anvil::start().await;
    anvil.mine(3).await;
    let old = anvil.head().await;
    let first = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let both = chain(anvil.config(&[&first.url, &anvil.url()]));
    anvil.advance_time(120).await;
    both.read(USER, now()).await.unwrap();
    anvil.credit(5_000_000, "a").await;
    first.set(Mode::Alter(Arc::new(
        move |method: &str, params: &Value, answer: &mut Value| {
            if method == "eth_getLogs" {
                answer["result"] = json!([]);
            }
            if method == "eth_getBlockByNumber" && params[0] == "latest" {
                answer["result"] = old.clone();
            }
        },
    )));
    // Whatever the local clock says.
    for time in [now(), Timestamp(0), now().plus(Span::days(9))] {
        let reading = both.read(USER, time).await.unwrap();
        let batch = both.newest_events(USER, reading.block, reading.block).await;
        assert_eq!(batch.unwrap().events.len(), 1);
    }
}

#[tokio::test]
async fn compares_heads_with_slow_local_clock() {
    let anvil = Anvil::start().await;
    let old = anvil.head().await;
    anvil.advance_time(3_600).await;
    anvil.credit(5_000_000, "a").await;
    let stuck = RpcProxy::altering(anvil.url(), move |method, params, answer| {
        if method == "eth_getBlockByNumber" && params[0] == "latest" {
            answer["result"] = old.clone();
        }
    })
    .await;
    for offset in [Span::hours(-3), Span::minutes(-10), Span::days(3)] {
        let both = chain(anvil.config(&[&stuck.url, &anvil.url()]));
        let reading = both.read(USER, now().plus(offset)).await.unwrap();
        assert_eq!(reading.free.to_string(), "5.000000 USDC", "{offset:?}");
    }
}
