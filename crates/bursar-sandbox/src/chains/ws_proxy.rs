//! The WebSocket way to the Fluence chain: calls and subscriptions are passed on, and fail or lie as told. It can
//! end connections that are open.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{
    Callback, ErrorResponse, Request, Response,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, accept_hdr_async, connect_async};

use super::lies::{Course, Mode, copies, inward, outward};
use super::rpc_proxy::is_private;
use crate::failure::{Failure, Result};
use crate::http::server::{Origins, check};
use crate::world::World;

const NAME: &str = "fluence-ws";
const LOOK: Duration = Duration::from_millis(100);

type Client = WebSocketStream<TcpStream>;
type Upstream = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) async fn run(world: Arc<World>, listener: TcpListener, authority: String) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(LOOK).await;
            continue;
        };
        let (world, authority) = (world.clone(), authority.clone());
        tokio::spawn(async move {
            if let Err(failure) = one(world, stream, authority).await {
                tracing::debug!("{NAME}: {failure}");
            }
        });
    }
}

async fn one(world: Arc<World>, stream: TcpStream, authority: String) -> Result<()> {
    match world.proxies.mode(NAME) {
        Mode::Refuse | Mode::Status { .. } => return Ok(()),
        Mode::Delay { ms } => tokio::time::sleep(Duration::from_millis(ms)).await,
        Mode::Ok
        | Mode::Error { .. }
        | Mode::Hang
        | Mode::Garbage
        | Mode::ChainId { .. }
        | Mode::NoCode
        | Mode::Stale { .. }
        | Mode::Balance { .. }
        | Mode::DropLogs
        | Mode::DuplicateLogs
        | Mode::LimitLogs { .. }
        | Mode::Prune { .. }
        | Mode::Edit { .. } => {}
    }
    let _ = stream.set_nodelay(true);
    let client = accept_hdr_async(stream, Doorkeeper(authority))
        .await
        .map_err(|error| Failure::new(error.to_string()))?;
    let address = world.fluence.rpc.url().replacen("http", "ws", 1);
    let (upstream, _) = connect_async(address)
        .await
        .map_err(|error| Failure::new(error.to_string()))?;
    let (to_client, from_client) = client.split();
    let (to_chain, from_chain) = upstream.split();
    Relay {
        world,
        to_client,
        to_chain,
        asked: Vec::new(),
    }
    .run(from_client, from_chain)
    .await;
    Ok(())
}

/// Lets in whoever asks for this address and is no browser page.
struct Doorkeeper(String);

impl Callback for Doorkeeper {
    fn on_request(
        self,
        request: &Request,
        response: Response,
    ) -> std::result::Result<Response, ErrorResponse> {
        if check(request.headers(), &self.0, Origins::None).is_ok() {
            return Ok(response);
        }
        let mut refused = ErrorResponse::new(Some("not for you".to_owned()));
        *refused.status_mut() = axum::http::StatusCode::FORBIDDEN;
        Err(refused)
    }
}

struct Relay {
    world: Arc<World>,
    to_client: SplitSink<Client, Message>,
    to_chain: SplitSink<Upstream, Message>,
    /// The calls that are under way.
    asked: Vec<Value>,
}

impl Relay {
    async fn run(
        mut self,
        mut from_client: SplitStream<Client>,
        mut from_chain: SplitStream<Upstream>,
    ) {
        let mut look = tokio::time::interval(LOOK);
        loop {
            let goes_on = tokio::select! {
                message = from_client.next() => match message {
                    Some(Ok(message)) => self.outward(message).await,
                    Some(Err(_)) | None => false,
                },
                message = from_chain.next() => match message {
                    Some(Ok(message)) => self.inward(message).await,
                    Some(Err(_)) | None => false,
                },
                _ = look.tick() => self.world.proxies.mode(NAME) != Mode::Refuse,
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn outward(&mut self, message: Message) -> bool {
        let Some(mut call) = parsed(&message) else {
            return !matches!(message, Message::Close(_))
                && self.to_chain.send(message).await.is_ok();
        };
        let mode = self.world.proxies.mode(NAME);
        let method = call
            .get("method")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let entry =
            self.world
                .requests
                .begin(NAME, "WS", &method, "", (mode != Mode::Ok).then_some("rpc"));
        self.world.requests.end(entry, 200, None);
        if mode == Mode::Hang {
            return true;
        }
        if mode == Mode::Garbage {
            return self
                .to_client
                .send(Message::text("{\"half\": "))
                .await
                .is_ok();
        }
        if let Course::Answer(answer) = outward(&mode, &mut call) {
            return self
                .to_client
                .send(Message::text(answer.to_string()))
                .await
                .is_ok();
        }
        if is_private(&method) {
            let error = json!({"jsonrpc": "2.0", "id": call.get("id"),
                "error": {"code": -32601, "message": format!("the method {method} does not exist")}});
            return self
                .to_client
                .send(Message::text(error.to_string()))
                .await
                .is_ok();
        }
        let text = call.to_string();
        self.asked.push(call);
        self.to_chain.send(Message::text(text)).await.is_ok()
    }

    async fn inward(&mut self, message: Message) -> bool {
        let Some(mut answer) = parsed(&message) else {
            return !matches!(message, Message::Close(_))
                && self.to_client.send(message).await.is_ok();
        };
        let mode = self.world.proxies.mode(NAME);
        if let Mode::Delay { ms } = mode {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        let asked = answer.get("id").and_then(|id| {
            self.asked
                .iter()
                .position(|call| call.get("id") == Some(id))
        });
        let times = match asked {
            Some(place) => {
                let call = self.asked.swap_remove(place);
                inward(&mode, &call, &mut answer);
                1
            }
            None => copies(&mode, answer.pointer("/params/result/topics").is_some()),
        };
        for _ in 0..times {
            if self
                .to_client
                .send(Message::text(answer.to_string()))
                .await
                .is_err()
            {
                return false;
            }
        }
        true
    }
}

fn parsed(message: &Message) -> Option<Value> {
    serde_json::from_str(message.to_text().ok().filter(|_| message.is_text())?).ok()
}
