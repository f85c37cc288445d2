//! A WebSocket server that a test speaks for: it passes the check, takes the subscription, and sends what it is
//! told to.

use super::anvil::CHAIN_ID;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

pub(crate) const BLOCK_TIME: &str = "0x64";

/// What the test wants of the server.
pub(crate) enum Order {
    /// A log to the subscriber.
    Send(Value),
    Text(String),
    Drop,
    /// Neither reads nor writes from now on.
    FallSilent,
}

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) orders: mpsc::Sender<Order>,
}

impl Server {
    /// Serves one connection after the other.
    pub(crate) async fn start(chain_id: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let (orders, mut heard) = mpsc::channel(16);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(socket) = accept_async(stream).await {
                    serve(socket, chain_id, &mut heard).await;
                }
            }
        });
        Self { url, orders }
    }

    pub(crate) async fn honest() -> Self {
        Self::start(CHAIN_ID).await
    }

    pub(crate) async fn order(&self, order: Order) {
        self.orders.send(order).await.unwrap();
    }
}

async fn serve(
    mut socket: WebSocketStream<TcpStream>,
    chain_id: u64,
    orders: &mut mpsc::Receiver<Order>,
) -> Option<()> {
    loop {
        tokio::select! {
            message = socket.next() => {
                let Message::Text(text) = message?.ok()? else { continue };
                let call: Value = serde_json::from_str(&text).unwrap();
                let answer = json!({"jsonrpc": "2.0", "id": call["id"], "result": result(&call, chain_id)});
                socket.send(Message::text(answer.to_string())).await.ok()?;
            }
            order = orders.recv() => match order? {
                Order::Send(log) => {
                    let params = json!({"subscription": "0xsub", "result": log});
                    let note = json!({"jsonrpc": "2.0", "method": "eth_subscription", "params": params});
                    socket.send(Message::text(note.to_string())).await.ok()?;
                }
                Order::Text(text) => socket.send(Message::text(text)).await.ok()?,
                Order::Drop => return None,
                Order::FallSilent => std::future::pending().await,
            }
        }
    }
}

fn result(call: &Value, chain_id: u64) -> Value {
    match call["method"].as_str().unwrap() {
        "eth_chainId" => json!(format!("{chain_id:#x}")),
        "eth_getCode" => json!("0x60"),
        "eth_call" => json!(format!("{:#066x}", 6)),
        "eth_subscribe" => json!("0xsub"),
        // A block that was taken out of the chain is not found.
        "eth_getBlockByHash" if call["params"][0].as_str().unwrap().ends_with("ff") => Value::Null,
        "eth_getBlockByHash" => {
            json!({"number": "0x9", "hash": call["params"][0], "timestamp": BLOCK_TIME})
        }
        other => panic!("{other}"),
    }
}
