//! Subscribes to the user's events over a WebSocket, so that a credit shows at once. An event from here is a hint to
//! poll. The server is checked like any endpoint; a silent connection is noticed, and a lost one is opened again.

use super::SubscriptionUpdate;
use super::balance_contract::BalanceContract;
use super::block_times::BlockTimeCache;
use super::chain::Chain;
use super::chain_check::{check_calls, read_check};
use super::eth_calls::{BlockId, get_block};
use super::fault::Fault;
use super::json_rpc;
use super::rpc_calls::{Answers, Call, CallResult, decode};
use super::rpc_types::{Block, Log};
use alloy_primitives::Address;
use bursar_domain::backoff::{Backoff, lengthen};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error};
use bursar_domain::network::host_and_port;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use url::Url;

/// To connect and subscribe; also to send one message.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// While a payment is expected or the user is looking.
const ACTIVE_KEEPALIVE: Keepalive = Keepalive {
    ping_interval: Duration::from_secs(10),
    silence_timeout: Duration::from_secs(30),
};
/// Otherwise: seldom enough to let the machine sleep, often enough for routers on the way to keep the connection.
const IDLE_KEEPALIVE: Keepalive = Keepalive {
    ping_interval: Duration::from_secs(240),
    silence_timeout: Duration::from_secs(600),
};
/// How much longer a wait before reconnecting may get, so that many clients do not come back at the same moment.
const RECONNECT_JITTER_PERCENT: i64 = 25;
/// A connection that lasted this long resets the back-off.
const STABLE_AFTER: Duration = Duration::from_secs(30);
const MAX_MESSAGE_BYTES: usize = 1024 * 1024;
/// More logs that wait for their block's time mean that something is wrong.
const MAX_PENDING_LOGS: usize = 256;

/// How a subscription notices a dead connection.
#[derive(Clone, Copy)]
struct Keepalive {
    ping_interval: Duration,
    /// Without a message or a pong for this long, the connection is dead.
    silence_timeout: Duration,
}

impl Chain {
    /// Whether a payment is expected or the user is looking. Otherwise the connection is checked seldom.
    pub fn set_active(&self, active: bool) {
        self.inner
            .active
            .send_if_modified(|known| std::mem::replace(known, active) != active);
    }

    /// Whether the network names a WebSocket.
    pub fn has_subscription(&self) -> bool {
        self.inner.config.ws.is_some()
    }

    /// Reports the user's events as they are mined or taken back, until it is dropped or the receiver is. Connects
    /// again after a loss, with back-off. Ends at once if the network has no WebSocket.
    pub async fn subscribe(&self, user: Address, out: Sender<SubscriptionUpdate>) {
        let Some(url) = &self.inner.config.ws else {
            return;
        };
        let host = host_and_port(url).unwrap_or_default();
        let mut failures = 0_u32;
        while !out.is_closed() {
            let mut connected_at = None;
            let end = self
                .run_subscription(url, &host, user, &out, &mut connected_at)
                .await;
            let EndReason::Failed(fault) = end else {
                return;
            };
            tracing::debug!(%host, "the subscription failed: {}", fault.into_error(&host));
            if connected_at.is_some() && out.send(SubscriptionUpdate::Disconnected).await.is_err() {
                return;
            }
            if connected_at.is_some_and(|since| since.elapsed() >= STABLE_AFTER) {
                failures = 0;
            }
            failures = failures.saturating_add(1);
            let wait = Backoff::SERVER.wait(failures);
            let wait = lengthen(wait, RECONNECT_JITTER_PERCENT, rand::random()).to_duration();
            tokio::select! {
                () = sleep(wait) => {}
                () = out.closed() => return,
            }
        }
    }

    async fn run_subscription(
        &self,
        url: &Url,
        host: &str,
        user: Address,
        out: &Sender<SubscriptionUpdate>,
        connected_at: &mut Option<Instant>,
    ) -> EndReason {
        let contract = self.balance_contract(user);
        let opened = timeout(CONNECT_TIMEOUT, open(url, host, self, contract)).await;
        let mut subscription = match opened {
            Ok(Ok(subscription)) => subscription,
            Ok(Err(fault)) => return EndReason::Failed(fault),
            Err(_) => return EndReason::Failed(timed_out(host)),
        };
        *connected_at = Some(Instant::now());
        if out.send(SubscriptionUpdate::Connected).await.is_err() {
            return EndReason::ReceiverDropped;
        }
        subscription.run(host, out).await
    }
}

