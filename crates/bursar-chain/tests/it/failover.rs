//! Endpoints that do not answer, or serve something else: another one is asked, and the first is left alone.

use crate::anvil::{Anvil, USER};
use crate::rpc_proxy::{Mode, RpcProxy, refuse};
use crate::{chain, now, states};
use bursar_chain::{Chain, RpcState};
use bursar_domain::clock::Span;
use bursar_domain::error::{ChainDetail, Code};
use bursar_domain::money::Currency;
use bursar_platform::http::Http;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use url::Url;

/// Reads through a first endpoint in that mode and a second one that is right.
async fn assert_fails_over(anvil: &Anvil, mode: Mode, expected: RpcState) {
    let first = RpcProxy::start(anvil.url(), mode).await;
    let chain = chain(anvil.config(&[&first.url, &anvil.url()]));
    let reading = chain.read(USER, now()).await.unwrap();
    assert_eq!(reading.free.to_string(), "5.000000 USDC");
    assert_eq!(states(&chain), [expected, RpcState::Good]);
}

fn alter(alter: impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static) -> Mode {
    Mode::Alter(Arc::new(alter))
}

#[tokio::test]
async fn asks_next_rpc_after_failure() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    for mode in [
        Mode::Close,
        Mode::Status(503, ""),
        Mode::Status(302, "location: http://127.0.0.1:1/\r\n"),
        Mode::Body("<html>Please sign in to this Wi-Fi</html>".to_owned()),
        Mode::Body(String::new()),
        Mode::Body("[".repeat(10_000)),
        Mode::Body(format!("[{}]", " ".repeat(2 * 1024 * 1024))),
        alter(|method, _, answer| {
            if method == "eth_call" {
                refuse(answer, -32000, "header not found");
            }
        }),
    ] {
        assert_fails_over(&anvil, mode, RpcState::Unreachable).await;
    }
    let dead = chain(anvil.config(&["http://127.0.0.1:1", &anvil.url()]));
    dead.read(USER, now()).await.unwrap();
    assert_eq!(states(&dead), [RpcState::Unreachable, RpcState::Good]);
}

#[tokio::test]
async fn hanging_rpc_delays_others_only_briefly() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let start = Instant::now();
    assert_fails_over(&anvil, Mode::Hang, RpcState::Unreachable).await;
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn rules_out_rpc_of_wrong_chain_or_without_contracts() {
    let anvil = Anvil::start().await;
    anvil.credit(5_000_000, "a").await;
    let wrong_chain = |method: &str, _: &Value, answer: &mut Value| {
        if method == "eth_chainId" {
            answer["result"] = json!("0x1");
        }
    };
    assert_fails_over(&anvil, alter(wrong_chain), RpcState::WrongChain).await;
    let (balance, token) = (anvil.balance, anvil.token);
    for address in [balance, token] {
        let no_code = move |method: &str, params: &Value, answer: &mut Value| {
            if method == "eth_getCode" && params[0] == json!(address) {
                answer["result"] = json!("0x");
            }
        };
        assert_fails_over(&anvil, alter(no_code), RpcState::NoContract).await;
    }

    let first = RpcProxy::start(anvil.url(), alter(wrong_chain)).await;
    let alone = chain(anvil.config(&[&first.url]));
    let error = alone.read(USER, now()).await.unwrap_err();
    assert_eq!(error.code, Code::WrongChain);
    let detail = ChainDetail::RpcWrongChain {
        host: first.host().to_owned(),
        actual: "1".to_owned(),
        expected: "9999999".to_owned(),
    };
    assert_eq!(error.detail, detail.into());
    // With no other endpoint it is checked each time, and used as soon as it is right.
    first.set(Mode::Honest);
    alone.read(USER, now()).await.unwrap();
    assert_eq!(states(&alone), [RpcState::Good]);

    let both = chain(anvil.config(&[&first.url, &anvil.url()]));
    first.set(alter(wrong_chain));
    both.read(USER, now()).await.unwrap();
    first.take_methods();
    both.read(USER, now()).await.unwrap();
    assert!(
        first.take_methods().is_empty(),
        "ruled out while another answers"
    );
}

#[tokio::test]
async fn notices_changed_chain_id_at_known_rpc() {
    let anvil = Anvil::start().await;
    let rpc = RpcProxy::start(anvil.url(), Mode::Honest).await;
    let chain = chain(anvil.config(&[&rpc.url]));
    chain.read(USER, now()).await.unwrap();
    rpc.set(alter(|method, _, answer| {
        if method == "eth_chainId" {
            answer["result"] = json!("0x2");
        }
    }));
    assert_eq!(
        chain.read(USER, now()).await.unwrap_err().code,
        Code::WrongChain
    );
}

#[tokio::test]
async fn obeys_retry_after_without_another_rpc() {
    let anvil = Anvil::start().await;
    let rpc = RpcProxy::start(anvil.url(), Mode::Status(429, "retry-after: 120\r\n")).await;
    let chain = chain(anvil.config(&[&rpc.url]));
    let error = chain.read(USER, now()).await.unwrap_err();
    assert_eq!(
        (error.code, error.retry_after),
        (Code::RateLimited, Some(Span::seconds(120)))
    );
    assert!(!rpc.take_methods().is_empty());
    let error = chain.head().await.unwrap_err();
    assert_eq!(error.code, Code::RateLimited);
    assert!(error.retry_after.unwrap() > Span::seconds(100));
    assert!(rpc.take_methods().is_empty());
}

#[tokio::test]
async fn never_reveals_key_in_rpc_address() {
    let anvil = Anvil::start().await;
    let rpc = RpcProxy::start(anvil.url(), Mode::Status(401, "")).await;
    let own = Url::parse(&format!("{}/canary-path?key=canary-query", rpc.url)).unwrap();
    let chain = Chain::new(
        anvil.config(&[&anvil.url()]),
        Currency::usdc().into(),
        Some(own.clone()),
        Http::new().unwrap(),
    );
    chain.read(USER, now()).await.unwrap();
    assert!(
        !rpc.take_methods().is_empty(),
        "the user's own RPC is asked first"
    );
    let alone = Chain::new(
        anvil.config(&[]),
        Currency::usdc().into(),
        Some(own),
        Http::new().unwrap(),
    );
    for mode in [
        Mode::Status(401, ""),
        Mode::Close,
        Mode::Body("canary-query".to_owned()),
        Mode::Body(
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"canary-query"}}"#.to_owned(),
        ),
        Mode::Body(r#"{"error":"canary-query: rate limit exceeded"}"#.to_owned()),
        Mode::Body(r#"{"message":"invalid api key canary-query"}"#.to_owned()),
        Mode::Body(
            r#"{"id":1,"error":{"code":4444,"message":"pruned","data":"canary-query"}}"#.to_owned(),
        ),
    ] {
        rpc.set(mode);
        let error = alone.read(USER, now()).await.unwrap_err();
        let events = alone.events(USER, 0, 1).await.unwrap_err();
        let output = format!(
            "{error:?} {events:?} {chain:?} {:?} {alone:?} {:?}",
            chain.rpc_states(),
            alone.rpc_states()
        );
        assert!(!output.contains("canary"), "{output}");
        assert!(output.contains(rpc.host()), "{output}");
    }
}
