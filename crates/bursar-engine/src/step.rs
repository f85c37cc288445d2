//! The step: state and event in, new state, at most one commit, and effects out. One arm an event; what each
//! means stands in the files beside this one.

use super::event::{Effect, Event, Poll, Server};
use super::late::has_grown;
use super::schedule::is_silence;
use super::state::{Disagreement, Presence, State};
use crate::Write;
use crate::top_up::{Input, Phase, TopUp, WATCH};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error};
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_domain::payment::FailureReason;
use bursar_domain::view::{Change, Page, PaymentKind};

/// How long the user may take to add a method on the provider's page, and the provider to know it after a payment.
pub(super) const METHOD_EXPECTED: Span = Span::minutes(15);

/// What a step leads to. The commit, unless it is empty, is applied before any effect runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub state: State,
    pub commit: Vec<Write>,
    pub effects: Vec<Effect>,
}

/// Turns one event into what follows from it. `entropy` is any random number.
pub fn step(state: &State, event: &Event, now: Timestamp, entropy: u64) -> Step {
    let mut step = Step {
        state: state.clone(),
        commit: Vec::new(),
        effects: Vec::new(),
    };
    step.state.bound_times(now);
    step.take(event, now, entropy);
    if *event == Event::Tick {
        // Only here: what other events tell must not be lost with a commit that is not about them.
        step.give_up_repeats(now);
    }
    step.state.forget_settled(now);
    step.repeat_due(now);
    let asked = step.state.ask_due(now);
    step.effects.extend(asked);
    let knocks = step.state.knock_where_due(now);
    step.effects.extend(knocks);
    step
}

