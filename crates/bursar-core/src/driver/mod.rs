//! The engine's impure half: one loop owns every account's state, applies each step's commit before any of
//! its effects, and runs the effects in tasks whose answers come back as events. An error changes a state;
//! it never ends the loop.

mod account_owner;
mod chain_backfill;
mod chain_reconciliation;
mod chain_sync;
mod clock_jump;
mod commit;
mod connection;
mod deep_links;
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
use bursar_domain::clock::{Clock, Span};
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::link::Link;
use bursar_domain::notice::NoticeKind;
use bursar_domain::view::{Change, TrayView};
use bursar_engine::{Effect, Event, Presence, State, Step, Write};
use bursar_store::{History, Store, fail_point};
use clock_jump::ClockJumpDetector;
use commit::{Committed, needs_redelivery, step_and_commit};
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};
use shared_state::SharedState;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Even with nothing due the loop looks at the wall clock this often, to notice sleep.
const MAX_SLEEP: Span = Span::seconds(30);
/// The same where the system tells of sleep by itself, to notice a clock that was moved.
const MAX_SLEEP_WITH_SLEEP_SIGNAL: Span = Span::minutes(15);

/// A provider's clock that is off by this much more or less is news.
const CLOCK_CHANGE_THRESHOLD: Span = Span::seconds(20);
/// What nothing else tells is told again so long after its commit failed.
const REDELIVERY_DELAY: Duration = Duration::from_secs(5);

/// What the loop works with; shared with its tasks.
#[derive(Clone)]
pub struct Services {
    pub store: Arc<Store>,
    pub history: Arc<History>,
    pub shell: Arc<dyn Shell>,
    pub clock: Arc<dyn Clock>,
}

/// A handle to the running engine.
pub struct Driver {
    inbox: mpsc::UnboundedSender<Message>,
    shared: Arc<SharedState>,
    commands: AtomicU64,
}

enum Message {
    Event(AccountId, Event),
    /// The same for every account.
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
    /// A text that came as a link. One that ends a sign-in goes to the sender given at the start.
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

    /// Draws the tray with or without amounts, and pops notices up or only files them.
    pub fn set_preferences(&self, hide_amounts: bool, notifications: bool) {
        self.shared
            .hide_amounts
            .store(hide_amounts, Ordering::Relaxed);
        self.shared
            .notifications_off
            .store(!notifications, Ordering::Relaxed);
        self.send(Message::RedrawTray);
    }

    /// Whether the system tells when it was asleep; while it does, nothing is woken up just to look.
    pub fn set_reports_sleep(&self, reports: bool) {
        self.shared.reports_sleep.store(reports, Ordering::Relaxed);
    }

    /// Hands a command to the engine and waits for its answer.
    ///
    /// # Errors
    /// What the engine refuses with; `not_found` for an account that is not here.
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
                "That account is no longer connected.",
            ))
        })
    }

    /// The account's state as it was after the last step.
    pub fn state(&self, account: &AccountId) -> Option<Arc<State>> {
        self.shared.states().get(account).cloned()
    }

    /// Waits until the account's state is so, for at most `timeout`; says whether it is.
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

    /// Ends the loop; requests under way are dropped.
    pub async fn stop(&self) {
        let (sender, done) = oneshot::channel();
        self.send(Message::Stop(sender));
        let _ = done.await;
    }

    fn send(&self, message: Message) {
        // The receiver is gone only after `stop`, when nothing matters any more.
        let _ = self.inbox.send(message);
    }
}

struct EventLoop {
    services: Services,
    shared: Arc<SharedState>,
    inbox: mpsc::UnboundedSender<Message>,
    sign_ins: mpsc::UnboundedSender<Link>,
    connections: BTreeMap<AccountId, Connection>,
    waiting: BTreeMap<u64, oneshot::Sender<Result<Option<String>>>>,
    random: SmallRng,
    tray: Option<TrayView>,
    pops_up: bool,
}

impl EventLoop {
    async fn run(mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        let mut jumps = ClockJumpDetector::begin(self.services.clock.now());
        loop {
            let sleep = self.time_to_next_due();
            let message = tokio::select! {
                message = messages.recv() => Some(message),
                () = tokio::time::sleep(duration(sleep)) => None,
            };
            let woke = jumps.has_jumped(self.services.clock.now(), sleep);
            if woke {
                self.broadcast(&Event::ClockJumped).await;
            }
            match message {
                Some(Some(Message::Stop(done))) => {
                    let _ = done.send(());
                    return;
                }
                Some(Some(message)) => self.handle_message(message).await,
                Some(None) => return,
                None if woke => {}
                None => self.broadcast(&Event::Tick).await,
            }
            self.draw_tray();
        }
    }

