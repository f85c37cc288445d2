//! The step: state and event in, new state, at most one commit, and effects out. One arm an event; what each
//! means stands in the files beside this one.

use super::event::{Effect, Event, PollTarget, Server};
use super::late_payment::has_grown;
use super::poll_schedule::is_outage;
use super::state::{Disagreement, Presence, State};
use crate::Write;
use crate::top_up::{Input, LATE_PAYMENT_WINDOW, Phase, TopUp};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error};
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_domain::payment::FailureReason;
use bursar_domain::view::{Change, Page, PaymentKind};

/// How long the user may take to add a method on the provider's page, and the provider to know it after a payment.
pub(super) const METHOD_EXPECTED_FOR: Span = Span::minutes(15);

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
    step.handle(event, now, entropy);
    if *event == Event::Tick {
        // Only here: what other events tell must not be lost with a commit that is not about them.
        step.give_up_resends(now);
    }
    step.state.forget_settled(now);
    step.resend_due(now);
    let asked = step.state.request_due(now);
    step.effects.extend(asked);
    let probes = step.state.probe_due_servers(now);
    step.effects.extend(probes);
    step
}

impl Step {
    fn handle(&mut self, event: &Event, now: Timestamp, entropy: u64) {
        match event {
            Event::Tick => {}
            Event::Presence(presence) => self.presence(*presence, now),
            Event::Viewing(payment) => self.state.viewing.clone_from(payment),
            Event::Online(online) => self.online(*online, now),
            Event::ClockJumped => {
                self.state.clock_moved(now);
                self.state.clear_backoffs(now);
                self.state.poll_fast(now);
            }
            Event::ProviderClock { offset } => {
                self.state.clock_offset = Some(*offset);
                self.state.clock_offset_stale = false;
            }
            Event::Thresholds(thresholds) => {
                if self.state.thresholds != *thresholds {
                    self.state.thresholds.clone_from(thresholds);
                    // Fresh figures are compared with them, and a commit that fails then does not lose the setting.
                    self.state
                        .make_due(&[PollTarget::Balance, PollTarget::Chain], now);
                }
            }
            Event::SignedIn(signed_in) => self.signed_in(*signed_in, now),
            Event::Reconfigured { watched_address } => {
                self.state.config.watched_address = *watched_address;
                self.state.chain = None;
                self.state.backfill.chain = None;
                self.state.events_error = None;
                self.state.subscribed = false;
                self.state.disagreement = Disagreement::Unknown;
                self.state.forget_backoff(Server::Chain);
                self.state.make_due(&[PollTarget::Chain], now);
                self.changed();
            }
            Event::SetBackfillPaused { paused } => self.pause_backfill(*paused, now),
            Event::StartTopUp { .. }
            | Event::ReopenCheckout { .. }
            | Event::CancelTopUp { .. }
            | Event::CheckNow { .. }
            | Event::RefreshAll { .. }
            | Event::ReturnLinkOpened { .. } => self.command(event, now),
            Event::Started { top_up_id, answer } => {
                self.state.starts_in_flight.remove(top_up_id);
                self.state.start_ended_at.insert(top_up_id.clone(), now);
                if let Ok(created) = answer {
                    self.state.status_read_at.insert(top_up_id.clone(), now);
                    self.merge_adopted(top_up_id, &created.payment_id);
                }
                self.apply(top_up_id, &Input::Started(answer.clone()), now);
                self.state
                    .plan_resend(top_up_id, answer.as_ref().err(), now, entropy);
                self.state.make_due(&[PollTarget::OpenPayments], now);
            }
            Event::CancelAnswered { top_up_id, answer } => {
                if matches!(answer, Err(error) if !error.retryable) {
                    self.state.cancelled_by_user.remove(top_up_id);
                }
                self.apply(top_up_id, &Input::CancelAnswered(answer.clone()), now);
                self.state
                    .make_due(&[PollTarget::OpenPayments, PollTarget::History], now);
            }
            Event::OpenPayments {
                requested_at,
                answer,
            } => match answer {
                Ok(followed) => self.open_payments_response(followed, *requested_at, now, entropy),
                Err(error) => self.record_failure(PollTarget::OpenPayments, error, now, entropy),
            },
            Event::History {
                requested_at,
                answer,
            } => match answer {
                Ok(history) => self.history_response(history, *requested_at, now, entropy),
                Err(error) => {
                    self.state.restore_history_request();
                    self.record_failure(PollTarget::History, error, now, entropy);
                }
            },
            Event::Balance(answer) => match answer {
                Ok(balance) => {
                    self.state.record_success(PollTarget::Balance, now, entropy);
                    self.key_accepted();
                    let before = self.state.api.as_ref().map(|(api, _)| &api.balance);
                    if has_grown(before, Some(&balance.balance)) {
                        self.search_late_payments(now);
                    }
                    self.state.api = Some((balance.clone(), now));
                    self.check_balance(now);
                    self.changed();
                }
                Err(error) => self.record_failure(PollTarget::Balance, error, now, entropy),
            },
            Event::Chain(answer) => match answer {
                Ok(answer) => self.chain_response(answer, now, entropy),
                Err(error) => {
                    self.state.full_chain_wanted |=
                        std::mem::take(&mut self.state.full_chain_in_flight);
                    self.record_failure(PollTarget::Chain, error, now, entropy);
                }
            },
            Event::Charges(answer) => match answer {
                Ok(()) => {
                    self.state.record_success(PollTarget::Charges, now, entropy);
                    self.changed();
                }
                Err(error) => self.record_failure(PollTarget::Charges, error, now, entropy),
            },
            Event::Catalogue(answer) => match answer {
                Ok(answer) => {
                    self.state.maintenance = answer.maintenance;
                    self.state.method_pending = answer.method_pending;
                    self.state
                        .record_success(PollTarget::Catalogue, now, entropy);
                    self.changed();
                }
                Err(error) => self.record_failure(PollTarget::Catalogue, error, now, entropy),
            },
            Event::DuePayments(answer) => match answer {
                Ok(()) => {
                    self.state
                        .record_success(PollTarget::DuePayments, now, entropy);
                    self.changed();
                }
                Err(error) => self.record_failure(PollTarget::DuePayments, error, now, entropy),
            },
            Event::Probed { server, reachable } => self.state.probed(*server, *reachable, now),
            Event::MethodExpected { link_state } => {
                self.state.method_link_state.clone_from(link_state);
                self.state.expect_method(now);
            }
            Event::MethodReturned => {
                self.state.method_link_state = None;
                self.state.make_due(&[PollTarget::Catalogue], now);
                self.effects.push(Effect::RaiseWindow(Some(Page::TopUp {
                    account: self.state.account.clone(),
                })));
            }
            Event::MethodsChanged => {
                self.state.make_due(&[PollTarget::Catalogue], now);
                self.changed();
            }
            Event::Subscribed(subscribed) => {
                // What was mined between two subscriptions told nobody.
                self.state.subscribed = *subscribed;
                self.state.make_due(&[PollTarget::Chain], now);
            }
            Event::ChainActivity => self.state.make_due(&[PollTarget::Chain], now),
            Event::OpenCheckoutFailed {
                top_up_id: top_up,
                error,
            } => {
                if let Some(top_up) = self.state.top_ups.get_mut(top_up) {
                    top_up.error = Some(error.clone());
                }
                self.changed();
            }
            Event::CommitFailed {
                command,
                poll,
                started_top_up_id,
                error,
            } => {
                if let Some(command) = command {
                    self.reply(*command, Err(error.clone()));
                }
                if let Some(poll) = poll {
                    if *poll == PollTarget::History {
                        self.state.restore_history_request();
                    }
                    // Nothing is written here: the disk has just refused to take anything.
                    self.state.record_failure(*poll, error, now, entropy);
                }
                if let Some(top_up_id) = started_top_up_id {
                    // The answer is lost with the commit; the provider's lists will tell.
                    self.state.starts_in_flight.remove(top_up_id);
                    self.state.start_ended_at.insert(top_up_id.clone(), now);
                    self.state.plan_resend(top_up_id, Some(error), now, entropy);
                    self.state.make_due(&[PollTarget::OpenPayments], now);
                }
                self.state.hold_overdue_resends(now);
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
            self.state.poll_fast(now);
        }
        self.state.shorten_intervals(now);
    }

    fn online(&mut self, online: bool, now: Timestamp) {
        if self.state.online == online {
            return;
        }
        self.state.online = online;
        if online {
            self.state.clear_backoffs(now);
            self.state.make_due(&PollTarget::ALL, now);
        }
        self.changed();
    }

    fn signed_in(&mut self, signed_in: bool, now: Timestamp) {
        self.state.config.signed_in = signed_in;
        if !signed_in {
            self.state.forget_session();
        }
        if signed_in {
            self.state.errors.clear();
            self.state.clear_backoffs(now);
            self.state.make_due(&PollTarget::ALL, now);
        }
        self.changed();
    }

    fn record_failure(&mut self, poll: PollTarget, error: &Error, now: Timestamp, entropy: u64) {
        let rejected = is_signed_out(error.code);
        if rejected && self.state.reread_if_outdated(poll, now) {
            // It may be the key before this one that was rejected: the next answer tells.
            return;
        }
        let known = self.state.errors.get(&poll).map(|(seen, _)| seen.code);
        self.state.record_failure(poll, error, now, entropy);
        let is_news = self.state.notifies_alerts && !self.state.alerts.signed_out_told;
        if rejected && self.state.config.signed_in && is_news {
            self.state.alerts.signed_out_told = true;
            self.state.alerts.rejection = self.state.alerts.rejection.saturating_add(1);
            let subject = format!("rejection-{}", self.state.alerts.rejection);
            self.push_notice(self.state.new_notice(NoticeKind::SignedOut, subject, now));
            self.commit.push(Write::Alerts(self.state.alerts.clone()));
        }
        if error.code == Code::SignedOut {
            self.state.config.signed_in = false;
            self.state.forget_session();
        }
        if known != Some(error.code) {
            self.changed();
        }
    }

    /// Books an answer, and what kept it from being a whole one: a silent server is left alone as after no answer
    /// at all, anything else is told and asked for again as usual.
    pub(super) fn record_response(
        &mut self,
        poll: PollTarget,
        error: Option<&Error>,
        now: Timestamp,
        entropy: u64,
    ) {
        match error {
            Some(error) if is_outage(error.code) || is_signed_out(error.code) => {
                self.record_failure(poll, error, now, entropy);
            }
            Some(error) => {
                self.state.record_success(poll, now, entropy);
                self.state.errors.insert(poll, (error.clone(), now));
                self.changed();
            }
            None => self.state.record_success(poll, now, entropy),
        }
    }

    /// The provider took the key: should it reject it again, that is news again.
    fn key_accepted(&mut self) {
        if self.state.alerts.signed_out_told && self.state.notifies_alerts {
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
            let subject = after.payment_id.clone().unwrap_or_else(|| after.id.clone());
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
                || (kind == NoticeKind::Expired && after.was_abandoned())
                || news_at < self.state.connected_at
                || self.is_focused_on(&after);
            self.push_notice(Notice {
                amount: Some(after.amount.clone()),
                about: after.kind(),
                reason: after.reason.clone(),
                silent,
                ..self.state.new_notice(kind, subject, now)
            });
        }
        let has_moved = after.phase != before.phase;
        if has_moved && after.phase != Phase::Open && self.state.saving_method.contains(id) {
            // The provider has the method now, or will in a moment.
            self.state.expect_method(now);
            self.state.make_due(&[PollTarget::Catalogue], now);
        }
        if has_moved && !after.is_live() {
            self.state.make_due(&[PollTarget::Balance], now);
            if self.state.config.rules.offers.saved_methods {
                // It may have been kept on the way, or turned out to be gone.
                self.state.make_due(&[PollTarget::Catalogue], now);
            }
            if after.kind() != PaymentKind::TopUp {
                self.state.make_due(&[PollTarget::DuePayments], now);
            }
        }
        if outcome.open_checkout {
            self.effects.push(Effect::OpenCheckout {
                top_up_id: id.to_owned(),
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
    fn is_focused_on(&self, top_up: &TopUp) -> bool {
        self.state.presence == Presence::Focused && self.is_shown(top_up)
    }

    /// Whether the window shows this very payment, be it in front or not.
    pub(super) fn is_shown(&self, top_up: &TopUp) -> bool {
        self.state.viewing.is_some()
            && (self.state.viewing == top_up.payment_id
                || self.state.viewing.as_ref() == Some(&top_up.id))
    }

    pub(super) fn push_notice(&mut self, notice: Notice) {
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
    pub(super) fn new_notice(&self, kind: NoticeKind, subject: String, now: Timestamp) -> Notice {
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
        self.method_expected_until = now.plus(METHOD_EXPECTED_FOR);
        self.shorten_intervals(now);
    }

    /// Lets go of what can no longer change; the databases keep it. While an answer may be lost, what was
    /// created near it stays known: a payment that is somebody's already is not the lost one.
    fn forget_settled(&mut self, now: Timestamp) {
        let oldest_lost = self
            .top_ups
            .values()
            .filter(|top_up| top_up.is_live() && top_up.payment_id.is_none())
            .map(|top_up| top_up.created_at)
            .min();
        let horizon = oldest_lost
            .unwrap_or(now)
            .min(now)
            .minus(LATE_PAYMENT_WINDOW);
        self.top_ups
            .retain(|_, top_up| top_up.is_followed(now) || top_up.created_at >= horizon);
        let top_ups = &self.top_ups;
        self.start_ended_at.retain(|id, _| top_ups.contains_key(id));
        self.unknown_since.retain(|id, _| top_ups.contains_key(id));
        self.saving_method.retain(|id| top_ups.contains_key(id));
        self.cancelled_by_user.retain(|id| top_ups.contains_key(id));
        self.status_read_at.retain(|id, _| top_ups.contains_key(id));
    }
}

/// Whether the key or token is not (or no longer) accepted.
fn is_signed_out(code: Code) -> bool {
    matches!(code, Code::Unauthorized | Code::SignedOut)
}