impl Step {
    fn take(&mut self, event: &Event, now: Timestamp, entropy: u64) {
        match event {
            Event::Tick => {}
            Event::Presence(presence) => self.presence(*presence, now),
            Event::Viewing(payment) => self.state.viewing.clone_from(payment),
            Event::Online(online) => self.online(*online, now),
            Event::Woke => {
                self.state.clock_moved(now);
                self.state.open_gates(now);
                self.state.be_eager(now);
            }
            Event::ProviderClock { ahead } => {
                self.state.clock_ahead = Some(*ahead);
                self.state.clock_in_doubt = false;
            }
            Event::Thresholds(thresholds) => {
                if self.state.thresholds != *thresholds {
                    self.state.thresholds.clone_from(thresholds);
                    // Fresh figures are compared with them, and a commit that fails then does not lose the setting.
                    self.state.make_due(&[Poll::Balance, Poll::Chain], now);
                }
            }
            Event::SignedIn(signed_in) => self.signed_in(*signed_in, now),
            Event::Reconfigured { watched } => {
                self.state.setup.watched = *watched;
                self.state.chain = None;
                self.state.past.chain = None;
                self.state.events_problem = None;
                self.state.subscribed = false;
                self.state.disagreement = Disagreement::Unknown;
                self.state.forget_gate(Server::Chain);
                self.state.make_due(&[Poll::Chain], now);
                self.changed();
            }
            Event::Past { stopped } => self.stop_past(*stopped, now),
            Event::StartTopUp { .. }
            | Event::ReturnToPayment { .. }
            | Event::CancelTopUp { .. }
            | Event::CheckNow { .. }
            | Event::RefreshAll { .. }
            | Event::Returned { .. } => self.command(event, now),
            Event::Started { top_up, answer } => {
                self.state.starting.remove(top_up);
                self.state.start_ended.insert(top_up.clone(), now);
                if let Ok(created) = answer {
                    self.state.seen.insert(top_up.clone(), now);
                    self.take_over(top_up, &created.id);
                }
                self.apply(top_up, &Input::Started(answer.clone()), now);
                self.state
                    .plan_repeat(top_up, answer.as_ref().err(), now, entropy);
                self.state.make_due(&[Poll::Follow], now);
            }
            Event::CancelAnswered { top_up, answer } => {
                if matches!(answer, Err(error) if !error.retryable) {
                    self.state.cancelled_here.remove(top_up);
                }
                self.apply(top_up, &Input::CancelAnswered(answer.clone()), now);
                self.state.make_due(&[Poll::Follow, Poll::History], now);
            }
            Event::Followed { asked_at, answer } => match answer {
                Ok(followed) => self.followed(followed, *asked_at, now, entropy),
                Err(error) => self.not_answered(Poll::Follow, error, now, entropy),
            },
            Event::History { asked_at, answer } => match answer {
                Ok(history) => self.history(history, *asked_at, now, entropy),
                Err(error) => {
                    self.state.ask_history_as_before();
                    self.not_answered(Poll::History, error, now, entropy);
                }
            },
            Event::Balance(answer) => match answer {
                Ok(balance) => {
                    self.state.answered(Poll::Balance, now, entropy);
                    self.key_is_taken();
                    let before = self.state.api.as_ref().map(|(api, _)| &api.balance);
                    if has_grown(before, Some(&balance.balance)) {
                        self.look_for_late_money(now);
                    }
                    self.state.api = Some((balance.clone(), now));
                    self.watch_balance(now);
                    self.changed();
                }
                Err(error) => self.not_answered(Poll::Balance, error, now, entropy),
            },
            Event::Chain(answer) => match answer {
                Ok(answer) => self.chain(answer, now, entropy),
                Err(error) => {
                    self.state.whole_chain |= std::mem::take(&mut self.state.whole_chain_asked);
                    self.not_answered(Poll::Chain, error, now, entropy);
                }
            },
            Event::Charges(answer) => match answer {
                Ok(()) => {
                    self.state.answered(Poll::Charges, now, entropy);
                    self.changed();
                }
                Err(error) => self.not_answered(Poll::Charges, error, now, entropy),
            },
            Event::Catalogue(answer) => match answer {
                Ok(answer) => {
                    self.state.maintenance = answer.maintenance;
                    self.state.method_pending = answer.method_pending;
                    self.state.answered(Poll::Catalogue, now, entropy);
                    self.changed();
                }
                Err(error) => self.not_answered(Poll::Catalogue, error, now, entropy),
            },
            Event::DuePayments(answer) => match answer {
                Ok(()) => {
                    self.state.answered(Poll::DuePayments, now, entropy);
                    self.changed();
                }
                Err(error) => self.not_answered(Poll::DuePayments, error, now, entropy),
            },
            Event::Knocked { server, open } => self.state.knocked(*server, *open, now),
            Event::MethodExpected { link_state } => {
                self.state.method_link.clone_from(link_state);
                self.state.expect_method(now);
            }
            Event::MethodReturned => {
                self.state.method_link = None;
                self.state.make_due(&[Poll::Catalogue], now);
                self.effects.push(Effect::Raise(Some(Page::TopUp {
                    account: self.state.account.clone(),
                })));
            }
            Event::MethodsStirred => {
                self.state.make_due(&[Poll::Catalogue], now);
                self.changed();
            }
            Event::Subscribed(subscribed) => {
                // What was mined between two subscriptions told nobody.
                self.state.subscribed = *subscribed;
                self.state.make_due(&[Poll::Chain], now);
            }
            Event::ChainStirred => self.state.make_due(&[Poll::Chain], now),
            Event::OpenFailed { top_up, error } => {
                if let Some(top_up) = self.state.top_ups.get_mut(top_up) {
                    top_up.error = Some(error.clone());
                }
                self.changed();
            }
            Event::CommitFailed {
                command,
                poll,
                started,
                error,
            } => {
                if let Some(command) = command {
                    self.reply(*command, Err(error.clone()));
                }
                if let Some(poll) = poll {
                    if *poll == Poll::History {
                        self.state.ask_history_as_before();
                    }
                    // Nothing is written here: the disk has just refused to take anything.
                    self.state.failed(*poll, error, now, entropy);
                }
                if let Some(top_up) = started {
                    // The answer is lost with the commit; the provider's lists will tell.
                    self.state.starting.remove(top_up);
                    self.state.start_ended.insert(top_up.clone(), now);
                    self.state.plan_repeat(top_up, Some(error), now, entropy);
                    self.state.make_due(&[Poll::Follow], now);
                }
                self.state.hold_overdue_repeats(now);
                self.changed();
            }
        }
    }

    fn presence(&mut self, presence: Presence, now: Timestamp) {
        let nearer = presence == Presence::Focused && self.state.presence != Presence::Focused;
        self.state.presence = presence;
        if presence == Presence::Tray {
            self.state.viewing = None;
        }
        if nearer {
            self.state.be_eager(now);
        }
        self.state.hurry(now);
    }