    /// How long nothing is due.
    fn time_to_next_due(&self) -> Span {
        let now = self.services.clock.now();
        let states = self.shared.states();
        let sleep_is_reported = self.shared.reports_sleep.load(Ordering::Relaxed);
        let unhurried = |state: &Arc<State>| state.presence == Presence::Tray && !state.has_live();
        let longest = if sleep_is_reported && states.values().all(unhurried) {
            MAX_SLEEP_WITH_SLEEP_SIGNAL
        } else {
            MAX_SLEEP
        };
        states
            .values()
            .filter_map(|state| state.next_due())
            .map(|due| due.since(now))
            .min()
            .unwrap_or(longest)
            .max(Span::default())
            .min(longest)
    }

    async fn handle_message(&mut self, message: Message) {
        match message {
            Message::Event(account, event) => self.handle_event(&account, event).await,
            Message::Broadcast(event) => self.broadcast(&event).await,
            Message::Command(account, number, event, sender) => {
                // Without such an account the sender is dropped, which its holder reads as `not_found`.
                if self.shared.states().contains_key(&account) {
                    self.waiting.insert(number, sender);
                    self.handle_event(&account, event).await;
                }
            }
            Message::Add(state, connection) => {
                let account = state.account.clone();
                self.shared.put(*state);
                self.connect(connection);
                self.handle_event(&account, Event::Tick).await;
                self.show_popups().await;
            }
            Message::Replace(connection) => {
                let account = connection.account.id.clone();
                let watched = connection.watched();
                self.connect(connection);
                self.handle_event(
                    &account,
                    Event::Reconfigured {
                        watched_address: watched,
                    },
                )
                .await;
            }
            Message::Remove(account) => {
                self.connections.remove(&account);
                self.shared.remove(&account);
            }
            Message::Link(text) => self.link(&text).await,
            Message::RedrawTray | Message::Stop(_) => {}
        }
    }

    fn connect(&mut self, mut connection: Connection) {
        let account = connection.account.id.clone();
        let inbox = self.inbox.clone();
        let of = account.clone();
        connection.watch(move |event| {
            let _ = inbox.send(Message::Event(of.clone(), event));
        });
        self.connections.insert(account, connection);
    }

    async fn broadcast(&mut self, event: &Event) {
        let accounts: Vec<_> = self.connections.keys().cloned().collect();
        for account in accounts {
            self.handle_event(&account, event.clone()).await;
        }
    }

    /// One step: the commit first, then the effects; without the commit, neither.
    async fn handle_event(&mut self, account: &AccountId, event: Event) {
        let Some(before) = self.shared.states().get(account).cloned() else {
            return;
        };
        let now = self.services.clock.now();
        let Committed {
            step,
            commit_failed,
        } = {
            let (services, random) = (&self.services, &mut self.random);
            let commit = |writes| write_commit(services, account, writes);
            step_and_commit(&before, &event, now, || random.next_u64(), commit).await
        };
        if commit_failed && needs_redelivery(&event) {
            let (inbox, of) = (self.inbox.clone(), account.clone());
            tokio::spawn(async move {
                tokio::time::sleep(REDELIVERY_DELAY).await;
                let _ = inbox.send(Message::Event(of, event));
            });
        }
        let Step { state, effects, .. } = step;
        if let Some(chain) = self
            .connections
            .get(account)
            .and_then(|connection| connection.chain.as_ref())
        {
            chain.set_active(!state.is_idle_in_tray());
        }
        self.shared.put(state);
        for effect in effects {
            self.run_effect(account, effect).await;
        }
    }

