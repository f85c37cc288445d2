//! What each input does to a top-up. Every input is harmless when it comes twice.

use super::{ABSENCE_GAP, ConfirmedBy, Outcome, Phase, TopUp, Verified};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, TopUpDetail};
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment::{Created, RemotePayment, Status};

impl TopUp {
    pub(super) fn started(&mut self, created: &Created, now: Timestamp) -> Outcome {
        if self.phase != Phase::Starting {
            return Outcome::default();
        }
        self.payment_id = Some(created.payment_id.clone());
        self.intent_id = Some(created.intent_id.clone());
        self.checkout = created.checkout.clone();
        if created.payment_provider.is_some() {
            self.payment_provider.clone_from(&created.payment_provider);
        }
        self.expires_at = created.expires_at;
        self.request = None;
        let outcome = match &created.payment {
            // A payment without a checkout may be under way, or over, already.
            Some(payment) => {
                // The amount due is what the provider reports, not what was requested.
                self.amount = payment.amount.clone();
                self.reported(payment, now)
            }
            None => self.open(),
        };
        if created.differs.is_some() {
            self.error.clone_from(&created.differs);
        }
        outcome
    }

    fn open(&mut self) -> Outcome {
        if self.phase != Phase::Open {
            self.phase = Phase::Open;
            self.absent_since = None;
            self.error = None;
        }
        let open_checkout = self.open_checkout_when_known && self.checkout.is_some();
        if open_checkout {
            self.open_checkout_when_known = false;
        }
        Outcome {
            open_checkout,
            ..Outcome::default()
        }
    }

    /// A refusal means that nothing was created. After any other error the outcome is unknown, and the top-up stays
    /// `Starting` until the provider's lists have been read.
    pub(super) fn start_failed(&mut self, error: &Error, now: Timestamp) -> Outcome {
        if self.phase != Phase::Starting {
            return Outcome::default();
        }
        self.error = Some(error.clone());
        let refused = if self.resent {
            is_considered_refusal(error.code)
        } else {
            is_refusal(error.code)
        };
        if refused {
            self.end(Phase::NotStarted, now);
        }
        Outcome::default()
    }

    pub(super) fn absent(&mut self, now: Timestamp) -> Outcome {
        let awaits_answer = self.request.is_some();
        if self.phase != Phase::Starting || self.payment_id.is_some() || awaits_answer {
            return Outcome::default();
        }
        if self
            .error
            .as_ref()
            .is_some_and(|error| is_undecidable(error.code))
        {
            // The history is readable again, and no payment in it may be this one.
            self.error = None;
        }
        match self.absent_since {
            None => self.absent_since = Some(now),
            // A wall clock that was set back restarts the wait.
            Some(first) if now < first => self.absent_since = Some(now),
            Some(first) if now.since(first) >= ABSENCE_GAP => self.end(Phase::NotStarted, now),
            Some(_) => {}
        }
        Outcome::default()
    }

    /// Without the history, absence is unknown: nothing ends, and nothing is sent again. The error says what
    /// the user can do, if that is more than waiting.
    pub(super) fn unclear(&mut self, why: &Error) -> Outcome {
        let unknown = self.payment_id.is_none() && self.request.is_none();
        if self.phase != Phase::Starting || !unknown {
            return Outcome::default();
        }
        if why.code == Code::TopUpsUnknown {
            self.absent_since = None;
            self.error = Some(why.clone());
        } else if why.code == Code::Forbidden {
            self.error = Some(Error::new(Code::Forbidden, TopUpDetail::OutcomeNotReadable));
        }
        Outcome::default()
    }

    pub(super) fn reported(&mut self, payment: &RemotePayment, now: Timestamp) -> Outcome {
        let known = self.payment_id.as_deref() == Some(payment.id.as_str());
        if !known && !self.could_be(payment) {
            return Outcome::default();
        }
        if self.is_older(payment) {
            return Outcome::default();
        }
        self.found(payment, now)
    }

    /// Whether the provider has reported a later state. Of two reports with the same time, the more advanced state
    /// counts.
    fn is_older(&self, payment: &RemotePayment) -> bool {
        self.provider_updated_at.is_some_and(|last| {
            payment.updated_at < last
                || (payment.updated_at == last && payment.status.goes_back_from(self.status()))
        })
    }

