//! A subscription to the user's events over a WebSocket, so that a credit is seen at once. What it tells is a
//! hint to look: it checks its server like any RPC, notices when it goes silent, and comes back by itself.

use super::SubscriptionUpdate;
use super::fault::Fault;
use super::keeper::Subject;
use super::line::{Answers, At, block, check_calls, read_check};
use super::reader::Chain;
use super::rpc::{self, Call};
use super::times::BlockTimes;
use super::wire::{Block, Log};
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

/// To connect and subscribe, at most; also to hand one message to the system.
const PATIENCE: Duration = Duration::from_secs(10);
/// Without a message or a pong for so long, the connection is dead.
const HURRIED: Pings = Pings {
    every: Duration::from_secs(10),
    silence: Duration::from_secs(30),
};
/// While nothing is expected and nobody looks: seldom enough to let the machine sleep, often enough for routers on the way
/// to keep the connection.
const UNHURRIED: Pings = Pings {
    every: Duration::from_secs(240),
    silence: Duration::from_secs(600),
};
/// How much longer a wait may get so that many watchers do not come back at once.
const LONGER_BY_PERCENT: i64 = 25;
/// A connection that stood for so long starts the back-off anew.
const STOOD: Duration = Duration::from_secs(30);
/// The largest message taken, in bytes.
const MESSAGE_LIMIT: usize = 1024 * 1024;
/// More events waiting for their block's time mean that something is wrong.
const MOST_WAITING: usize = 256;

/// How a subscription finds out that nobody is there any more.
#[derive(Clone, Copy)]
struct Pings {
    every: Duration,
    /// Without a word for so long it has broken.
    silence: Duration,
}

impl Chain {
    /// Whether anything is expected or anybody looks; while not, the subscription is seldom tried.
    pub fn set_active(&self, hurried: bool) {
        self.inner
            .hurried
            .send_if_modified(|known| std::mem::replace(known, hurried) != hurried);
    }

    /// Whether the network names a WebSocket to watch.
    pub fn has_subscription(&self) -> bool {
        self.inner.place.ws.is_some()
    }

    /// Tells of the user's events as they are mined or taken back, until dropped or until nobody listens.
    /// Comes back after a loss, 0.5 s × 2 up to 60 s later. Ends at once without a WebSocket.
    pub async fn subscribe(&self, user: Address, out: Sender<SubscriptionUpdate>) {
        let Some(url) = &self.inner.place.ws else {
            return;
        };
        let host = host_and_port(url).unwrap_or_default();
        let mut failures = 0_u32;
        while !out.is_closed() {
            let mut stood_since = None;
            let end = self
                .subscription(url, &host, user, &out, &mut stood_since)
                .await;
            let End::Broke(fault) = end else {
                return;
            };
            tracing::debug!(%host, "the subscription broke: {}", fault.told(&host));
            if stood_since.is_some() && out.send(SubscriptionUpdate::Disconnected).await.is_err() {
                return;
            }
            if stood_since.is_some_and(|since| since.elapsed() >= STOOD) {
                failures = 0;
            }
            failures = failures.saturating_add(1);
            let wait = Backoff::SERVER.wait(failures);
            let wait = lengthen(wait, LONGER_BY_PERCENT, rand::random()).to_duration();
            tokio::select! {
                () = sleep(wait) => {}
                () = out.closed() => return,
            }
        }
    }

    async fn subscription(
        &self,
        url: &Url,
        host: &str,
        user: Address,
        out: &Sender<SubscriptionUpdate>,
        stood_since: &mut Option<Instant>,
    ) -> End {
        let subject = self.subject(user);
        let opened = timeout(PATIENCE, open(url, host, self, subject)).await;
        let mut watch = match opened {
            Ok(Ok(watch)) => watch,
            Ok(Err(fault)) => return End::Broke(fault),
            Err(_) => return End::Broke(silent(host)),
        };
        *stood_since = Some(Instant::now());
        if out
            .send(SubscriptionUpdate::Connected)
            .await
            .is_err()
        {
            return End::NobodyListens;
        }
        watch.run(host, out).await
    }
}