    fn online(&mut self, online: bool, now: Timestamp) {
        if self.state.online == online {
            return;
        }
        self.state.online = online;
        if online {
            self.state.open_gates(now);
            self.state.make_due(&Poll::ALL, now);
        }
        self.changed();
    }

    fn signed_in(&mut self, signed_in: bool, now: Timestamp) {
        self.state.setup.signed_in = signed_in;
        if !signed_in {
            self.state.forget_session();
        }
        if signed_in {
            self.state.errors.clear();
            self.state.open_gates(now);
            self.state.make_due(&Poll::ALL, now);
        }
        self.changed();
    }

    fn not_answered(&mut self, poll: Poll, error: &Error, now: Timestamp, entropy: u64) {
        let rejected = is_signed_out(error.code);
        if rejected && self.state.asked_before_news(poll, now) {
            // It may be the key before this one that was rejected: the next answer tells.
            return;
        }
        let known = self.state.errors.get(&poll).map(|(seen, _)| seen.code);
        self.state.failed(poll, error, now, entropy);
        let is_news = self.state.tells_alerts && !self.state.alerts.signed_out_told;
        if rejected && self.state.setup.signed_in && is_news {
            self.state.alerts.signed_out_told = true;
            self.state.alerts.rejection = self.state.alerts.rejection.saturating_add(1);
            let subject = format!("rejection-{}", self.state.alerts.rejection);
            self.notice(self.state.news(NoticeKind::SignedOut, subject, now));
            self.commit.push(Write::Alerts(self.state.alerts.clone()));
        }
        if error.code == Code::SignedOut {
            self.state.setup.signed_in = false;
            self.state.forget_session();
        }
        if known != Some(error.code) {
            self.changed();
        }
    }

    /// Books an answer, and what kept it from being a whole one: a silent server is left alone as after no answer
    /// at all, anything else is told and asked for again as usual.
    pub(super) fn booked(
        &mut self,
        poll: Poll,
        problem: Option<&Error>,
        now: Timestamp,
        entropy: u64,
    ) {
        match problem {
            Some(problem) if is_silence(problem.code) || is_signed_out(problem.code) => {
                self.not_answered(poll, problem, now, entropy);
            }
            Some(problem) => {
                self.state.answered(poll, now, entropy);
                self.state.errors.insert(poll, (problem.clone(), now));
                self.changed();
            }
            None => self.state.answered(poll, now, entropy),
        }
    }

    /// The provider took the key: should it reject it again, that is news again.
    fn key_is_taken(&mut self) {
        if self.state.alerts.signed_out_told && self.state.tells_alerts {
            self.state.alerts.signed_out_told = false;
            self.commit.push(Write::Alerts(self.state.alerts.clone()));
        }
    }

    /// Applies an input to a top-up and books what follows: the line, its notice, the browser.
    pub(super) fn apply(&mut self, id: &str, input: &Input, now: Timestamp) {
        self.apply_as(id, input, now, false);
    }

    pub(super) fn apply_as(&mut self, id: &str, input: &Input, now: Timestamp, is_new: bool) {
        let Some(before) = self.state.top_ups.get(id) else {
            return;
        };
        let before = before.clone();
        let (after, outcome) = before.apply(input, now);
        if !outcome.changed && !is_new {
            return;
        }
        if let Some(kind) = outcome.notice {
            let subject = after.remote.clone().unwrap_or_else(|| after.id.clone());
            let news_at = match input {
                Input::Reported(payment) | Input::Found(payment) => payment.updated_at,
                Input::Started(_)
                | Input::Absent
                | Input::AbsentAnew
                | Input::NotRepeatable
                | Input::Unclear(_)
                | Input::Credited { .. }
                | Input::Reorganised
                | Input::CancelRequested
                | Input::CancelAnswered(_)
                | Input::Returned => now,
            };
            let is_news = after.reason.as_ref().is_some_and(FailureReason::is_news);
            let silent = (kind == NoticeKind::Cancelled && !is_news)
                || (kind == NoticeKind::Expired && after.was_given_up())
                || news_at < self.state.connected_at
                || self.is_looked_at(&after);
            self.notice(Notice {
                amount: Some(after.amount.clone()),
                about: after.kind(),
                reason: after.reason.clone(),
                silent,
                ..self.state.news(kind, subject, now)
            });
        }
        let has_moved = after.phase != before.phase;
        if has_moved && after.phase != Phase::Open && self.state.keeping.contains(id) {
            // The provider has the method now, or will in a moment.
            self.state.expect_method(now);
            self.state.make_due(&[Poll::Catalogue], now);
        }
        if has_moved && !after.is_live() {
            self.state.make_due(&[Poll::Balance], now);
            if self.state.setup.rules.offers.saved_methods {
                // It may have been kept on the way, or turned out to be gone.
                self.state.make_due(&[Poll::Catalogue], now);
            }
            if after.kind() != PaymentKind::TopUp {
                self.state.make_due(&[Poll::DuePayments], now);
            }
        }
        if outcome.open_checkout {
            self.effects.push(Effect::OpenCheckout {
                top_up: id.to_owned(),
            });
        }
        self.commit.push(Write::TopUp(after.clone()));
        self.state.top_ups.insert(id.to_owned(), after);
        self.effects.push(Effect::Changed(Change::Payments {
            account: self.state.account.clone(),
        }));
        self.changed();
    }

