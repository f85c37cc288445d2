//! The user's commands. A top-up starts only if nothing blocks it, and its intent is in the commit, which precedes the
//! request.

use super::account_config::Presence;
use super::effect::{Effect, Request};
use super::event::Event;
use super::poll_target::PollTarget;
use super::state::State;
use super::step::Step;
use super::unknown_outcome;
use crate::Write;
use crate::top_up::{Input, TopUp};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error, TopUpDetail};
use bursar_domain::payment::NewPayment;
use bursar_domain::view::Page;

impl Step {
    pub(super) fn command(&mut self, event: &Event, now: Timestamp) {
        if let Event::StartTopUp {
            command,
            new,
            link_state,
            clock_offset,
        } = event
        {
            self.start_top_up(*command, new, link_state.clone(), *clock_offset, now);
        } else if let Event::ReopenCheckout { command, top_up_id } = event {
            self.reopen_checkout(*command, top_up_id);
        } else if let Event::CancelTopUp { command, top_up_id } = event {
            self.cancel(*command, top_up_id, now);
        } else if let Event::CheckNow { command } = event {
            if self.state.presence != Presence::Tray {
                // The user may be waiting for a late payment.
                self.state.late_payment_reads = self.state.late_payment_reads.max(1);
            }
            self.state.clear_backoffs(now);
            self.state.poll_fast(now);
            self.reply(*command, Ok(None));
        } else if let Event::RefreshAll { command } = event {
            self.state.full_history_wanted = true;
            self.state.full_chain_wanted = true;
            // "Refresh account" includes older data.
            self.pause_backfill(false, now);
            self.state.clear_backoffs(now);
            self.state.poll_fast(now);
            self.state
                .make_due(&[PollTarget::Catalogue, PollTarget::DuePayments], now);
            self.reply(*command, Ok(None));
        } else if let Event::ReturnLinkOpened { top_up_id } = event {
            self.return_link_opened(top_up_id, now);
        }
    }

    fn start_top_up(
        &mut self,
        command: u64,
        new: &NewPayment,
        link_state: Option<String>,
        clock_offset: Option<Span>,
        now: Timestamp,
    ) {
        let id = new.top_up_id.clone();
        // A second click on the same form returns the payment that the first one started.
        if self
            .state
            .top_ups
            .get(&id)
            .is_some_and(|known| known.was_started_by(new))
        {
            self.reply(command, Ok(Some(id)));
            return;
        }
        if let Some(obstacle) = self.state.start_obstacle(&id, now) {
            self.reply(command, Err(obstacle));
            return;
        }
        let repeatable = self.state.config.rules.repeatable_for.is_some();
        let intent = TopUp {
            provider_created_at: clock_offset.map(|ahead| now.plus(ahead)),
            ..TopUp::intent(new, repeatable, link_state, now)
        };
        self.commit.push(Write::TopUp(intent.clone()));
        self.state.top_ups.insert(id.clone(), intent);
        self.state.starts_in_flight.insert(id.clone());
        if new.save_method {
            self.state.saving_method.insert(id.clone());
        }
        self.state.shorten_intervals(now);
        self.reply(command, Ok(Some(id.clone())));
        self.effects.push(Effect::Request(Request::Start {
            top_up_id: id,
            new: new.clone(),
        }));
        self.changed();
    }

    fn reopen_checkout(&mut self, command: u64, top_up_id: &str) {
        let answer = match self.state.top_ups.get(top_up_id) {
            None => Err(gone()),
            Some(found) if found.checkout.is_none() => {
                Err(Error::new(Code::TopUpState, TopUpDetail::TopUpPageMissing))
            }
            Some(_) => {
                if let Some(found) = self.state.top_ups.get_mut(top_up_id) {
                    found.error = None;
                }
                self.effects.push(Effect::OpenCheckout {
                    top_up_id: top_up_id.to_owned(),
                });
                Ok(Some(top_up_id.to_owned()))
            }
        };
        self.reply(command, answer);
    }

    /// Cancelling is a request: the top-up ends only when the provider reports it.
    fn cancel(&mut self, command: u64, top_up_id: &str, now: Timestamp) {
        let Some(found) = self.state.top_ups.get(top_up_id) else {
            self.reply(command, Err(gone()));
            return;
        };
        let cancellable = found.is_cancellable(self.state.config.rules);
        let (Some(intent_id), true) = (
            found.intent_id.clone().or(found.payment_id.clone()),
            cancellable,
        ) else {
            let why = TopUpDetail::TopUpNotCancellable;
            self.reply(command, Err(Error::new(Code::TopUpState, why)));
            return;
        };
        self.state.cancelled_by_user.insert(top_up_id.to_owned());
        self.apply(top_up_id, &Input::CancelRequested, now);
        self.reply(command, Ok(Some(top_up_id.to_owned())));
        self.effects.push(Effect::Request(Request::Cancel {
            top_up_id: top_up_id.to_owned(),
            intent_id,
        }));
    }

    /// A return link only triggers a poll and raises the window, and its state is used up. A window that shows this
    /// very payment stays where it is.
    fn return_link_opened(&mut self, top_up_id: &str, now: Timestamp) {
        let Some(found) = self.state.top_ups.get(top_up_id) else {
            return;
        };
        let account = self.state.account.clone();
        let page = if !self.state.config.rules.one_open_top_up() {
            // Where several payments can be open, the payments page shows the one that came back.
            Some(Page::Payments { account })
        } else if self.is_shown(found) {
            None
        } else {
            Some(Page::Overview { account })
        };
        self.apply(top_up_id, &Input::ReturnLinkOpened, now);
        self.state.clear_backoffs(now);
        self.state.poll_fast(now);
        self.state.make_due(&[PollTarget::OpenPayments], now);
        self.effects.push(Effect::RaiseWindow(page));
    }
}

impl State {
    /// Why no top-up can start now, if something is in its way.
    fn start_obstacle(&self, id: &str, now: Timestamp) -> Option<Error> {
        if !self.config.signed_in {
            return Some(Error::new(Code::SignedOut, TopUpDetail::TopUpNeedsKey));
        }
        if !self.online {
            return Some(offline());
        }
        if self.recovering {
            return Some(Error::passing(
                Code::TopUpState,
                TopUpDetail::OpenTopUpsNotReadYet,
            ));
        }
        if self.top_ups.contains_key(id) {
            return Some(Error::new(
                Code::AlreadyExists,
                TopUpDetail::TopUpAlreadyStarted,
            ));
        }
        self.blocking_payment(now)
            .map(unknown_outcome::blocked_error)
    }
}

/// The error for starting a payment without a network.
pub fn offline() -> Error {
    Error::passing(Code::Unreachable, TopUpDetail::TopUpOffline)
}

fn gone() -> Error {
    Error::new(Code::NotFound, TopUpDetail::TopUpGone)
}
