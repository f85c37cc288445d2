//! A WebSocket server under the control of a test: it passes the check, accepts the subscription, and sends what it is
//! commanded.

use super::anvil::CHAIN_ID;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

pub(crate) const BLOCK_TIME: &str = "0x64";

/// What the test wants the server to do.
pub(crate) enum Command {
    /// A log for the subscriber.
    SendLog(Value),
    SendText(String),
    Disconnect,
    /// Neither read nor write from now on.
    StopResponding,
}

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) commands: mpsc::Sender<Command>,
}

impl Server {
    /// Serves one connection after the other.
    pub(crate) async fn start(chain_id: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let (commands, mut received) = mpsc::channel(16);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(socket) = accept_async(stream).await {
                    serve(socket, chain_id, &mut received).await;
                }
            }
        });
        Self { url, commands }
    }

    pub(crate) async fn honest() -> Self {
        Self::start(CHAIN_ID).await
    }

    pub(crate) async fn command(&self, command: Command) {
        self.commands.send(command).await.unwrap();
    }
}

async fn serve(
    mut socket: WebSocketStream<TcpStream>,
    chain_id: u64,
    commands: &mut mpsc::Receiver<Command>,
) -> Option<()> {
    loop {
        tokio::select! {
            message = socket.next() => {
                let Message::Text(text) = message?.ok()? else { continue };
                let call: Value = serde_json::from_str(&text).unwrap();
                let answer = json!({"jsonrpc": "2.0", "id": call["id"], "result": result(&call, chain_id)});
                socket.send(Message::text(answer.to_string())).await.ok()?;
            }
            command = commands.recv() => match command? {
                Command::SendLog(log) => {
                    let params = json!({"subscription": "0xsub", "result": log});
                    let note = json!({"jsonrpc": "2.0", "method": "eth_subscription", "params": params});
                    socket.send(Message::text(note.to_string())).await.ok()?;
                }
                Command::SendText(text) => socket.send(Message::text(text)).await.ok()?,
                Command::Disconnect => return None,
                Command::StopResponding => std::future::pending().await,
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
