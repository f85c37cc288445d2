//! What each input does to a top-up. Every step that could be taken twice is harmless the second time.

use super::{ABSENCE_GAP, ConfirmedBy, Outcome, Phase, TopUp, Verified};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error};
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
        self.expires_at = created.expires_at;
        self.request = None;
        let outcome = match &created.payment {
            // One that needs no page may be on its way, or over, already.
            Some(payment) => {
                // What is owed is what the provider says, and not what it was asked for.
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

    /// A refusal means that nothing was created. Anything else leaves it unknown, and the top-up stays
    /// `Starting` until the provider's own lists have been read.
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
            // The history is read again, and nothing in it may be this one.
            self.error = None;
        }
        match self.absent_since {
            None => self.absent_since = Some(now),
            // A wall clock that was set back starts the wait again.
            Some(first) if now < first => self.absent_since = Some(now),
            Some(first) if now.since(first) >= ABSENCE_GAP => self.end(Phase::NotStarted, now),
            Some(_) => {}
        }
        Outcome::default()
    }

    /// Without the history an absence is not known, so nothing ends and nothing is asked for again. What the user can
    /// do about it is said where it is more than waiting.
    pub(super) fn unclear(&mut self, why: &Error) -> Outcome {
        let unknown = self.payment_id.is_none() && self.request.is_none();
        if self.phase != Phase::Starting || !unknown {
            return Outcome::default();
        }
        if why.code == Code::TopUpsUnknown {
            self.absent_since = None;
            self.error = Some(why.clone());
        } else if why.code == Code::Forbidden {
            self.error = Some(Error::new(
                Code::Forbidden,
                "The answer to this top-up was lost, and the key may not read the history that would tell whether it \
                 exists. Sign in again with a key that may read it, or look in the provider's console. Nothing is \
                 asked for twice meanwhile.",
            ));
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

    /// Whether the provider has said something later of it. Two words of one instant are told apart by how far they go.
    fn is_older(&self, payment: &RemotePayment) -> bool {
        self.provider_updated_at.is_some_and(|last| {
            payment.updated_at < last
                || (payment.updated_at == last && payment.status.goes_back_from(self.status()))
        })
    }

    pub(super) fn found(&mut self, payment: &RemotePayment, now: Timestamp) -> Outcome {
        if self.payment_id.as_deref() != Some(payment.id.as_str()) {
            // What the chain showed under another id is shown again under this one, if it is there.
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
            // A checkout that arrives later than the id still opens for the user who waits for it.
            Phase::Open => self.open(),
            // Money that was seen on its way is not unseen; a completion is not taken back by "open".
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
            // The provider takes its word back; the chain still shows the money.
            self.completed_by = Some(ConfirmedBy::Chain);
        }
        let completed_by_chain = self.completed_by == Some(ConfirmedBy::Chain);
        if self.phase == phase || self.phase == Phase::NotStarted || completed_by_chain {
            return Outcome::default();
        }
        if self.phase == Phase::Completed {
            // The provider takes its own word back; the chain has not said anything of its own.
            self.completed_by = None;
        }
        self.end(phase, now);
        Outcome {
            notice: Some(notice),
            ..Outcome::default()
        }
    }

    /// The provider gives the money back: told once, however it goes about it.
    fn give_back(&mut self, phase: Phase, now: Timestamp) -> Outcome {
        if self.phase == phase || self.phase == Phase::NotStarted {
            return Outcome::default();
        }
        let told = matches!(self.phase, Phase::Refunding | Phase::Refunded);
        self.completed_by = None;
        self.end(phase, now);
        Outcome {
            notice: (!told).then_some(NoticeKind::Refunded),
            ..Outcome::default()
        }
    }

    fn complete(&mut self, word: ConfirmedBy, now: Timestamp) -> Outcome {
        let given_back = matches!(self.phase, Phase::Refunding | Phase::Refunded);
        // That the money came says nothing of its going back; only the provider can call that off.
        if self.phase == Phase::NotStarted || (given_back && word == ConfirmedBy::Chain) {
            return Outcome::default();
        }
        if self.phase == Phase::Completed {
            if self.completed_by != Some(word) {
                self.completed_by = Some(ConfirmedBy::Both);
            }
            return Outcome::default();
        }
        self.end(Phase::Completed, now);
        self.completed_by = Some(word);
        self.error = None;
        Outcome {
            notice: Some(NoticeKind::Completed),
            ..Outcome::default()
        }
    }

    pub(super) fn credited(
        &mut self,
        verified: &Verified,
        agreed: bool,
        now: Timestamp,
    ) -> Outcome {
        if self.payment_id.is_none() {
            return Outcome::default();
        }
        // A certain match is not replaced by a likely one.
        let certain = self.verified.as_ref().is_some_and(|seen| seen.by_id);
        if verified.by_id || !certain {
            self.verified = Some(verified.clone());
        }
        if verified.by_id && agreed {
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

    /// Nothing ends here: what the provider made of the request is read later.
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

/// Whether an error says that what became of one whose answer was lost cannot be told by looking again.
pub(crate) fn is_undecidable(code: Code) -> bool {
    matches!(code, Code::Forbidden | Code::TopUpsUnknown)
}

/// Whether an error to the starting request means that the provider created nothing. Everything that can
/// happen after the request arrived (time-outs, resets, 5xx, answers that cannot be read) is not one.
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

/// Whether a refusal was made by looking at what was asked for, so that the same request before it came to
/// nothing too. One of the key or of the pace says nothing of what was sent before.
fn is_considered_refusal(code: Code) -> bool {
    let before_validation = matches!(
        code,
        Code::Unauthorized | Code::Forbidden | Code::RateLimited | Code::SignedOut
    );
    is_refusal(code) && !before_validation
}
