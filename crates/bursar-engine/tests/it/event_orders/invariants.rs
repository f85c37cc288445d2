//! What must hold after every event, and at the end.

use super::World;
use bursar_domain::error::Code;
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment::Status;
use bursar_engine::top_up::{ConfirmedBy, Phase, TopUp};

impl World {
    pub(super) fn newest_about(&self, subject: &str) -> Option<NoticeKind> {
        let about = self.notices.iter().rev().find(|(_, of)| of == subject);
        about.map(|(kind, _)| *kind)
    }

    /// The newest notice about a payment shows its present state.
    pub(super) fn check_newest_notice(&self, top_up: &TopUp) {
        let Some(newest) = top_up
            .payment_id
            .as_deref()
            .and_then(|id| self.newest_about(id))
        else {
            return;
        };
        let expected = match top_up.phase {
            Phase::Completed => NoticeKind::Completed,
            Phase::UnderReview => NoticeKind::UnderReview,
            Phase::Cancelled => NoticeKind::Cancelled,
            Phase::Expired => NoticeKind::Expired,
            Phase::Failed => NoticeKind::Failed,
            Phase::Refunding | Phase::Refunded => NoticeKind::Refunded,
            Phase::Starting | Phase::Open | Phase::Confirming | Phase::NotStarted => {
                assert_ne!(
                    newest,
                    NoticeKind::Completed,
                    "still reported as completed: {top_up:?}"
                );
                return;
            }
        };
        assert_eq!(newest, expected, "{top_up:?}");
    }

    /// Readers see what a restart would read.
    pub(super) fn check_disk(&self) {
        for top_up in self.state.top_ups.values() {
            let kept = self.top_ups.get(&top_up.id).map(|kept| TopUp {
                // Not stored: the resend flag, and the error in words.
                resent: top_up.resent,
                cancel_requested: top_up.cancel_requested,
                error: top_up.error.clone(),
                ..kept.clone()
            });
            assert_eq!(kept.as_ref(), Some(top_up), "published but not written");
        }
        for kept in self.top_ups.values() {
            let known = self.state.top_ups.contains_key(&kept.id);
            assert!(known || !kept.is_live(), "written but not known: {kept:?}");
        }
        assert_eq!(self.state.alerts, self.alerts);
    }

    /// "Nothing was charged" is shown only where it is true.
    pub(super) fn check_not_started(&self, top_up: &TopUp) {
        let made = self.made.get(&top_up.id);
        let made = made.and_then(|id| self.payments.iter().find(|p| p.id == *id));
        // Late money for a payment that ended without any is reported separately.
        let charges = made.is_some_and(|payment| !self.ended.contains(&payment.id));
        assert!(!charges, "reported as not started: {top_up:?} is {made:?}");
    }

    pub(super) fn check(&self, top_up: &TopUp) {
        if top_up.phase == Phase::Completed {
            let remote = top_up
                .payment_id
                .as_ref()
                .expect("completed without a payment");
            let by = top_up.completed_by.expect("completed without a source");
            let provider = self.reported_completed.contains(remote);
            let chain = self.shown.contains(remote);
            match by {
                ConfirmedBy::Provider => assert!(provider, "the provider never reported it"),
                ConfirmedBy::Chain => assert!(chain, "the chain never showed it"),
                ConfirmedBy::Both => assert!(provider && chain),
            }
        }
        if top_up.phase == Phase::NotStarted {
            assert!(
                top_up.payment_id.is_none(),
                "a bound top-up was reported as not started"
            );
        }
    }

    pub(super) fn check_end(&self) {
        let mut made: Vec<&String> = self.keys.values().collect();
        made.sort();
        made.dedup();
        assert_eq!(made.len(), self.keys.len(), "two keys, one payment");
        for key in self.keys.keys() {
            // After ten minutes without a response a likely payment is bound, but never one with another amount.
            let bound = self.top_ups.get(key).and_then(|t| t.payment_id.as_ref());
            let taken = bound.and_then(|bound| self.payments.iter().find(|p| p.id == *bound));
            assert!(
                taken.is_none_or(|taken| taken.amount == self.sent[key].amount),
                "bound to a payment of another amount"
            );
        }
        for id in &self.ours {
            let payment = self.payments.iter().find(|p| p.id == *id).unwrap();
            let top_up = self
                .top_ups
                .values()
                .find(|t| t.payment_id.as_ref() == Some(id));
            let Some(top_up) = top_up else {
                // A payment that was never reported before it ended, without money or long ago, is in the history like
                // any other. It must not have been open while Bursar was reading, unless it was named as a possible
                // match.
                let named = self.top_ups.values().any(is_doubted);
                assert!(
                    named
                        || !matches!(
                            payment.status,
                            Status::Open | Status::Confirming | Status::UnderReview
                        ),
                    "an open payment of ours is forgotten: {payment:?}\n{:#?}",
                    self.top_ups
                );
                continue;
            };
            if top_up.is_followed(self.now) || top_up.is_live() {
                assert!(
                    agree(top_up.phase, payment.status, self.credits.contains_key(id)),
                    "{top_up:?} {payment:?}"
                );
            }
        }
        for top_up in self.top_ups.values() {
            assert!(
                top_up.phase != Phase::Starting || is_doubted(top_up),
                "still starting: {top_up:?}"
            );
            if top_up.phase == Phase::Completed {
                let subject = top_up.payment_id.clone().unwrap();
                assert!(
                    self.notices.contains(&(NoticeKind::Completed, subject)),
                    "completed without a notice"
                );
            }
        }
    }
}

/// If the clocks disagree, a possible match keeps the top-up from counting as absent.
fn is_doubted(top_up: &TopUp) -> bool {
    let code = top_up.error.as_ref().map(|error| error.code);
    top_up.phase == Phase::Starting && code == Some(Code::TopUpsUnknown)
}

fn agree(phase: Phase, status: Status, credited: bool) -> bool {
    match status {
        Status::Open => matches!(phase, Phase::Open | Phase::Confirming) || credited,
        Status::Confirming => phase == Phase::Confirming || credited,
        Status::UnderReview => phase == Phase::UnderReview || credited,
        Status::Completed => phase == Phase::Completed,
        Status::Cancelled => matches!(phase, Phase::Cancelled) || credited,
        Status::Expired => matches!(phase, Phase::Expired) || credited,
        Status::Failed => matches!(phase, Phase::Failed) || credited,
        Status::Refunding => phase == Phase::Refunding,
        Status::Refunded => phase == Phase::Refunded,
    }
}
