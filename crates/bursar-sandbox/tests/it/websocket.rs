//! The WebSocket proxy: it delivers credits at once, and its faults change what it delivers.

use std::time::Duration;

use crate::support::{Sandbox, str_at};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn address(sandbox: &Sandbox) -> String {
    let network = sandbox.network_file();
    let line = network
        .lines()
        .find(|line| line.starts_with("ws"))
        .unwrap()
        .to_owned();
    line.split('"').nth(1).unwrap().to_owned()
}

async fn next(socket: &mut Socket) -> Option<Value> {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(5), socket.next())
            .await
            .ok()??
            .ok()?;
        if message.is_text() {
            return serde_json::from_str(message.to_text().unwrap()).ok();
        }
    }
}

async fn subscribe(sandbox: &Sandbox) -> Socket {
    let (mut socket, _) = connect_async(address(sandbox)).await.unwrap();
    let filter = json!({"address": sandbox.ready_field("/contracts/balance")});
    let call =
        json!({"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["logs", filter]});
    socket.send(Message::text(call.to_string())).await.unwrap();
    assert!(next(&mut socket).await.unwrap().get("result").is_some());
    socket
}

async fn credit(sandbox: &Sandbox, user: &str) -> Value {
    sandbox
        .control_post(
            &format!("/users/{user}/credit"),
            &json!({"amount": "10", "top_up_id": uuid::Uuid::new_v4()}),
        )
        .await
}

#[tokio::test]
async fn subscription_delivers_a_credit() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let mut socket = subscribe(&sandbox).await;
    let credited = credit(&sandbox, &user.id).await;
    // PoolTopUp comes first, in its own transaction.
    let mut seen = next(&mut socket).await.unwrap();
    while str_at(&seen, "/params/result/transactionHash") != str_at(&credited, "/transaction") {
        seen = next(&mut socket).await.unwrap();
    }
}

#[tokio::test]
async fn logs_can_be_duplicated_and_connections_closed() {
    let sandbox = Sandbox::start(&["--history", "0"]);
    let user = sandbox.user(&json!({})).await;
    let mut socket = subscribe(&sandbox).await;
    sandbox
        .control_post("/rpc/fluence-ws", &json!({"mode": "duplicate_logs"}))
        .await;
    credit(&sandbox, &user.id).await;
    let first = next(&mut socket).await.unwrap();
    assert_eq!(next(&mut socket).await.unwrap(), first);
    sandbox
        .control_post("/rpc/fluence-ws", &json!({"mode": "refuse"}))
        .await;
    while next(&mut socket).await.is_some() {}
    assert!(connect_async(address(&sandbox)).await.is_err());
    sandbox
        .control_post("/rpc/fluence-ws", &json!({"mode": "ok"}))
        .await;
    subscribe(&sandbox).await;
}

#[tokio::test]
async fn chain_head_is_recent() {
    let sandbox = Sandbox::start(&[]);
    let block = sandbox
        .rpc(
            sandbox.ready_field("/rpc/9999999"),
            "eth_getBlockByNumber",
            json!(["latest", false]),
        )
        .await;
    let seconds = u64::from_str_radix(&str_at(&block.body, "/result/timestamp")[2..], 16).unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    assert!(now.abs_diff(seconds) <= 5, "{seconds} at {now}");
}