impl Chain {
    pub(super) fn subscription_times(&self) -> MutexGuard<'_, BlockTimeCache> {
        self.inner
            .subscription_times
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of a log's block, if any endpoint has reported it before. Nobody reports it again once the block is
    /// gone.
    fn known_time(&self, log: &Log) -> Option<Timestamp> {
        let (hash, number) = (log.block_hash, log.block_number);
        let subscription_times = self.subscription_times().get(hash, number);
        subscription_times.or_else(|| {
            self.inner
                .rpcs
                .iter()
                .find_map(|rpc| rpc.block_times().get(hash, number))
        })
    }
}

/// Why a subscription ended.
enum EndReason {
    ReceiverDropped,
    Failed(Fault),
}

impl From<Fault> for EndReason {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

/// A subscription that is up.
struct Subscription {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    contract: BalanceContract,
    decimals: u8,
    subscription: String,
    next_id: u64,
    /// Logs whose block's time was asked for, by the request's id.
    pending_logs: BTreeMap<u64, Log>,
    chain: Chain,
}

/// Connects, checks that the server serves this chain, and subscribes.
async fn open(
    url: &Url,
    host: &str,
    chain: &Chain,
    contract: BalanceContract,
) -> Result<Subscription, Fault> {
    let config = &chain.inner.config;
    let limits = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES));
    let (socket, _) = connect_async_with_config(url.as_str(), Some(limits), true)
        .await
        .map_err(|_| connection_lost(host))?;
    let mut subscription = Subscription {
        socket,
        contract,
        decimals: 0,
        subscription: String::new(),
        next_id: 1,
        pending_logs: BTreeMap::new(),
        chain: chain.clone(),
    };
    let (signatures, token, user) = contract.topics();
    let mut calls = check_calls(config);
    calls.push(Call::new(
        "eth_subscribe",
        json!(["logs", {"address": contract.address, "topics": [signatures, token, user]}]),
    ));
    let mut results = Vec::with_capacity(calls.len());
    for call in &calls {
        results.push(subscription.ask(host, call).await?);
    }
    let mut answers = Answers::new(results);
    subscription.decimals = read_check(config, &mut answers)?.decimals;
    subscription.subscription = answers.next("a subscription's name")?;
    Ok(subscription)
}

impl Subscription {
    /// Sends a call and waits for the answer. Only before the subscription is up, when no other message can come.
    async fn ask(&mut self, host: &str, call: &Call) -> Result<CallResult, Fault> {
        let id = self.send(host, call).await?;
        loop {
            let message = self
                .socket
                .next()
                .await
                .ok_or_else(|| connection_lost(host))?
                .map_err(|_| connection_lost(host))?;
            if let Some(text) = text(&message)? {
                return match json_rpc::decode_batch(text.as_bytes(), id, 1) {
                    Ok(results) => results.into_iter().next().ok_or(UNEXPECTED_MESSAGE),
                    Err(fault) => Err(fault),
                };
            }
        }
    }

    async fn send(&mut self, host: &str, call: &Call) -> Result<u64, Fault> {
        let id = self.next_id;
        self.next_id = self.next_id.saturating_add(1);
        let body = json_rpc::encode_batch(std::slice::from_ref(call), id);
        let text = String::from_utf8(body).map_err(|_| Fault::Malformed("a request"))?;
        self.send_message(host, Message::text(text)).await?;
        Ok(id)
    }

    async fn send_message(&mut self, host: &str, message: Message) -> Result<(), Fault> {
        match timeout(CONNECT_TIMEOUT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(connection_lost(host)),
            Err(_) => Err(timed_out(host)),
        }
    }

