//! The WebSocket proxy in front of the Fluence chain. It forwards calls and subscriptions, fails or lies as its mode
//! says, and can close open connections.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{
    Callback, ErrorResponse, Request, Response,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, accept_hdr_async, connect_async};

use super::call_rewriting::{
    Interception, delivery_count, intercept_call, method_of, rewrite_response,
};
use super::mode_effects::Connection;
use super::proxy_mode::ProxyMode;
use super::rpc_proxy::refuse_private_method;
use crate::error::{Error, Result};
use crate::http::server::{Origins, check_host_and_origin};
use crate::sandbox::Sandbox;

const PROXY_NAME: &str = "fluence-ws";
const MODE_POLL_INTERVAL: Duration = Duration::from_millis(100);

type Client = WebSocketStream<TcpStream>;
type Upstream = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) async fn run(sandbox: Arc<Sandbox>, listener: TcpListener, authority: String) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(MODE_POLL_INTERVAL).await;
            continue;
        };
        let (sandbox, authority) = (sandbox.clone(), authority.clone());
        tokio::spawn(async move {
            if let Err(error) = serve_connection(sandbox, stream, authority).await {
                tracing::debug!("{PROXY_NAME}: {error}");
            }
        });
    }
}

async fn serve_connection(
    sandbox: Arc<Sandbox>,
    stream: TcpStream,
    authority: String,
) -> Result<()> {
    match sandbox.proxy_modes.mode(PROXY_NAME).effects().connection {
        Connection::Refuse | Connection::Status(_) => return Ok(()),
        Connection::Delay(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
        Connection::Serve | Connection::Hang | Connection::Garbage => {}
    }
    let _ = stream.set_nodelay(true);
    let client = accept_hdr_async(stream, HandshakeGuard(authority))
        .await
        .map_err(|error| Error::new(error.to_string()))?;
    let address = sandbox.fluence.rpc.url().replacen("http", "ws", 1);
    let (upstream, _) = connect_async(address)
        .await
        .map_err(|error| Error::new(error.to_string()))?;
    let (to_client, from_client) = client.split();
    let (to_chain, from_chain) = upstream.split();
    Relay {
        sandbox,
        to_client,
        to_chain,
        pending_calls: Vec::new(),
    }
    .run(from_client, from_chain)
    .await;
    Ok(())
}

/// Accepts a handshake only with this host name and without an `Origin`, so that no browser page can connect.
struct HandshakeGuard(String);

impl Callback for HandshakeGuard {
    fn on_request(
        self,
        request: &Request,
        response: Response,
    ) -> std::result::Result<Response, ErrorResponse> {
        if check_host_and_origin(request.headers(), &self.0, Origins::None).is_ok() {
            return Ok(response);
        }
        let mut refused = ErrorResponse::new(Some("Forbidden".to_owned()));
        *refused.status_mut() = axum::http::StatusCode::FORBIDDEN;
        Err(refused)
    }
}

struct Relay {
    sandbox: Arc<Sandbox>,
    to_client: SplitSink<Client, Message>,
    to_chain: SplitSink<Upstream, Message>,
    /// Calls whose response is still to come.
    pending_calls: Vec<Value>,
}

impl Relay {
    async fn run(
        mut self,
        mut from_client: SplitStream<Client>,
        mut from_chain: SplitStream<Upstream>,
    ) {
        let mut mode_poll = tokio::time::interval(MODE_POLL_INTERVAL);
        loop {
            let keep_open = tokio::select! {
                message = from_client.next() => match message {
                    Some(Ok(message)) => self.on_client_message(message).await,
                    Some(Err(_)) | None => false,
                },
                message = from_chain.next() => match message {
                    Some(Ok(message)) => self.on_chain_message(message).await,
                    Some(Err(_)) | None => false,
                },
                _ = mode_poll.tick() => self.sandbox.proxy_modes.mode(PROXY_NAME) != ProxyMode::Refuse,
            };
            if !keep_open {
                return;
            }
        }
    }

    async fn on_client_message(&mut self, message: Message) -> bool {
        let Some(mut call) = parse_json(&message) else {
            return !matches!(message, Message::Close(_))
                && self.to_chain.send(message).await.is_ok();
        };
        let mode = self.sandbox.proxy_modes.mode(PROXY_NAME);
        let entry = self.sandbox.request_log.begin(
            PROXY_NAME,
            "WS",
            method_of(&call),
            "",
            (mode != ProxyMode::Ok).then_some("rpc"),
        );
        self.sandbox.request_log.end(entry, 200, None);
        if mode == ProxyMode::Hang {
            return true;
        }
        if mode == ProxyMode::Garbage {
            return self.send_to_client("{\"half\": ").await;
        }
        if let Interception::Respond(response) = intercept_call(&mode, &mut call) {
            return self.send_to_client(&response.to_string()).await;
        }
        if let Some(refusal) = refuse_private_method(&call) {
            return self.send_to_client(&refusal.to_string()).await;
        }
        let text = call.to_string();
        self.pending_calls.push(call);
        self.to_chain.send(Message::text(text)).await.is_ok()
    }

    async fn on_chain_message(&mut self, message: Message) -> bool {
        let Some(mut response) = parse_json(&message) else {
            return !matches!(message, Message::Close(_))
                && self.to_client.send(message).await.is_ok();
        };
        let mode = self.sandbox.proxy_modes.mode(PROXY_NAME);
        if let ProxyMode::Delay { ms } = mode {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        let index = response.get("id").and_then(|id| {
            self.pending_calls
                .iter()
                .position(|call| call.get("id") == Some(id))
        });
        let count = match index {
            Some(index) => {
                let call = self.pending_calls.swap_remove(index);
                rewrite_response(&mode, &call, &mut response);
                1
            }
            None => delivery_count(&mode, response.pointer("/params/result/topics").is_some()),
        };
        for _ in 0..count {
            if !self.send_to_client(&response.to_string()).await {
                return false;
            }
        }
        true
    }

    /// Returns whether the connection is still open.
    async fn send_to_client(&mut self, text: &str) -> bool {
        self.to_client.send(Message::text(text)).await.is_ok()
    }
}

fn parse_json(message: &Message) -> Option<Value> {
    serde_json::from_str(message.to_text().ok().filter(|_| message.is_text())?).ok()
}
