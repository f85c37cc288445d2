//! Runs the engine. One loop owns every account's state, writes each step's commit before any of its effects, and runs
//! the effects in tasks whose answers come back as events. An error changes a state; it never ends the loop.

mod account_owner;
mod chain_backfill;
mod chain_reconciliation;
mod chain_reorganisation;
mod chain_sync;
mod clock_jump;
mod commit;
mod connection;
mod deep_links;
mod event_loop;
mod history_sync;
mod requests;
mod shared_state;
mod tray_view;
mod write_guard;

pub(crate) use account_owner::{AccountOwner, verify_owner};
#[cfg(test)]
pub(crate) use chain_sync::{ChainSyncScope, sync_chain};
pub use connection::Connection;
pub(crate) use write_guard::WriteGuard;

use crate::shell::Shell;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Clock;
use bursar_domain::error::{AccountDetail, Code, Error, InternalDetail, Result};
use bursar_domain::link::Link;
use bursar_engine::{Event, State};
use bursar_store::{History, Store};
use event_loop::EventLoop;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use shared_state::SharedState;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
/// What the loop works with; its tasks share it.
#[derive(Clone)]
pub struct Services {
    pub store: Arc<Store>,
    pub history: Arc<History>,
    pub shell: Arc<dyn Shell>,
    pub clock: Arc<dyn Clock>,
}

/// A handle to the running loop.
pub struct Driver {
    inbox: mpsc::UnboundedSender<Message>,
    shared: Arc<SharedState>,
    commands: AtomicU64,
}

enum Message {
    Event(AccountId, Event),
    /// The same event for every account.
    Broadcast(Event),
    /// A command of the user, answered through the sender.
    Command(
        AccountId,
        u64,
        Event,
        oneshot::Sender<Result<Option<String>>>,
    ),
    Add(Box<State>, Connection),
    Replace(Connection),
    Remove(AccountId),
    /// A text that arrived as a link. A link that ends a sign-in goes to the sender given at the start.
    Link(String),
    RedrawTray,
    Stop(oneshot::Sender<()>),
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").finish_non_exhaustive()
    }
}

impl Driver {
    /// Starts the loop. Links that end a browser sign-in go to `sign_ins`.
    pub fn start(services: Services, sign_ins: mpsc::UnboundedSender<Link>, pops_up: bool) -> Self {
        let (inbox, messages) = mpsc::unbounded_channel();
        let shared = Arc::new(SharedState::default());
        let engine = EventLoop {
            services,
            shared: Arc::clone(&shared),
            inbox: inbox.clone(),
            sign_ins,
            connections: BTreeMap::new(),
            waiting: BTreeMap::new(),
            random: SmallRng::from_os_rng(),
            tray: None,
            pops_up,
        };
        tokio::spawn(engine.run(messages));
        Self {
            inbox,
            shared,
            commands: AtomicU64::new(1),
        }
    }

    pub fn send_event(&self, account: &AccountId, event: Event) {
        self.send(Message::Event(account.clone(), event));
    }

    pub fn broadcast(&self, event: Event) {
        self.send(Message::Broadcast(event));
    }

    pub fn link(&self, text: &str) {
        self.send(Message::Link(text.to_owned()));
    }

    pub fn add(&self, state: State, connection: Connection) {
        self.send(Message::Add(Box::new(state), connection));
    }

    /// Uses another connection (address, RPC, hosts) for an account from now on.
    pub fn replace(&self, connection: Connection) {
        self.send(Message::Replace(connection));
    }

    pub fn remove(&self, account: &AccountId) {
        self.send(Message::Remove(account.clone()));
    }

    /// Whether the tray shows amounts, and whether notices pop up or are only stored.
    pub fn set_preferences(&self, hide_amounts: bool, notifications: bool) {
        self.shared
            .hide_amounts
            .store(hide_amounts, Ordering::Relaxed);
        self.shared
            .notifications_off
            .store(!notifications, Ordering::Relaxed);
        self.send(Message::RedrawTray);
    }

    /// Whether the system reports sleep. While it does, the loop does not wake up to look for it.
    pub fn set_reports_sleep(&self, reports: bool) {
        self.shared.reports_sleep.store(reports, Ordering::Relaxed);
    }

    /// Hands a command to the engine and waits for its answer.
    ///
    /// # Errors
    /// The engine's refusal; `not_found` for an unknown account.
    pub async fn command(
        &self,
        account: &AccountId,
        event: impl FnOnce(u64) -> Event,
    ) -> Result<Option<String>> {
        let number = self.commands.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        self.send(Message::Command(
            account.clone(),
            number,
            event(number),
            sender,
        ));
        answer.await.unwrap_or_else(|_| {
            Err(Error::new(
                Code::NotFound,
                AccountDetail::AccountNotConnected,
            ))
        })
    }

    /// The account's state after the last step.
    pub fn state(&self, account: &AccountId) -> Option<Arc<State>> {
        self.shared.states().get(account).cloned()
    }

    /// Waits until the condition holds for the account's state, at most until the timeout; returns whether it holds.
    pub async fn wait_until(
        &self,
        account: &AccountId,
        timeout: Duration,
        holds: impl Fn(&State) -> bool,
    ) -> bool {
        let mut stepped = self.shared.stepped.subscribe();
        let now_holds = || self.state(account).is_some_and(|state| holds(&state));
        let wait = async {
            while !now_holds() {
                if stepped.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(timeout, wait).await;
        now_holds()
    }

    /// Ends the loop; requests in progress are dropped.
    pub async fn stop(&self) {
        let (sender, done) = oneshot::channel();
        self.send(Message::Stop(sender));
        let _ = done.await;
    }

    fn send(&self, message: Message) {
        // The receiver is gone only after `stop`, when no message matters any more.
        let _ = self.inbox.send(message);
    }
}

/// Runs a database call on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(call).await.unwrap_or_else(|_| {
        Err(Error::new(
            Code::Internal,
            InternalDetail::step("wait for a task"),
        ))
    })
}