    async fn run_effect(&mut self, account: &AccountId, effect: Effect) {
        match effect {
            Effect::Request(request) => {
                let Some(connection) = self.connections.get(account) else {
                    return;
                };
                let inbox = self.inbox.clone();
                let of = account.clone();
                let asked = requests::perform(self.services.clone(), connection.clone(), request);
                let provider = Arc::clone(&connection.provider);
                let shared = Arc::clone(&self.shared);
                tokio::spawn(async move {
                    let event = asked.await;
                    if let Some(ahead) = provider.clock_ahead()
                        && shared
                            .states()
                            .get(&of)
                            .is_some_and(|state| clock_changed(state, ahead))
                    {
                        let clock = Event::ProviderClock { offset: ahead };
                        let _ = inbox.send(Message::Event(of.clone(), clock));
                    }
                    let _ = inbox.send(Message::Event(of, event));
                });
            }
            Effect::OpenCheckout { top_up_id: top_up } => {
                if let Err(error) = self.open_checkout(account, &top_up) {
                    let event = Event::OpenCheckoutFailed {
                        top_up_id: top_up,
                        error,
                    };
                    let _ = self.inbox.send(Message::Event(account.clone(), event));
                }
            }
            Effect::Notify => self.show_popups().await,
            Effect::RaiseWindow(page) => {
                self.services.shell.raise_window();
                if let Some(page) = page {
                    self.services.shell.changed(&Change::Show { page });
                }
            }
            Effect::Changed(change) => self.services.shell.changed(&change),
            Effect::Reply { command, answer } => {
                if let Some(sender) = self.waiting.remove(&command) {
                    let _ = sender.send(answer);
                }
            }
        }
    }

    fn open_checkout(&self, account: &AccountId, top_up: &str) -> Result<()> {
        let missing = || Error::new(Code::NotFound, "That top-up has no payment page.");
        let connection = self.connections.get(account).ok_or_else(missing)?;
        let states = self.shared.states();
        let raw = states
            .get(account)
            .and_then(|state| state.top_ups.get(top_up))
            .and_then(|top_up| top_up.checkout.clone())
            .ok_or_else(missing)?;
        let address = connection.allow_checkout(&raw)?;
        fail_point::reach("browser.before");
        self.services.shell.open_url(&address)?;
        fail_point::reach("browser.after");
        Ok(())
    }

    /// Marks what the inbox holds as shown, then shows it: at most once, whatever happens in between.
    async fn show_popups(&self) {
        if !self.pops_up {
            return;
        }
        let (store, now) = (Arc::clone(&self.services.store), self.services.clock.now());
        match blocking(move || store.take_unshown(now)).await {
            Ok(notices) if notices.is_empty() => {}
            Ok(notices) => {
                fail_point::reach("mark.after");
                if !self.shared.notifications_off.load(Ordering::Relaxed) {
                    self.services.shell.notify(&notices);
                    fail_point::reach("pop_up.after");
                }
            }
            Err(error) => {
                tracing::warn!(code = ?error.code, "notices could not be marked as shown")
            }
        }
    }

    fn draw_tray(&mut self) {
        let states = self.shared.states();
        let hide = self.shared.hide_amounts.load(Ordering::Relaxed);
        let view =
            tray_view::tray_view(&self.connections, &states, hide, self.services.clock.now());
        if self.tray.as_ref() != Some(&view) {
            self.services.shell.update_tray(&view);
            self.tray = Some(view);
        }
    }
}

/// Whether the engine has another idea of the provider's clock, by more than an answer's way takes.
fn clock_changed(state: &State, ahead: Span) -> bool {
    state.clock_offset_stale
        || state
            .clock_offset
            .is_none_or(|known| known.0.abs_diff(ahead.0) > CLOCK_CHANGE_THRESHOLD.0.unsigned_abs())
}

/// Writes a step's commit, and then what the history shows of it.
async fn write_commit(services: &Services, account: &AccountId, writes: Vec<Write>) -> Result<()> {
    let (store, history) = (Arc::clone(&services.store), Arc::clone(&services.history));
    let account = account.clone();
    blocking(move || {
        fail_point::reach_commit(&writes, "before");
        store.commit(&account, &writes)?;
        fail_point::reach_commit(&writes, "after");
        for write in &writes {
            let stored = match write {
                Write::TopUp(top_up) => history.put_top_up(&account, top_up),
                Write::Notice(notice) if notice.kind == NoticeKind::Completed => {
                    history.late_payment_reported(&account, &notice.subject)
                }
                Write::Notice(_) | Write::DeleteTopUp(_) | Write::Alerts(_) => Ok(()),
            };
            if let Err(error) = stored {
                // The history can be made again; the intent is safe.
                tracing::warn!(code = ?error.code, "the history missed a change");
            }
        }
        Ok(())
    })
    .await
}

/// Runs a database call where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(call).await.unwrap_or_else(|_| {
        Err(Error::new(
            Code::Internal,
            "A task of Bursar's own ended unexpectedly.",
        ))
    })
}

fn duration(span: Span) -> Duration {
    Duration::from_millis(u64::try_from(span.0).unwrap_or(0))
}