    pub(super) fn found(&mut self, payment: &RemotePayment, now: Timestamp) -> Outcome {
        if self.payment_id.as_deref() != Some(payment.id.as_str()) {
            // If the chain has the event under the new id, it will be shown again.
            self.verified = None;
        }
        self.payment_id = Some(payment.id.clone());
        self.provider_created_at = Some(payment.created_at);
        self.provider_updated_at = Some(payment.updated_at);
        if payment.expires_at.is_some() {
            self.expires_at = payment.expires_at;
        }
        if payment.checkout.is_some() {
            self.checkout.clone_from(&payment.checkout);
        }
        if payment.source.is_some() {
            self.payment_provider.clone_from(&payment.source);
        }
        self.reason.clone_from(&payment.reason);
        match payment.status {
            Status::Open => self.reported_open(),
            Status::Confirming => self.reported_confirming(),
            Status::UnderReview => {
                self.reported_end(Phase::UnderReview, NoticeKind::UnderReview, now)
            }
            Status::Completed => self.complete(ConfirmedBy::Provider, now),
            Status::Cancelled => self.reported_end(Phase::Cancelled, NoticeKind::Cancelled, now),
            Status::Expired => self.reported_end(Phase::Expired, NoticeKind::Expired, now),
            Status::Failed => self.reported_end(Phase::Failed, NoticeKind::Failed, now),
            Status::Refunding => self.give_back(Phase::Refunding, now),
            Status::Refunded => self.give_back(Phase::Refunded, now),
        }
    }

    fn reported_open(&mut self) -> Outcome {
        match self.phase {
            Phase::Starting => self.open(),
            Phase::UnderReview | Phase::Cancelled | Phase::Expired | Phase::Failed => {
                self.ended_at = None;
                self.open()
            }
            // A checkout that arrives later than the id still opens for the user who is waiting.
            Phase::Open => self.open(),
            // Money on its way does not disappear, and "open" does not undo a completion.
            Phase::Confirming
            | Phase::Completed
            | Phase::NotStarted
            | Phase::Refunding
            | Phase::Refunded => Outcome::default(),
        }
    }

    fn reported_confirming(&mut self) -> Outcome {
        match self.phase {
            Phase::Completed | Phase::NotStarted | Phase::Refunding | Phase::Refunded => {}
            Phase::Starting
            | Phase::Open
            | Phase::Confirming
            | Phase::UnderReview
            | Phase::Cancelled
            | Phase::Expired
            | Phase::Failed => {
                self.phase = Phase::Confirming;
                self.ended_at = None;
                self.open_checkout_when_known = false;
                self.absent_since = None;
                self.request = None;
                self.error = None;
            }
        }
        Outcome::default()
    }

    fn reported_end(&mut self, phase: Phase, notice: NoticeKind, now: Timestamp) -> Outcome {
        if self.completed_by == Some(ConfirmedBy::Both) {
            // The provider takes the completion back; the chain still shows the money.
            self.completed_by = Some(ConfirmedBy::Chain);
        }
        let completed_by_chain = self.completed_by == Some(ConfirmedBy::Chain);
        if self.phase == phase || self.phase == Phase::NotStarted || completed_by_chain {
            return Outcome::default();
        }
        if self.phase == Phase::Completed {
            // The provider takes its own completion back; the chain never confirmed it.
            self.completed_by = None;
        }
        self.end(phase, now);
        Outcome {
            notice: Some(notice),
            ..Outcome::default()
        }
    }

    /// The provider refunds the money: reported once, however many steps it takes.
    fn give_back(&mut self, phase: Phase, now: Timestamp) -> Outcome {
        if self.phase == phase || self.phase == Phase::NotStarted {
            return Outcome::default();
        }
        let was_reported = matches!(self.phase, Phase::Refunding | Phase::Refunded);
        self.completed_by = None;
        self.end(phase, now);
        Outcome {
            notice: (!was_reported).then_some(NoticeKind::Refunded),
            ..Outcome::default()
        }
    }