impl Chain {
    fn watched(&self) -> MutexGuard<'_, BlockTimes> {
        self.inner
            .watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of a log's block, if anybody has told it before: of a block that is gone, nobody tells it again.
    fn known_time(&self, log: &Log) -> Option<Timestamp> {
        let (hash, number) = (log.block_hash, log.block_number);
        let watched = self.watched().get(hash, number);
        watched.or_else(|| {
            self.inner
                .rpcs
                .iter()
                .find_map(|rpc| rpc.times().get(hash, number))
        })
    }
}

/// Why a subscription is over.
enum End {
    NobodyListens,
    Broke(Fault),
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Self::Broke(fault)
    }
}

/// A subscription that stands.
struct Watch {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    subject: Subject,
    decimals: u8,
    subscription: String,
    next_id: u64,
    /// Logs whose block's time was asked for, by the request's id.
    waiting: BTreeMap<u64, Log>,
    chain: Chain,
}

/// Connects, checks that the server is one of this chain, and subscribes.
async fn open(url: &Url, host: &str, chain: &Chain, subject: Subject) -> Result<Watch, Fault> {
    let place = &chain.inner.place;
    let limits = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_LIMIT))
        .max_frame_size(Some(MESSAGE_LIMIT));
    let (socket, _) = connect_async_with_config(url.as_str(), Some(limits), true)
        .await
        .map_err(|_| lost(host))?;
    let mut watch = Watch {
        socket,
        subject,
        decimals: 0,
        subscription: String::new(),
        next_id: 1,
        waiting: BTreeMap::new(),
        chain: chain.clone(),
    };
    let (signatures, token, user) = subject.topics();
    let mut calls = check_calls(place);
    calls.push(Call::new(
        "eth_subscribe",
        json!(["logs", {"address": subject.balance, "topics": [signatures, token, user]}]),
    ));
    let mut outcomes = Vec::with_capacity(calls.len());
    for call in &calls {
        outcomes.push(watch.ask(host, call).await?);
    }
    let mut answers = Answers::new(outcomes);
    watch.decimals = read_check(place, &mut answers)?.decimals;
    watch.subscription = answers.next("a subscription's name")?;
    Ok(watch)
}

impl Watch {
    /// Asks and waits for the answer; only before the subscription stands, when nothing else can come.
    async fn ask(&mut self, host: &str, call: &Call) -> Result<rpc::Outcome, Fault> {
        let id = self.send(host, call).await?;
        loop {
            let message = self
                .socket
                .next()
                .await
                .ok_or_else(|| lost(host))?
                .map_err(|_| lost(host))?;
            if let Some(text) = text(&message)? {
                return match rpc::read(text.as_bytes(), id, 1) {
                    Ok(outcomes) => outcomes.into_iter().next().ok_or(NOT_ASKED),
                    Err(fault) => Err(fault),
                };
            }
        }
    }

    async fn send(&mut self, host: &str, call: &Call) -> Result<u64, Fault> {
        let id = self.next_id;
        self.next_id = self.next_id.saturating_add(1);
        let body = rpc::write(std::slice::from_ref(call), id);
        let text = String::from_utf8(body).map_err(|_| Fault::Malformed("a request"))?;
        self.hand_over(host, Message::text(text)).await?;
        Ok(id)
    }

