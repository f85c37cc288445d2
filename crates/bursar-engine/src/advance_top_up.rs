//! Applies an input to a top-up, and derives what follows from it: the record to write, the notice, the browser, and
//! what to read again.

use super::account_config::Presence;
use super::effect::Effect;
use super::poll_target::PollTarget;
use super::step::Step;
use crate::Write;
use crate::top_up::{Input, Phase, TopUp};
use bursar_domain::clock::Timestamp;
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_domain::payment::FailureReason;
use bursar_domain::payment::PaymentKind;
use bursar_domain::view::Change;

impl Step {
    /// Applies an input to a known top-up.
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
                Input::Reported(payment) | Input::Matched(payment) => payment.updated_at,
                Input::Started(_)
                | Input::Absent
                | Input::AbsentSinceUnknown
                | Input::ResendExpired
                | Input::Unclear(_)
                | Input::Credited { .. }
                | Input::Reorganised
                | Input::CancelRequested
                | Input::CancelAnswered(_)
                | Input::ReturnLinkOpened => now,
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
            // The provider has the method by now, or will in a moment.
            self.state.expect_method(now);
            self.state.make_due(&[PollTarget::Catalogue], now);
        }
        if has_moved && !after.is_live() {
            self.state.make_due(&[PollTarget::Balance], now);
            if self.state.config.rules.capabilities.saved_methods {
                // The payment may have saved the method, or shown that it is gone.
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

    /// Whether the user is looking at this very payment, so that a pop-up would be superfluous.
    fn is_focused_on(&self, top_up: &TopUp) -> bool {
        self.state.presence == Presence::Focused && self.is_shown(top_up)
    }

    /// Whether the window shows this very payment, in front or not.
    pub(super) fn is_shown(&self, top_up: &TopUp) -> bool {
        self.state.viewing.is_some()
            && (self.state.viewing == top_up.payment_id
                || self.state.viewing.as_ref() == Some(&top_up.id))
    }
}
