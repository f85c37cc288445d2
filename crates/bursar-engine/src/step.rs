//! One step: an event turns the state into a new state, at most one commit, and effects. There is one arm for each
//! event; the files beside this one hold what the events mean.

use super::account_config::Presence;
use super::effect::Effect;
use super::event::Event;
use super::poll_target::{PollTarget, Server};
use super::state::{Disagreement, State};
use crate::Write;
use crate::top_up::{Input, LATE_PAYMENT_WINDOW};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Error;
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_domain::payment::PaymentKind;
use bursar_domain::view::{Change, Page};

/// How long the user may take to add a method on the provider's page, and the provider to know it after a payment.
pub(super) const METHOD_EXPECTED_FOR: Span = Span::minutes(15);

/// The result of a step. The driver applies the commit, unless it is empty, before it runs any effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub state: State,
    pub commit: Vec<Write>,
    pub effects: Vec<Effect>,
}

/// Applies one event. `entropy` is any random number.
pub fn step(state: &State, event: &Event, now: Timestamp, entropy: u64) -> Step {
    let mut step = Step {
        state: state.clone(),
        commit: Vec::new(),
        effects: Vec::new(),
    };
    step.state.bound_times(now);
    step.handle(event, now, entropy);
    if *event == Event::Tick {
        // Only in a tick: another event must not be lost with a commit that is not about it.
        step.give_up_resends(now);
        step.watch_key_expiry(now);
    }
    step.state.forget_settled(now);
    step.resend_due(now);
    let requests = step.state.request_due(now);
    step.effects.extend(requests);
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
                    // Fresh figures are compared with the thresholds; if that commit fails, the thresholds stay.
                    self.state
                        .make_due(&[PollTarget::Balance, PollTarget::Chain], now);
                }
            }
            Event::KeyExpiry(expiry) => self.state.key_expiry = *expiry,
            Event::SignedIn(signed_in) => self.signed_in(*signed_in, now),
            Event::Reconfigured { watched_address } => {
                self.state.config.watched_address = *watched_address;
                self.state.chain_reading = None;
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
                if let Err(error) = answer {
                    let outdated = PollTarget::outdated_by_refusal(error.code);
                    self.state.make_due(outdated, now);
                }
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
                Ok(balance) => self.balance_response(balance, now, entropy),
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
                // Events between two subscriptions were not reported.
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
                    // Nothing is written here: the disk has just refused a write.
                    self.state.record_failure(*poll, error, now, entropy);
                }
                if let Some(top_up_id) = started_top_up_id {
                    // The response is lost with the commit; the provider's lists will show the payment.
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

    /// Something on the account's overview is different.
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
    /// A notice of this account with only its kind and subject filled in.
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

    /// A method may appear from now on.
    pub(super) fn expect_method(&mut self, now: Timestamp) {
        self.method_expected_until = now.plus(METHOD_EXPECTED_FOR);
        self.shorten_intervals(now);
    }

    /// Drops top-ups that can no longer change; the databases keep them. While an outcome is unknown, top-ups from
    /// about the same time stay: a payment that belongs to one of them is not the missing one.
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