    async fn hand_over(&mut self, host: &str, message: Message) -> Result<(), Fault> {
        match timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(lost(host)),
            Err(_) => Err(silent(host)),
        }
    }

    async fn run(&mut self, host: &str, out: &Sender<SubscriptionUpdate>) -> End {
        let mut hurried = self.chain.inner.hurried.subscribe();
        let mut heard = Instant::now();
        let mut pinged = Instant::now();
        loop {
            let pings = if *hurried.borrow_and_update() {
                HURRIED
            } else {
                UNHURRIED
            };
            let step = tokio::select! {
                message = self.socket.next() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(message)) => self.take(host, &message, out).await,
                        Some(Err(_)) | None => Err(End::Broke(lost(host))),
                    }
                }
                changed = hurried.changed() => {
                    // What was not heard at the slower pace says nothing yet.
                    heard = Instant::now();
                    changed.map_err(|_| End::NobodyListens)
                }
                () = sleep(pings.every.saturating_sub(pinged.elapsed())) => {
                    pinged = Instant::now();
                    if heard.elapsed() > pings.silence {
                        Err(End::Broke(silent(host)))
                    } else {
                        self.hand_over(host, Message::Ping(Vec::new().into())).await.map_err(End::Broke)
                    }
                }
                () = out.closed() => Err(End::NobodyListens),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn take(
        &mut self,
        host: &str,
        message: &Message,
        out: &Sender<SubscriptionUpdate>,
    ) -> Result<(), End> {
        let Some(text) = text(message)? else {
            return Ok(());
        };
        match read(text, &self.subscription)? {
            Incoming::Log(log) => self.take_log(host, log, out).await,
            Incoming::Answer(id) => {
                let log = self.waiting.remove(&id).ok_or(NOT_ASKED)?;
                let mut answers = Answers::new(rpc::read(text.as_bytes(), id, 1)?);
                // A block that is gone needs no telling: its events are not to be found either.
                let Some(block) = answers.next::<Option<Block>>("a block")? else {
                    return Ok(());
                };
                if block.hash != log.block_hash || block.number != log.block_number {
                    return Err(Fault::Malformed("another block than was asked for").into());
                }
                self.chain
                    .watched()
                    .insert(block.hash, block.number, block.time);
                self.tell(&log, block, out).await
            }
        }
    }

    async fn take_log(
        &mut self,
        host: &str,
        log: Log,
        out: &Sender<SubscriptionUpdate>,
    ) -> Result<(), End> {
        if log.removed {
            let place = (log.block_hash, log.log_index);
            let before = self.waiting.len();
            self.waiting
                .retain(|_, waiting| (waiting.block_hash, waiting.log_index) != place);
            if self.waiting.len() < before {
                // It was never told, so there is nothing to take back.
                return Ok(());
            }
        }
        if let Some(time) = self.chain.known_time(&log) {
            let block = Block {
                number: log.block_number,
                hash: log.block_hash,
                time,
            };
            return self.tell(&log, block, out).await;
        }
        if self.waiting.len() >= MOST_WAITING {
            return Err(Fault::Malformed("more events than can be").into());
        }
        let id = self.send(host, &block(At::Hash(log.block_hash))).await?;
        self.waiting.insert(id, log);
        Ok(())
    }

    async fn tell(
        &self,
        log: &Log,
        block: Block,
        out: &Sender<SubscriptionUpdate>,
    ) -> Result<(), End> {
        let event = self.subject.event(log, self.decimals, block.time)?;
        let signal = SubscriptionUpdate::Event {
            event,
            removed: log.removed,
        };
        out.send(signal).await.map_err(|_| End::NobodyListens)
    }
}

/// What the server may say once the subscription stands.
enum Incoming {
    Log(Log),
    /// To the request with this id.
    Answer(u64),
}

fn read(text: &str, subscription: &str) -> Result<Incoming, Fault> {
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
            rpc::parse(params.result, "a log").map(Incoming::Log)
        }
        (None, None, Some(id)) => Ok(Incoming::Answer(id)),
        _ => Err(NOT_ASKED),
    }
}

/// The text of a message; `None` for those that only say that the connection stands.
fn text(message: &Message) -> Result<Option<&str>, Fault> {
    match message {
        Message::Text(text) => Ok(Some(text.as_str())),
        Message::Ping(_) | Message::Pong(_) => Ok(None),
        Message::Binary(_) | Message::Frame(_) => Err(Fault::Malformed("not text")),
        Message::Close(_) => Ok(None),
    }
}

const NOT_ASKED: Fault = Fault::Malformed("something that was not asked for");

fn lost(host: &str) -> Fault {
    let message = format!("The connection to {host} was lost or refused.");
    Fault::Exchange(Error::passing(Code::Unreachable, message))
}

fn silent(host: &str) -> Fault {
    let message = format!("{host} did not answer in time.");
    Fault::Exchange(Error::passing(Code::Timeout, message))
}
