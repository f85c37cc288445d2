//! The same messages of a WebSocket server, and the same updates.

use super::super::SubscriptionUpdate;
use super::mutation::{damage, text};
use super::{CHAIN_ID, USER, cases, chain, random};
use futures_util::{SinkExt, StreamExt};
use rand::Rng;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

/// What a server does with each connection.
#[derive(Clone)]
struct Script {
    /// Changes the answer to a call.
    alter: Arc<dyn Fn(&str, &mut Value) + Send + Sync>,
    /// Sent once the subscription is up.
    messages: Vec<Message>,
}

impl Script {
    fn sending(messages: impl IntoIterator<Item = Message>) -> Self {
        Self {
            alter: Arc::new(|_, _| {}),
            messages: messages.into_iter().collect(),
        }
    }
}

async fn start(script: Arc<Mutex<Script>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let script = script.lock().unwrap().clone();
            tokio::spawn(async move {
                if let Ok(socket) = accept_async(stream).await {
                    serve(socket, script).await;
                }
            });
        }
    });
    url
}

async fn serve(mut socket: WebSocketStream<TcpStream>, script: Script) -> Option<()> {
    loop {
        let Message::Text(text) = socket.next().await?.ok()? else {
            continue;
        };
        let call: Value = serde_json::from_str(&text).unwrap();
        let method = call["method"].as_str().unwrap();
        let mut answer =
            json!({"jsonrpc": "2.0", "id": call["id"], "result": result(method, &call["params"])});
        (script.alter)(method, &mut answer);
        socket.send(Message::text(answer.to_string())).await.ok()?;
        if method == "eth_subscribe" {
            let last = Message::text(notification(log(LAST, false)).to_string());
            for message in script.messages.iter().chain([&last]) {
                socket.send(message.clone()).await.ok()?;
            }
        }
    }
}

fn result(method: &str, params: &Value) -> Value {
    match method {
        "eth_chainId" => json!(format!("{CHAIN_ID:#x}")),
        "eth_getCode" => json!("0x60"),
        "eth_call" => json!(format!("{:#066x}", 6)),
        "eth_subscribe" => json!("0xsub"),
        "eth_getBlockByHash" if params[0].as_str().unwrap().ends_with("ff") => Value::Null,
        "eth_getBlockByHash" => json!({"number": "0x9", "hash": params[0], "timestamp": "0x64"}),
        other => panic!("{other}"),
    }
}

fn log(hash_end: &str, removed: bool) -> Value {
    let data = format!("0x{:064x}{:064x}{:064x}61{}", 5, 64, 1, "00".repeat(31));
    json!({
        "address": format!("0x{}", "ba".repeat(20)),
        "topics": [
            alloy_primitives::keccak256("UserBalanceIncrease(address,address,address,uint256,string)"),
            format!("0x{}{}", "00".repeat(12), "70".repeat(20)),
            USER.into_word(),
            USER.into_word(),
        ],
        "data": data,
        "blockNumber": "0x9",
        "blockHash": format!("0x{}{hash_end}", "ab".repeat(31)),
        "transactionHash": format!("0x{}", "cd".repeat(32)),
        "logIndex": "0x0",
        "removed": removed,
    })
}

fn notification(log: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": "eth_subscription", "params": {"subscription": "0xsub", "result": log}})
}

/// What the reader by hand gets wrong: it ends if an event is taken back while its block is looked up.
fn takes_back(messages: &[Message]) -> bool {
    messages.iter().any(|message| {
        message
            .to_text()
            .is_ok_and(|text| text.contains("\"removed\":true"))
    })
}

/// The last log of each script. Whoever reports its event has read everything.
const LAST: &str = "77";

fn is_last(update: &SubscriptionUpdate) -> bool {
    matches!(update, SubscriptionUpdate::Event { event, .. } if event.block_hash.last() == Some(&0x77))
}

/// Both readers report the same events of one connection, or both give the connection up. Whether something is reported
/// before they do depends on what they wait for meanwhile.
async fn assert_same(url: &str) -> Vec<SubscriptionUpdate> {
    let mut seen = Vec::new();
    for by_alloy in [false, true] {
        let chain = chain("http://127.0.0.1:1", Some(url));
        let (out, mut updates) = mpsc::channel(16);
        let task = tokio::spawn(async move {
            if by_alloy {
                chain.subscribe_by_alloy(USER, out).await;
            } else {
                chain.subscribe(USER, out).await;
            }
        });
        let mut got = Vec::new();
        while let Ok(Some(update)) =
            tokio::time::timeout(Duration::from_millis(900), updates.recv()).await
        {
            let ended = update == SubscriptionUpdate::Disconnected || is_last(&update);
            got.push(update);
            if ended {
                break;
            }
        }
        task.abort();
        seen.push(got.last().is_some_and(is_last).then_some(got));
    }
    assert_eq!(seen[1], seen[0]);
    seen.swap_remove(1).unwrap_or_default()
}

