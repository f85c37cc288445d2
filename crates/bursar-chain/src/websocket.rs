//! The WebSocket under alloy's pub-sub: it limits the size of a message, lets none through that was not asked for, and
//! notices a silent connection. Any fault ends the pub-sub for good: alloy would open a lost connection again without
//! checking the server, and give up after a number of tries.

use super::fault::Fault;
use super::rpc_calls::decode;
use super::rpc_response::read_responses;
use alloy::pubsub::{ConnectionHandle, ConnectionInterface, PubSubConnect};
use alloy::rpc::json_rpc::{EthNotification, PubSubItem, SubId};
use alloy::transports::{TransportErrorKind, TransportResult};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use url::Url;

/// To send one message.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a connection is pinged, and after how long without a message or a pong it is dead: while a payment is
/// expected or the user is looking.
const ACTIVE_KEEPALIVE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(30));
/// Otherwise: seldom enough to let the machine sleep, often enough for routers on the way to keep the connection.
const IDLE_KEEPALIVE: (Duration, Duration) = (Duration::from_secs(240), Duration::from_secs(600));
const MAX_MESSAGE_BYTES: usize = 1024 * 1024;

/// Where alloy's pub-sub connects to.
pub(super) struct WebSocket {
    pub(super) url: Url,
    pub(super) host: String,
    /// Whether a payment is expected or the user is looking.
    pub(super) active: watch::Receiver<bool>,
}

impl PubSubConnect for WebSocket {
    fn is_local(&self) -> bool {
        false
    }

    async fn connect(&self) -> TransportResult<ConnectionHandle> {
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        let (socket, _) = connect_async_with_config(self.url.as_str(), Some(limits), true)
            .await
            .map_err(|_| TransportErrorKind::custom(Fault::connection_lost(&self.host)))?;
        let (handle, alloy) = ConnectionHandle::new();
        let (host, active) = (self.host.clone(), self.active.clone());
        tokio::spawn(async move {
            let mut connection = Connection {
                host,
                socket,
                alloy,
                open_requests: BTreeMap::new(),
                subscription: None,
            };
            if let Err(fault) = connection.exchange_messages(active).await {
                tracing::debug!(host = %connection.host, "connection closed: {}", fault.clone().into_error(&connection.host));
                let error = TransportErrorKind::non_retryable(fault);
                connection.alloy.close_with_transport_error(error);
            }
        });
        Ok(handle)
    }
}

/// An open connection.
struct Connection {
    host: String,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    alloy: ConnectionInterface,
    /// The ids of requests without a response, and whether they subscribe.
    open_requests: BTreeMap<u64, bool>,
    subscription: Option<SubId>,
}

impl Connection {
    /// Passes messages on until alloy has no more use for the connection.
    async fn exchange_messages(&mut self, mut active: watch::Receiver<bool>) -> Result<(), Fault> {
        let mut last_received = Instant::now();
        let mut last_ping = Instant::now();
        loop {
            let is_active = *active.borrow_and_update();
            let (ping_interval, silence_timeout) = if is_active {
                ACTIVE_KEEPALIVE
            } else {
                IDLE_KEEPALIVE
            };
            tokio::select! {
                message = self.socket.next() => {
                    last_received = Instant::now();
                    let message = message.and_then(Result::ok).ok_or_else(|| self.lost())?;
                    self.receive(&message)?;
                }
                request = self.alloy.recv_from_frontend() => match request {
                    Some(request) => self.request(&request).await?,
                    None => return Ok(()),
                },
                changed = active.changed() => {
                    changed.map_err(|_| self.lost())?;
                    // Silence at the slower pace proves nothing yet.
                    last_received = Instant::now();
                }
                () = sleep(ping_interval.saturating_sub(last_ping.elapsed())) => {
                    last_ping = Instant::now();
                    if last_received.elapsed() > silence_timeout {
                        return Err(Fault::timed_out(&self.host));
                    }
                    self.send(Message::Ping(Vec::new().into())).await?;
                }
            }
        }
    }

    async fn request(&mut self, request: &RawValue) -> Result<(), Fault> {
        #[derive(Deserialize)]
        struct Request {
            id: u64,
            method: String,
        }
        let Request { id, method } = decode(request, "a request")?;
        self.open_requests.insert(id, method == "eth_subscribe");
        self.send(Message::text(request.get())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Fault> {
        let sent = timeout(SEND_TIMEOUT, self.socket.send(message)).await;
        sent.map_err(|_| Fault::timed_out(&self.host))?
            .map_err(|_| self.lost())
    }

    fn receive(&mut self, message: &Message) -> Result<(), Fault> {
        let item = match message {
            Message::Text(text) => self.read(text)?,
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
            Message::Binary(_) | Message::Frame(_) => return Err(Fault::Malformed("not text")),
        };
        self.alloy.send_to_frontend(item).map_err(|_| self.lost())
    }

    /// A notification of the subscription, or the response to an open request.
    fn read(&mut self, text: &str) -> Result<PubSubItem, Fault> {
        #[derive(Deserialize)]
        struct Notification {
            id: Option<Value>,
            method: String,
            params: EthNotification,
        }
        if let Ok(Notification {
            id: None,
            method,
            params,
        }) = serde_json::from_str(text)
            && method == "eth_subscription"
            && Some(&params.subscription) == self.subscription.as_ref()
        {
            return Ok(params.into());
        }
        let (id, response) = self
            .open_requests
            .keys()
            .find_map(|id| {
                Some((
                    *id,
                    read_responses(text.as_bytes(), &[*id], None).ok()?.pop()?,
                ))
            })
            .ok_or(Fault::Malformed("something that was not asked for"))?;
        if self.open_requests.remove(&id) == Some(true)
            && let Some(name) = response.payload.as_success()
        {
            self.subscription = Some(decode(name, "a subscription's name")?);
        }
        Ok(response.into())
    }

    fn lost(&self) -> Fault {
        Fault::connection_lost(&self.host)
    }
}
