//! The loop that owns the state of every account: takes one message at a time, writes the commit of its step, and runs
//! the effects in tasks.

use super::clock_jump::ClockJumpDetector;
use super::commit::{Committed, needs_redelivery, step_and_commit};
use super::shared_state::SharedState;
use super::{Connection, Message, Services, blocking, requests, tray_view};
use bursar_domain::account::AccountId;
use bursar_domain::clock::Span;
use bursar_domain::error::{Code, Error, Result, TopUpDetail};
use bursar_domain::link::Link;
use bursar_domain::notice::NoticeKind;
use bursar_domain::view::{Change, TrayView};
use bursar_engine::{Effect, Event, Presence, State, Step, Write};
use bursar_store::fail_point;
use rand::RngCore;
use rand::rngs::SmallRng;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The longest sleep: the loop compares wall clock and elapsed time this often, to notice that the machine slept.
const MAX_SLEEP: Span = Span::seconds(30);
/// The same if the system reports sleep; the comparison then only notices a clock that was set.
const MAX_SLEEP_WITH_SLEEP_SIGNAL: Span = Span::minutes(15);
/// The engine learns of a change of the provider's clock only if it exceeds this.
const CLOCK_CHANGE_THRESHOLD: Span = Span::seconds(20);
/// An event that nothing else repeats is delivered again this long after its commit failed.
const REDELIVERY_DELAY: Duration = Duration::from_secs(5);

pub(super) struct EventLoop {
    pub(super) services: Services,
    pub(super) shared: Arc<SharedState>,
    pub(super) inbox: mpsc::UnboundedSender<Message>,
    pub(super) sign_ins: mpsc::UnboundedSender<Link>,
    pub(super) connections: BTreeMap<AccountId, Connection>,
    pub(super) waiting: BTreeMap<u64, oneshot::Sender<Result<Option<String>>>>,
    pub(super) random: SmallRng,
    pub(super) tray: Option<TrayView>,
    pub(super) pops_up: bool,
}

impl EventLoop {
    pub(super) async fn run(mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        let mut jumps = ClockJumpDetector::begin(self.services.clock.now());
        loop {
            let sleep = self.time_to_next_due();
            let message = tokio::select! {
                message = messages.recv() => Some(message),
                () = tokio::time::sleep(sleep.to_duration()) => None,
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
                // For an unknown account the sender is dropped, which its holder reads as `not_found`.
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

    /// One step: the commit first, then the effects; if the commit fails, neither.
    pub(super) async fn handle_event(&mut self, account: &AccountId, event: Event) {
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
                let answering =
                    requests::perform(self.services.clone(), connection.clone(), request);
                let provider = Arc::clone(&connection.provider);
                let shared = Arc::clone(&self.shared);
                tokio::spawn(async move {
                    let event = answering.await;
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
        let missing = || Error::new(Code::NotFound, TopUpDetail::TopUpPageMissing);
        let connection = self.connections.get(account).ok_or_else(missing)?;
        let states = self.shared.states();
        let top_up = states
            .get(account)
            .and_then(|state| state.top_ups.get(top_up))
            .ok_or_else(missing)?;
        let raw = top_up.checkout.as_deref().ok_or_else(missing)?;
        let address = connection.allow_checkout(raw, top_up.payment_provider.as_deref())?;
        fail_point::reach("browser.before");
        self.services.shell.open_url(&address)?;
        fail_point::reach("browser.after");
        Ok(())
    }

    /// Marks the inbox's new notices as shown and then shows them, so that each is shown at most once, whatever happens
    /// in between.
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

/// Whether the provider's clock differs from what the engine knows by more than an answer takes to arrive.
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
                // The history can be fetched again; the intent is safe.
                tracing::warn!(code = ?error.code, "the history missed a change");
            }
        }
        Ok(())
    })
    .await
}
