//! The engine's impure half: one loop owns every account's state, applies each step's commit before any of
//! its effects, and runs the effects in tasks whose answers come back as events. An error changes a state;
//! it never ends the loop.

mod backfill;
mod board;
mod chain_look;
mod connection;
mod history_look;
mod lease;
mod links;
mod lost_commit;
mod owner;
mod pace;
mod recheck;
mod requests;
mod tray;

#[cfg(test)]
pub(crate) use chain_look::{Wanted, look as look_at_the_chain};
pub use connection::Connection;
pub(crate) use lease::Lease;
pub(crate) use owner::{Owner, prove};

use crate::shell::Shell;
use board::Board;
use bursar_domain::account::AccountId;
use bursar_domain::clock::{Clock, Span};
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::link::Link;
use bursar_domain::notice::NoticeKind;
use bursar_domain::view::{Change, TrayView};
use bursar_engine::{Effect, Event, Presence, State, Step, Write};
use bursar_store::{History, Store, fail_point};
use lost_commit::{Committed, committed, must_come_again};
use pace::Pace;
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Even with nothing due the loop looks at the wall clock this often, to notice sleep.
const LONGEST_NAP: Span = Span::seconds(30);
/// The same where the system tells of sleep by itself, to notice a clock that was moved.
const LONGEST_TOLD_NAP: Span = Span::minutes(15);

/// A provider's clock that is off by this much more or less is news.
const CLOCK_NEWS: Span = Span::seconds(20);
/// What nothing else tells is told again so long after its commit failed.
const AFTER_FAILED_COMMIT: Duration = Duration::from_secs(5);

/// What the loop works with; shared with its tasks.
#[derive(Clone)]
pub struct World {
    pub store: Arc<Store>,
    pub history: Arc<History>,
    pub shell: Arc<dyn Shell>,
    pub clock: Arc<dyn Clock>,
}

/// A handle to the running engine.
pub struct Driver {
    inbox: mpsc::UnboundedSender<Message>,
    board: Arc<Board>,
    commands: AtomicU64,
}

enum Message {
    Event(AccountId, Event),
    /// The same for every account.
    Every(Event),
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

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").finish_non_exhaustive()
    }
}

impl Driver {
    /// Starts the loop. Links that end a browser sign-in go to `sign_ins`.
    pub fn start(world: World, sign_ins: mpsc::UnboundedSender<Link>, pops_up: bool) -> Self {
        let (inbox, messages) = mpsc::unbounded_channel();
        let board = Arc::new(Board::default());
        let engine = Loop {
            world,
            board: Arc::clone(&board),
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
            board,
            commands: AtomicU64::new(1),
        }
    }

    pub fn event(&self, account: &AccountId, event: Event) {
        self.send(Message::Event(account.clone(), event));
    }