    fn complete(&mut self, by: ConfirmedBy, now: Timestamp) -> Outcome {
        let given_back = matches!(self.phase, Phase::Refunding | Phase::Refunded);
        // An arrival of the money does not contradict a refund; only the provider can call a refund off.
        if self.phase == Phase::NotStarted || (given_back && by == ConfirmedBy::Chain) {
            return Outcome::default();
        }
        if self.phase == Phase::Completed {
            if self.completed_by != Some(by) {
                self.completed_by = Some(ConfirmedBy::Both);
            }
            return Outcome::default();
        }
        self.end(Phase::Completed, now);
        self.completed_by = Some(by);
        self.error = None;
        Outcome {
            notice: Some(NoticeKind::Completed),
            ..Outcome::default()
        }
    }

    pub(super) fn credited(
        &mut self,
        verified: &Verified,
        has_quorum: bool,
        now: Timestamp,
    ) -> Outcome {
        if self.payment_id.is_none() {
            return Outcome::default();
        }
        // A match by amount does not replace one by id.
        let certain = self
            .verified
            .as_ref()
            .is_some_and(|verified| verified.by_id);
        if verified.by_id || !certain {
            self.verified = Some(verified.clone());
        }
        if verified.by_id && has_quorum {
            self.complete(ConfirmedBy::Chain, now)
        } else {
            Outcome::default()
        }
    }

    pub(super) fn reorganised(&mut self) -> Outcome {
        if self.verified.take().is_none() {
            return Outcome::default();
        }
        match self.completed_by {
            Some(ConfirmedBy::Chain) => {
                self.phase = Phase::Confirming;
                self.completed_by = None;
                self.ended_at = None;
                Outcome {
                    notice: Some(NoticeKind::Reversed),
                    ..Outcome::default()
                }
            }
            Some(ConfirmedBy::Both) => {
                self.completed_by = Some(ConfirmedBy::Provider);
                Outcome::default()
            }
            Some(ConfirmedBy::Provider) | None => Outcome::default(),
        }
    }

    pub(super) fn cancel_requested(&mut self) -> Outcome {
        if matches!(self.phase, Phase::Open | Phase::Confirming) {
            self.cancel_requested = true;
            self.error = None;
        }
        Outcome::default()
    }

    /// Nothing ends here: a later reading shows what the provider did.
    pub(super) fn cancel_answered(&mut self, answer: &Result<(), Error>) -> Outcome {
        self.cancel_requested = false;
        if let Err(error) = answer {
            self.error = Some(error.clone());
        }
        Outcome::default()
    }

    fn end(&mut self, phase: Phase, now: Timestamp) {
        self.phase = phase;
        self.ended_at = Some(now);
        self.open_checkout_when_known = false;
        self.absent_since = None;
        self.cancel_requested = false;
        self.request = None;
    }
}

/// Whether the error means that no further reading can settle the outcome.
pub(crate) fn is_undecidable(code: Code) -> bool {
    matches!(code, Code::Forbidden | Code::TopUpsUnknown)
}

/// Whether an error of the start request means that the provider created nothing. Errors that can occur after the
/// request arrived (timeouts, resets, 5xx, unreadable responses) do not.
fn is_refusal(code: Code) -> bool {
    matches!(
        code,
        Code::AmountTooSmall
            | Code::AmountTooLarge
            | Code::AmountPrecision
            | Code::BalanceCap
            | Code::TopUpOpen
            | Code::MethodUnknown
            | Code::PayerUnknown
            | Code::DueUnknown
            | Code::TotalChanged
            | Code::NotOffered
            | Code::Unauthorized
            | Code::Forbidden
            | Code::Refused
            | Code::RateLimited
            | Code::SignedOut
    )
}

/// Whether the provider validated the request before it refused, so that an earlier copy of the request failed too. A
/// rejected key or a rate limit proves nothing about the earlier copy.
fn is_considered_refusal(code: Code) -> bool {
    let before_validation = matches!(
        code,
        Code::Unauthorized | Code::Forbidden | Code::RateLimited | Code::SignedOut
    );
    is_refusal(code) && !before_validation
}