    /// Whether the user is looking at this very payment, so that a pop-up would tell nothing.
    fn is_looked_at(&self, top_up: &TopUp) -> bool {
        self.state.presence == Presence::Focused && self.is_shown(top_up)
    }

    /// Whether the window shows this very payment, be it in front or not.
    pub(super) fn is_shown(&self, top_up: &TopUp) -> bool {
        self.state.viewing.is_some()
            && (self.state.viewing == top_up.remote
                || self.state.viewing.as_ref() == Some(&top_up.id))
    }

    pub(super) fn notice(&mut self, notice: Notice) {
        self.commit.push(Write::Notice(notice));
        if !self.effects.contains(&Effect::Notify) {
            self.effects.push(Effect::Notify);
            self.effects.push(Effect::Changed(Change::Notices));
        }
    }

    pub(super) fn reply(&mut self, command: u64, answer: Result<Option<String>, Error>) {
        self.effects.push(Effect::Reply { command, answer });
    }

    /// Something on the account's first page is different.
    pub(super) fn changed(&mut self) {
        let change = Effect::Changed(Change::Account {
            account: self.state.account.clone(),
        });
        if !self.effects.contains(&change) {
            self.effects.push(change);
        }
    }
}

impl State {
    /// A notice of this account with nothing in it but its kind and subject.
    pub(super) fn news(&self, kind: NoticeKind, subject: String, now: Timestamp) -> Notice {
        Notice {
            account: self.account.clone(),
            kind,
            subject,
            amount: None,
            days_left: None,
            about: PaymentKind::TopUp,
            reason: None,
            at: now,
            silent: false,
        }
    }

    /// What the API told to a sign-in that has ended says nothing of now; the database keeps it with its time.
    fn forget_session(&mut self) {
        self.api = None;
        self.disagreement = Disagreement::Unknown;
    }

    /// A method may appear from now on.
    fn expect_method(&mut self, now: Timestamp) {
        self.method_expected_until = now.plus(METHOD_EXPECTED);
        self.hurry(now);
    }

    /// Lets go of what can no longer change; the databases keep it. While an answer may be lost, what was
    /// created near it stays known: a payment that is somebody's already is not the lost one.
    fn forget_settled(&mut self, now: Timestamp) {
        let oldest_lost = self
            .top_ups
            .values()
            .filter(|top_up| top_up.is_live() && top_up.remote.is_none())
            .map(|top_up| top_up.created_at)
            .min();
        let horizon = oldest_lost.unwrap_or(now).min(now).minus(WATCH);
        self.top_ups
            .retain(|_, top_up| top_up.is_followed(now) || top_up.created_at >= horizon);
        let top_ups = &self.top_ups;
        self.start_ended.retain(|id, _| top_ups.contains_key(id));
        self.begun.retain(|id, _| top_ups.contains_key(id));
        self.keeping.retain(|id| top_ups.contains_key(id));
        self.cancelled_here.retain(|id| top_ups.contains_key(id));
        self.seen.retain(|id, _| top_ups.contains_key(id));
    }
}

/// Whether the key or token is not (or no longer) accepted.
fn is_signed_out(code: Code) -> bool {
    matches!(code, Code::Unauthorized | Code::SignedOut)
}