    pub fn every(&self, event: Event) {
        self.send(Message::Every(event));
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
    pub fn prefer(&self, hide_amounts: bool, notifications: bool) {
        self.board
            .hide_amounts
            .store(hide_amounts, Ordering::Relaxed);
        self.board
            .notifications_off
            .store(!notifications, Ordering::Relaxed);
        self.send(Message::RedrawTray);
    }

    /// Whether the system tells when it was asleep; while it does, nothing is woken up just to look.
    pub fn sleep_is_told(&self, told: bool) {
        self.board.sleep_is_told.store(told, Ordering::Relaxed);
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
        self.board.states().get(account).cloned()
    }

    /// Waits until the account's state is so, for at most `patience`; says whether it is.
    pub async fn until(
        &self,
        account: &AccountId,
        patience: Duration,
        holds: impl Fn(&State) -> bool,
    ) -> bool {
        let mut stepped = self.board.stepped.subscribe();
        let now_holds = || self.state(account).is_some_and(|state| holds(&state));
        let wait = async {
            while !now_holds() {
                if stepped.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(patience, wait).await;
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

struct Loop {
    world: World,
    board: Arc<Board>,
    inbox: mpsc::UnboundedSender<Message>,
    sign_ins: mpsc::UnboundedSender<Link>,
    connections: BTreeMap<AccountId, Connection>,
    waiting: BTreeMap<u64, oneshot::Sender<Result<Option<String>>>>,
    random: SmallRng,
    tray: Option<TrayView>,
    pops_up: bool,
}

impl Loop {
    async fn run(mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        let mut pace = Pace::begin(self.world.clock.now());
        loop {
            let nap = self.nap();
            let message = tokio::select! {
                message = messages.recv() => Some(message),
                () = tokio::time::sleep(duration(nap)) => None,
            };
            let woke = pace.is_broken(self.world.clock.now(), nap);
            if woke {
                self.every(&Event::ClockJumped).await;
            }
            match message {
                Some(Some(Message::Stop(done))) => {
                    let _ = done.send(());
                    return;
                }
                Some(Some(message)) => self.take(message).await,
                Some(None) => return,
                None if woke => {}
                None => self.every(&Event::Tick).await,
            }
            self.draw_tray();
        }
    }

    /// How long nothing is due.
    fn nap(&self) -> Span {
        let now = self.world.clock.now();
        let states = self.board.states();
        let told = self.board.sleep_is_told.load(Ordering::Relaxed);
        let unhurried = |state: &Arc<State>| state.presence == Presence::Tray && !state.has_live();
        let longest = if told && states.values().all(unhurried) {
            LONGEST_TOLD_NAP
        } else {
            LONGEST_NAP
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

    async fn take(&mut self, message: Message) {
        match message {
            Message::Event(account, event) => self.happen(&account, event).await,
            Message::Every(event) => self.every(&event).await,
            Message::Command(account, number, event, sender) => {
                // Without such an account the sender is dropped, which its holder reads as `not_found`.
                if self.board.states().contains_key(&account) {
                    self.waiting.insert(number, sender);
                    self.happen(&account, event).await;
                }
            }
            Message::Add(state, connection) => {
                let account = state.account.clone();
                self.board.put(*state);
                self.connect(connection);
                self.happen(&account, Event::Tick).await;
                self.pop_up().await;
            }
            Message::Replace(connection) => {
                let account = connection.account.id.clone();
                let watched = connection.watched();
                self.connect(connection);
                self.happen(
                    &account,
                    Event::Reconfigured {
                        watched_address: watched,
                    },
                )
                .await;
            }
            Message::Remove(account) => {
                self.connections.remove(&account);
                self.board.remove(&account);
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

    async fn every(&mut self, event: &Event) {
        let accounts: Vec<_> = self.connections.keys().cloned().collect();
        for account in accounts {
            self.happen(&account, event.clone()).await;
        }
    }

    /// One step: the commit first, then the effects; without the commit, neither.
    async fn happen(&mut self, account: &AccountId, event: Event) {
        let Some(before) = self.board.states().get(account).cloned() else {
            return;
        };
        let now = self.world.clock.now();
        let Committed { step, was_lost } = {
            let (world, random) = (&self.world, &mut self.random);
            let commit = |writes| write(world, account, writes);
            committed(&before, &event, now, || random.next_u64(), commit).await
        };
        if was_lost && must_come_again(&event) {
            let (inbox, of) = (self.inbox.clone(), account.clone());
            tokio::spawn(async move {
                tokio::time::sleep(AFTER_FAILED_COMMIT).await;
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
        self.board.put(state);
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
                let asked = requests::perform(self.world.clone(), connection.clone(), request);
                let provider = Arc::clone(&connection.provider);
                let board = Arc::clone(&self.board);
                tokio::spawn(async move {
                    let event = asked.await;
                    if let Some(ahead) = provider.clock_ahead()
                        && board
                            .states()
                            .get(&of)
                            .is_some_and(|state| is_news(state, ahead))
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
            Effect::Notify => self.pop_up().await,
            Effect::RaiseWindow(page) => {
                self.world.shell.raise();
                if let Some(page) = page {
                    self.world.shell.changed(&Change::Show { page });
                }
            }
            Effect::Changed(change) => self.world.shell.changed(&change),
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
        let states = self.board.states();
        let raw = states
            .get(account)
            .and_then(|state| state.top_ups.get(top_up))
            .and_then(|top_up| top_up.checkout.clone())
            .ok_or_else(missing)?;
        let address = connection.allow_checkout(&raw)?;
        fail_point::reach("browser.before");
        self.world.shell.open(&address)?;
        fail_point::reach("browser.after");
        Ok(())
    }

    /// Marks what the inbox holds as shown, then shows it: at most once, whatever happens in between.
    async fn pop_up(&self) {
        if !self.pops_up {
            return;
        }
        let (store, now) = (Arc::clone(&self.world.store), self.world.clock.now());
        match blocking(move || store.take_unshown(now)).await {
            Ok(notices) if notices.is_empty() => {}
            Ok(notices) => {
                fail_point::reach("mark.after");
                if !self.board.notifications_off.load(Ordering::Relaxed) {
                    self.world.shell.notify(&notices);
                    fail_point::reach("pop_up.after");
                }
            }
            Err(error) => {
                tracing::warn!(code = ?error.code, "notices could not be marked as shown")
            }
        }
    }

    fn draw_tray(&mut self) {
        let states = self.board.states();
        let hide = self.board.hide_amounts.load(Ordering::Relaxed);
        let view = tray::view(&self.connections, &states, hide, self.world.clock.now());
        if self.tray.as_ref() != Some(&view) {
            self.world.shell.tray(&view);
            self.tray = Some(view);
        }
    }
}

/// Whether the engine has another idea of the provider's clock, by more than an answer's way takes.
fn is_news(state: &State, ahead: Span) -> bool {
    state.clock_offset_stale
        || state
            .clock_offset
            .is_none_or(|known| known.0.abs_diff(ahead.0) > CLOCK_NEWS.0.unsigned_abs())
}

/// Writes a step's commit, and then what the history shows of it.
async fn write(world: &World, account: &AccountId, writes: Vec<Write>) -> Result<()> {
    let (store, history) = (Arc::clone(&world.store), Arc::clone(&world.history));
    let account = account.clone();
    blocking(move || {
        fail_point::reach_commit(&writes, "before");
        store.commit(&account, &writes)?;
        fail_point::reach_commit(&writes, "after");
        for write in &writes {
            let shown = match write {
                Write::TopUp(top_up) => history.put_top_up(&account, top_up),
                Write::Notice(notice) if notice.kind == NoticeKind::Completed => {
                    history.late_money_told(&account, &notice.subject)
                }
                Write::Notice(_) | Write::DeleteTopUp(_) | Write::Alerts(_) => Ok(()),
            };
            if let Err(error) = shown {
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