    async fn run(&mut self, host: &str, out: &Sender<SubscriptionUpdate>) -> EndReason {
        let mut active = self.chain.inner.active.subscribe();
        let mut last_received = Instant::now();
        let mut last_ping = Instant::now();
        loop {
            let keepalive = if *active.borrow_and_update() {
                ACTIVE_KEEPALIVE
            } else {
                IDLE_KEEPALIVE
            };
            let step = tokio::select! {
                message = self.socket.next() => {
                    last_received = Instant::now();
                    match message {
                        Some(Ok(message)) => self.handle_message(host, &message, out).await,
                        Some(Err(_)) | None => Err(EndReason::Failed(connection_lost(host))),
                    }
                }
                changed = active.changed() => {
                    // Silence at the slower pace proves nothing yet.
                    last_received = Instant::now();
                    changed.map_err(|_| EndReason::ReceiverDropped)
                }
                () = sleep(keepalive.ping_interval.saturating_sub(last_ping.elapsed())) => {
                    last_ping = Instant::now();
                    if last_received.elapsed() > keepalive.silence_timeout {
                        Err(EndReason::Failed(timed_out(host)))
                    } else {
                        self.send_message(host, Message::Ping(Vec::new().into())).await.map_err(EndReason::Failed)
                    }
                }
                () = out.closed() => Err(EndReason::ReceiverDropped),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn handle_message(
        &mut self,
        host: &str,
        message: &Message,
        out: &Sender<SubscriptionUpdate>,
    ) -> Result<(), EndReason> {
        let Some(text) = text(message)? else {
            return Ok(());
        };
        match read(text, &self.subscription)? {
            ServerMessage::Log(log) => self.handle_log(host, log, out).await,
            ServerMessage::Answer(id) => {
                let log = self.pending_logs.remove(&id).ok_or(UNEXPECTED_MESSAGE)?;
                let mut answers = Answers::new(json_rpc::decode_batch(text.as_bytes(), id, 1)?);
                // A block that is gone needs no report: its events cannot be found either.
                let Some(block) = answers.next::<Option<Block>>("a block")? else {
                    return Ok(());
                };
                if block.hash != log.block_hash || block.number != log.block_number {
                    return Err(Fault::Malformed("another block than was asked for").into());
                }
                self.chain
                    .subscription_times()
                    .insert(block.hash, block.number, block.time);
                self.report(&log, block, out).await
            }
        }
    }

    async fn handle_log(
        &mut self,
        host: &str,
        log: Log,
        out: &Sender<SubscriptionUpdate>,
    ) -> Result<(), EndReason> {
        if log.removed {
            let position = (log.block_hash, log.log_index);
            let before = self.pending_logs.len();
            self.pending_logs
                .retain(|_, pending| (pending.block_hash, pending.log_index) != position);
            if self.pending_logs.len() < before {
                // It was never reported, so there is nothing to take back.
                return Ok(());
            }
        }
        if let Some(time) = self.chain.known_time(&log) {
            let block = Block {
                number: log.block_number,
                hash: log.block_hash,
                time,
            };
            return self.report(&log, block, out).await;
        }
        if self.pending_logs.len() >= MAX_PENDING_LOGS {
            return Err(Fault::Malformed("more events than can be").into());
        }
        let id = self
            .send(host, &get_block(BlockId::Hash(log.block_hash)))
            .await?;
        self.pending_logs.insert(id, log);
        Ok(())
    }

    async fn report(
        &self,
        log: &Log,
        block: Block,
        out: &Sender<SubscriptionUpdate>,
    ) -> Result<(), EndReason> {
        let event = self.contract.decode_event(log, self.decimals, block.time)?;
        let signal = SubscriptionUpdate::Event {
            event,
            removed: log.removed,
        };
        out.send(signal)
            .await
            .map_err(|_| EndReason::ReceiverDropped)
    }
}

/// What the server may send once the subscription is up.
enum ServerMessage {
    Log(Log),
    /// The answer to the request with this id.
    Answer(u64),
}

fn read(text: &str, subscription: &str) -> Result<ServerMessage, Fault> {
    #[derive(Deserialize)]
    struct Frame<'a> {
        #[serde(borrow)]
        method: Option<Cow<'a, str>>,
        id: Option<u64>,
        #[serde(borrow)]
        params: Option<Params<'a>>,
    }
    #[derive(Deserialize)]
    struct Params<'a> {
        #[serde(borrow)]
        subscription: Cow<'a, str>,
        #[serde(borrow)]
        result: &'a RawValue,
    }
    let frame: Frame<'_> =
        serde_json::from_str(text).map_err(|_| Fault::Malformed("not JSON-RPC"))?;
    match (frame.method.as_deref(), frame.params, frame.id) {
        (Some("eth_subscription"), Some(params), None) if params.subscription == subscription => {
            decode(params.result, "a log").map(ServerMessage::Log)
        }
        (None, None, Some(id)) => Ok(ServerMessage::Answer(id)),
        _ => Err(UNEXPECTED_MESSAGE),
    }
}

/// The text of a message; `None` for messages that only keep the connection open.
fn text(message: &Message) -> Result<Option<&str>, Fault> {
    match message {
        Message::Text(text) => Ok(Some(text.as_str())),
        Message::Ping(_) | Message::Pong(_) => Ok(None),
        Message::Binary(_) | Message::Frame(_) => Err(Fault::Malformed("not text")),
        Message::Close(_) => Ok(None),
    }
}

const UNEXPECTED_MESSAGE: Fault = Fault::Malformed("something that was not asked for");

fn connection_lost(host: &str) -> Fault {
    let message = format!("The connection to {host} was lost or refused.");
    Fault::Transport(Error::passing(Code::Unreachable, message))
}

fn timed_out(host: &str) -> Fault {
    let message = format!("{host} did not answer in time.");
    Fault::Transport(Error::passing(Code::Timeout, message))
}