#[tokio::test]
async fn same_updates_of_odd_and_faulty_servers() {
    let script = Arc::new(Mutex::new(Script::sending([])));
    let url = start(Arc::clone(&script)).await;
    let text = |value: Value| Message::text(value.to_string());
    let good = || text(notification(log("01", false)));
    let mut foreign = log("01", false);
    foreign["topics"][2] = json!(format!("0x{}", "00".repeat(32)));
    let other_subscription = json!({"jsonrpc": "2.0", "method": "eth_subscription", "params": {"subscription": "0xother", "result": log("01", false)}});
    let sequences: Vec<Vec<Message>> = vec![
        vec![],
        vec![good()],
        vec![
            good(),
            text(notification(log("01", true))),
            text(notification(log("02", false))),
        ],
        vec![text(notification(log("ff", false))), good()],
        vec![
            text(notification(log("ff", true))),
            text(notification(log("01", true))),
        ],
        vec![
            good(),
            Message::Ping(vec![1].into()),
            good(),
            Message::Pong(vec![2].into()),
            good(),
        ],
        vec![text(notification(foreign)), good()],
        vec![text(other_subscription), good()],
        vec![text(notification(json!(null))), good()],
        vec![
            text(json!({"jsonrpc": "2.0", "id": 99, "result": "0x1"})),
            good(),
        ],
        vec![
            text(json!({"jsonrpc": "2.0", "id": null, "error": {"code": 1, "message": "x"}})),
            good(),
        ],
        vec![text(json!([notification(log("01", false))])), good()],
        vec![Message::text("<html>"), good()],
        vec![Message::text("[".repeat(10_000)), good()],
        vec![Message::text("x".repeat(2 * 1024 * 1024)), good()],
        vec![Message::binary(vec![1, 2, 3]), good()],
    ];
    let mut reported = 0;
    for messages in sequences {
        println!("{messages:.120?}");
        if messages.len() > 2 && takes_back(&messages) {
            continue;
        }
        *script.lock().unwrap() = Script::sending(messages);
        reported += assert_same(&url)
            .await
            .iter()
            .filter(|update| matches!(update, SubscriptionUpdate::Event { .. }))
            .count();
    }
    assert!(reported > 6, "{reported}");
}

#[tokio::test]
async fn same_updates_of_servers_that_answer_calls_oddly() {
    let script = Arc::new(Mutex::new(Script::sending([])));
    let url = start(Arc::clone(&script)).await;
    let alterations: [fn(&mut Value); 9] = [
        |answer| drop(answer.as_object_mut().unwrap().remove("jsonrpc")),
        |answer| answer["jsonrpc"] = json!("1.0"),
        |answer| answer["error"] = Value::Null,
        |answer| answer["result"] = Value::Null,
        |answer| answer["id"] = json!(answer["id"].as_u64().unwrap() + 1_000),
        |answer| answer["id"] = json!(answer["id"].to_string()),
        |answer| *answer = json!({"id": answer["id"], "error": {"code": -32000, "message": "no"}}),
        |answer| *answer = json!({"error": "no"}),
        |answer| *answer = json!([answer]),
    ];
    for method in [
        "eth_chainId",
        "eth_getCode",
        "eth_call",
        "eth_subscribe",
        "eth_getBlockByHash",
    ] {
        for (way, alter) in alterations.into_iter().enumerate() {
            println!("{method} {way}");
            // alloy's takes a list of one here too.
            if method == "eth_getBlockByHash" && way == 8 {
                continue;
            }
            let mut altered =
                Script::sending([Message::text(notification(log("01", false)).to_string())]);
            altered.alter = Arc::new(move |asked, answer| {
                if asked == method {
                    alter(answer)
                }
            });
            *script.lock().unwrap() = altered;
            assert_same(&url).await;
        }
    }
}

#[tokio::test]
async fn same_updates_of_damaged_notifications() {
    let script = Arc::new(Mutex::new(Script::sending([])));
    let url = start(Arc::clone(&script)).await;
    for case in 0..cases(60) {
        let random = &mut random(case);
        let count = random.random_range(1..4);
        let messages = (0..count).map(|_| {
            let mut sent = notification(log("01", random.random_bool(0.3)));
            damage(&mut sent, random);
            Message::text(String::from_utf8_lossy(&text(&sent, random)).into_owned())
        });
        let messages: Vec<Message> = messages.collect();
        println!("case {case} {messages:?}");
        if messages.len() > 1 && takes_back(&messages) {
            continue;
        }
        *script.lock().unwrap() = Script::sending(messages);
        assert_same(&url).await;
    }
}
