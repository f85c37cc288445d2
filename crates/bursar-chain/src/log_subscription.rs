//! Subscribes to the user's events over a WebSocket, so that a credit shows at once. An event from here is a hint to
//! poll. The server is checked like any endpoint, and a lost connection is opened again.

use super::SubscriptionUpdate;
use super::balance_contract::TokenFacts;
use super::block_times::BlockTimeCache;
use super::chain::Chain;
use super::chain_check::{CheckScope, check_calls, read_check};
use super::fault::Fault;
use super::rpc_answers::{Block, Log};
use super::rpc_calls::{Call, ask, decode, fault};
use super::websocket::WebSocket;
use alloy::primitives::Address;
use alloy::providers::{Provider, RootProvider};
use alloy::pubsub::RawSubscription;
use alloy::rpc::client::RpcClient;
use alloy::rpc::types::Filter;
use bursar_domain::backoff::{Backoff, lengthen};
use bursar_domain::clock::Timestamp;
use bursar_domain::network::host_and_port;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep, timeout};

/// To connect and subscribe; also to look up a block.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How much longer a wait before reconnecting may get, so that many clients do not come back at the same moment.
const RECONNECT_JITTER_PERCENT: i64 = 25;
/// A connection that lasted this long resets the back-off.
const STABLE_AFTER: Duration = Duration::from_secs(30);
/// More logs that wait mean that something is wrong. alloy keeps as many of the last ones in memory.
const MAX_UNREAD_LOGS: usize = 64;

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
            let websocket = WebSocket {
                url: url.clone(),
                host: host.clone(),
                active: self.inner.active.subscribe(),
            };
            let mut connected_at = None;
            let fault = tokio::select! {
                () = out.closed() => return,
                Err(fault) = self.report_events(websocket, user, &out, &mut connected_at) => fault,
            };
            tracing::debug!(%host, "the subscription failed: {}", fault.into_error(&host));
            if connected_at.is_some() && out.send(SubscriptionUpdate::Disconnected).await.is_err() {
                return;
            }
            if connected_at.is_some_and(|since: Instant| since.elapsed() >= STABLE_AFTER) {
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

    /// Connects, and reports events as they come. Ends with `Ok` when the receiver is gone.
    async fn report_events(
        &self,
        websocket: WebSocket,
        user: Address,
        out: &Sender<SubscriptionUpdate>,
        connected_at: &mut Option<Instant>,
    ) -> Result<(), Fault> {
        let contract = self.balance_contract(user);
        let host = websocket.host.clone();
        let opened = timeout(
            CONNECT_TIMEOUT,
            self.open(websocket, &contract.log_filter()),
        )
        .await;
        let (provider, mut logs, decimals) = opened.map_err(|_| Fault::timed_out(&host))??;
        *connected_at = Some(Instant::now());
        let mut update = SubscriptionUpdate::Connected;
        while out.send(update).await.is_ok() {
            update = loop {
                let log = logs
                    .recv()
                    .await
                    .map_err(|_| Fault::connection_lost(&host))?;
                let log: Log = decode(&log, "a log")?;
                let time = timeout(CONNECT_TIMEOUT, self.block_time_of(&log, &provider)).await;
                let time = time.map_err(|_| Fault::timed_out(&host))??;
                // A block that is gone needs no report: its events cannot be found either.
                if let Some(time) = time {
                    let unit = self.inner.unit.get();
                    let token_facts = TokenFacts { decimals, unit };
                    let event = contract.decode_event(&log, &token_facts, time)?;
                    break SubscriptionUpdate::Event {
                        event,
                        removed: log.removed,
                    };
                }
            };
        }
        Ok(())
    }

    /// Connects, checks that the server serves this chain, and subscribes. Returns the token's decimals as well.
    async fn open(
        &self,
        websocket: WebSocket,
        filter: &Filter,
    ) -> Result<(RootProvider, RawSubscription, u8), Fault> {
        let config = &self.inner.config;
        let client = RpcClient::connect_pubsub(websocket).await.map_err(fault)?;
        let provider: RootProvider = RootProvider::new(client);
        // The unit comes from the endpoints: an event from here is a hint.
        let scope = CheckScope {
            known: None,
            wants_symbol: false,
        };
        let mut answers = ask(provider.client(), &check_calls(config, scope)).await?;
        let checked = read_check(config, scope, &mut answers)?;
        let logs = provider
            .subscribe_logs(filter)
            .channel_size(MAX_UNREAD_LOGS)
            .await
            .map_err(fault)?;
        Ok((provider, logs.into_raw(), checked.check.decimals))
    }

    /// The time of a log's block: as any endpoint has reported it before, because nobody reports it again once the block
    /// is gone, or else as the server reports it now. `None` if the server does not have the block.
    async fn block_time_of(
        &self,
        log: &Log,
        provider: &RootProvider,
    ) -> Result<Option<Timestamp>, Fault> {
        let (hash, number) = (log.block_hash, log.block_number);
        let rpcs = self.inner.rpcs.iter();
        let known = self.subscription_times().get(hash, number);
        let known = known.or_else(|| {
            rpcs.filter_map(|rpc| rpc.block_times().get(hash, number))
                .next()
        });
        if known.is_some() {
            return Ok(known);
        }
        let mut answers = ask(provider.client(), &[Call::block(hash)]).await?;
        let Some(block) = answers.next::<Option<Block>>("a block")? else {
            return Ok(None);
        };
        if block.hash != hash || block.number != number {
            return Err(Fault::Malformed("another block than was asked for"));
        }
        self.subscription_times().insert(hash, number, block.time);
        Ok(Some(block.time))
    }

    fn subscription_times(&self) -> MutexGuard<'_, BlockTimeCache> {
        self.inner
            .subscription_times
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
