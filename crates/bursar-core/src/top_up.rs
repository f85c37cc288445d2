//! One top-up as a pure state machine: inputs in, a changed top-up and what to do about it out. It does no
//! I/O and knows no clock. Only a provider's word or a chain event with the top-up's id completes it, and
//! from `Starting` no second request is ever made before the first is known to have come to nothing.

use crate::clock::{Span, Timestamp};
use crate::error::{Code, Error};
use crate::money::Amount;
use crate::notice::NoticeKind;
use crate::provider::{Created, RemotePayment, Status};
use crate::view::PaymentStatus;
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

/// A payment that may be a lost top-up was created at most this long before the intent was written.
pub const CLOCK_SLACK: Span = Span::minutes(2);
/// Two looks that find nothing must be this far apart before a top-up counts as not started.
pub const ABSENCE_GAP: Span = Span::seconds(60);
/// How long an ended top-up is watched for late money.
pub const WATCH: Span = Span::hours(24);

/// A top-up's place in its life. Each step is durable before its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The intent is written; the request may or may not have reached the provider.
    Starting,
    Open,
    Confirming,
    UnderReview,
    Completed,
    Cancelled,
    Expired,
    Failed,
    /// The request never became a top-up.
    NotStarted,
}

/// Who said that the money has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Provider,
    Chain,
    Both,
}

/// One attempt to add money, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopUp {
    /// Bursar's own id: also the key under which a provider may recognise a repeated request.
    pub id: String,
    /// The provider's id, once known. Until the provider's lists have shown it, it is the answer's word, and
    /// they may call it otherwise.
    pub remote: Option<String>,
    /// The id that cancelling takes, where it was started here.
    pub intent: Option<String>,
    pub amount: Amount,
    pub method: Option<String>,
    pub phase: Phase,
    /// When the intent was written, or the provider's own time for one that was started elsewhere.
    pub created_at: Timestamp,
    /// The provider's time of creation, where it has said so.
    pub remote_created_at: Option<Timestamp>,
    /// The provider's time of its last word that was taken: answers may overtake each other.
    pub remote_updated_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// The hosted checkout as the provider wrote it; opened only through the allow-list.
    pub checkout: Option<String>,
    /// The one-time state that a return link of this top-up carries; gone once used or not offered.
    pub link_state: Option<String>,
    /// Whether the browser should open as soon as the checkout is known: started here, by the user.
    pub open_when_known: bool,
    pub cancel_requested: bool,
    pub ended_at: Option<Timestamp>,
    pub completed_by: Option<Word>,
    pub verified: Option<Verified>,
    /// The first look that found nothing, while `Starting`.
    pub absent_since: Option<Timestamp>,
    /// Why the last step did not go through, in words for the user.
    pub error: Option<Error>,
}

/// The chain event that shows the money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    pub transaction: B256,
    pub block: u64,
    /// Certain (by id) or said to be so (by amount).
    pub by_id: bool,
}

/// What can happen to a top-up.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The answer to the request that starts it.
    Started(Result<Created, Error>),
    /// The provider's word on this payment.
    Reported(RemotePayment),
    /// The provider was asked for its open top-ups and its history, and this one is in neither.
    Absent,
    /// The provider was asked, but may not or cannot say whether this one exists.
    Unclear(Error),
    /// The chain shows an event that belongs to this payment.
    Credited {
        verified: Verified,
        /// Whether as many RPCs as there are to ask (two at most) have the same receipt.
        agreed: bool,
    },
    /// The block that held the event is no longer in the chain.
    Reorganised,
    /// The user asked to cancel.
    CancelRequested,
    /// The provider's answer to that.
    CancelAnswered(Result<(), Error>),
    /// A valid return link came back.
    Returned,
}

/// What follows from an input beside the changed top-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The top-up differs from before and must be stored.
    pub changed: bool,
    pub notice: Option<NoticeKind>,
    /// The checkout has become known and the user is waiting for it.
    pub open_checkout: bool,
}

impl TopUp {
    /// The intent of a top-up, before any request.
    pub fn intent(
        id: String,
        amount: Amount,
        method: Option<String>,
        link_state: Option<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            remote: None,
            intent: None,
            amount,
            method,
            phase: Phase::Starting,
            created_at: now,
            remote_created_at: None,
            remote_updated_at: None,
            expires_at: None,
            checkout: None,
            link_state,
            open_when_known: true,
            cancel_requested: false,
            ended_at: None,
            completed_by: None,
            verified: None,
            absent_since: None,
            error: None,
        }
    }

    /// A top-up that the provider reports and that was started elsewhere. `id` is Bursar's own.
    pub fn adopted(id: String, remote: &RemotePayment) -> Self {
        Self {
            id,
            remote: Some(remote.id.clone()),
            intent: None,
            amount: remote.amount.clone(),
            method: None,
            phase: Phase::Open,
            created_at: remote.created_at,
            remote_created_at: Some(remote.created_at),
            remote_updated_at: None,
            expires_at: remote.expires_at,
            checkout: remote.checkout.clone(),
            link_state: None,
            open_when_known: false,
            cancel_requested: false,
            ended_at: None,
            completed_by: None,
            verified: None,
            absent_since: None,
            error: None,
        }
    }

    /// Whether money is still expected: it counts as the open one and is polled often.
    pub fn is_live(&self) -> bool {
        match self.phase {
            Phase::Starting | Phase::Open | Phase::Confirming => true,
            Phase::UnderReview
            | Phase::Completed
            | Phase::Cancelled
            | Phase::Expired
            | Phase::Failed
            | Phase::NotStarted => false,
        }
    }

    /// Whether its status may still change and is therefore read, often or now and then.
    pub fn is_followed(&self, now: Timestamp) -> bool {
        match self.phase {
            Phase::Starting | Phase::Open | Phase::Confirming | Phase::UnderReview => true,
            Phase::Cancelled | Phase::Expired | Phase::Failed => self.is_watched(now),
            // A completion is followed until the chain shows it too, within the same bound.
            Phase::Completed => self.verified.is_none() && self.is_watched(now),
            Phase::NotStarted => false,
        }
    }

    fn is_watched(&self, now: Timestamp) -> bool {
        self.ended_at.is_some_and(|ended| now.since(ended) <= WATCH)
    }

    /// Whether it was called expired before its time was over, by the provider's own clock: that is how a page
    /// is reported which the payer left by its back arrow.
    pub fn was_given_up(&self) -> bool {
        match (self.remote_updated_at, self.expires_at) {
            (Some(said), Some(expires)) => self.phase == Phase::Expired && said < expires,
            (None, _) | (_, None) => false,
        }
    }

    /// Whether a payment of the provider can be this top-up, whose answer was lost or whose id the lists have
    /// not shown: the same checkout, or created since the intent less two minutes with the same amount.
    pub fn may_be(&self, payment: &RemotePayment) -> bool {
        let unseen = match self.phase {
            Phase::Starting => self.remote.is_none(),
            Phase::Open => self.intent.is_some() && self.remote_updated_at.is_none(),
            Phase::Confirming
            | Phase::UnderReview
            | Phase::Completed
            | Phase::Cancelled
            | Phase::Expired
            | Phase::Failed
            | Phase::NotStarted => false,
        };
        let same = match (&self.checkout, &payment.checkout) {
            (Some(own), Some(theirs)) => own == theirs,
            (Some(_) | None, _) => {
                payment.created_at >= self.created_at.minus(CLOCK_SLACK)
                    && payment.amount.equals(&self.amount)
            }
        };
        unseen && same
    }

    /// The status as the window names it.
    pub fn status(&self) -> PaymentStatus {
        match self.phase {
            Phase::Starting => PaymentStatus::Starting,
            Phase::Open => PaymentStatus::Open,
            Phase::Confirming => PaymentStatus::Confirming,
            Phase::UnderReview => PaymentStatus::UnderReview,
            Phase::Completed => PaymentStatus::Completed,
            Phase::Cancelled => PaymentStatus::Cancelled,
            Phase::Expired => PaymentStatus::Expired,
            Phase::Failed => PaymentStatus::Failed,
            Phase::NotStarted => PaymentStatus::NotStarted,
        }
    }

    /// Applies one input at one time.
    #[must_use]
    pub fn apply(&self, input: &Input, now: Timestamp) -> (Self, Outcome) {
        let mut next = self.clone();
        let mut outcome = match input {
            Input::Started(Ok(created)) => next.started(created),
            Input::Started(Err(error)) => next.not_answered(error, now),
            Input::Reported(payment) => next.reported(payment, now),
            Input::Absent => next.absent(now),
            Input::Unclear(why) => next.unclear(why),
            Input::Credited { verified, agreed } => next.credited(verified, *agreed, now),
            Input::Reorganised => next.reorganised(),
            Input::CancelRequested => next.cancel_requested(),
            Input::CancelAnswered(answer) => next.cancel_answered(answer),
            Input::Returned => {
                next.link_state = None;
                Outcome::default()
            }
        };
        outcome.changed = next != *self;
        (next, outcome)
    }

    fn started(&mut self, created: &Created) -> Outcome {
        if self.phase != Phase::Starting {
            return Outcome::default();
        }
        self.remote = Some(created.id.clone());
        self.intent = Some(created.intent.clone());
        self.checkout = created.checkout.clone();
        self.expires_at = created.expires_at;
        self.open()
    }

    fn open(&mut self) -> Outcome {
        if self.phase != Phase::Open {
            self.phase = Phase::Open;
            self.absent_since = None;
            self.error = None;
        }
        let open_checkout = self.open_when_known && self.checkout.is_some();
        if open_checkout {
            self.open_when_known = false;
        }
        Outcome {
            open_checkout,
            ..Outcome::default()
        }
    }

    /// A refusal means that nothing was created. Anything else leaves it unknown, and the top-up stays
    /// `Starting` until the provider's own lists have been read.
    fn not_answered(&mut self, error: &Error, now: Timestamp) -> Outcome {
        if self.phase != Phase::Starting {
            return Outcome::default();
        }
        self.error = Some(error.clone());
        if is_refusal(error.code) {
            self.end(Phase::NotStarted, now);
        }
        Outcome::default()
    }

    fn absent(&mut self, now: Timestamp) -> Outcome {
        if self.phase != Phase::Starting || self.remote.is_some() {
            return Outcome::default();
        }
        if self
            .error
            .as_ref()
            .is_some_and(|error| error.code == Code::Forbidden)
        {
            // The history is read again.
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
    fn unclear(&mut self, why: &Error) -> Outcome {
        if self.phase == Phase::Starting && self.remote.is_none() && why.code == Code::Forbidden {
            self.error = Some(Error::new(
                Code::Forbidden,
                "The answer to this top-up was lost, and the key may not read the history that would tell whether it \
                 exists. Sign in again with a key that may read it, or look in the provider's console. Nothing is \
                 asked for twice meanwhile.",
            ));
        }
        Outcome::default()
    }

    fn reported(&mut self, payment: &RemotePayment, now: Timestamp) -> Outcome {
        let known = self.remote.as_deref() == Some(payment.id.as_str());
        if !known && !self.may_be(payment) {
            return Outcome::default();
        }
        if self
            .remote_updated_at
            .is_some_and(|last| payment.updated_at < last)
        {
            return Outcome::default();
        }
        self.remote = Some(payment.id.clone());
        self.remote_created_at = Some(payment.created_at);
        self.remote_updated_at = Some(payment.updated_at);
        if payment.expires_at.is_some() {
            self.expires_at = payment.expires_at;
        }
        if payment.checkout.is_some() {
            self.checkout.clone_from(&payment.checkout);
        }
        match payment.status {
            Status::Open => self.reported_open(),
            Status::Confirming => self.reported_confirming(),
            Status::UnderReview => {
                self.reported_end(Phase::UnderReview, NoticeKind::UnderReview, now)
            }
            Status::Completed => self.complete(Word::Provider, now),
            Status::Cancelled => self.reported_end(Phase::Cancelled, NoticeKind::Cancelled, now),
            Status::Expired => self.reported_end(Phase::Expired, NoticeKind::Expired, now),
            Status::Failed => self.reported_end(Phase::Failed, NoticeKind::Failed, now),
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
            Phase::Confirming | Phase::Completed | Phase::NotStarted => Outcome::default(),
        }
    }

    fn reported_confirming(&mut self) -> Outcome {
        match self.phase {
            Phase::Completed | Phase::NotStarted => {}
            Phase::Starting
            | Phase::Open
            | Phase::Confirming
            | Phase::UnderReview
            | Phase::Cancelled
            | Phase::Expired
            | Phase::Failed => {
                self.phase = Phase::Confirming;
                self.ended_at = None;
                self.open_when_known = false;
                self.absent_since = None;
                self.error = None;
            }
        }
        Outcome::default()
    }

    fn reported_end(&mut self, phase: Phase, notice: NoticeKind, now: Timestamp) -> Outcome {
        if self.completed_by == Some(Word::Both) {
            // The provider takes its word back; the chain still shows the money.
            self.completed_by = Some(Word::Chain);
        }
        let completed_by_chain = self.completed_by == Some(Word::Chain);
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

    fn complete(&mut self, word: Word, now: Timestamp) -> Outcome {
        if self.phase == Phase::NotStarted {
            return Outcome::default();
        }
        if self.phase == Phase::Completed {
            if self.completed_by != Some(word) {
                self.completed_by = Some(Word::Both);
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

    fn credited(&mut self, verified: &Verified, agreed: bool, now: Timestamp) -> Outcome {
        if self.remote.is_none() {
            return Outcome::default();
        }
        // A certain match is not replaced by a likely one.
        let certain = self.verified.as_ref().is_some_and(|seen| seen.by_id);
        if verified.by_id || !certain {
            self.verified = Some(verified.clone());
        }
        if verified.by_id && agreed {
            self.complete(Word::Chain, now)
        } else {
            Outcome::default()
        }
    }

    fn reorganised(&mut self) -> Outcome {
        if self.verified.take().is_none() {
            return Outcome::default();
        }
        match self.completed_by {
            Some(Word::Chain) => {
                self.phase = Phase::Confirming;
                self.completed_by = None;
                self.ended_at = None;
                Outcome {
                    notice: Some(NoticeKind::Reversed),
                    ..Outcome::default()
                }
            }
            Some(Word::Both) => {
                self.completed_by = Some(Word::Provider);
                Outcome::default()
            }
            Some(Word::Provider) | None => Outcome::default(),
        }
    }

    fn cancel_requested(&mut self) -> Outcome {
        if matches!(self.phase, Phase::Open | Phase::Confirming) {
            self.cancel_requested = true;
            self.error = None;
        }
        Outcome::default()
    }

    /// Nothing ends here: what the provider made of the request is read later.
    fn cancel_answered(&mut self, answer: &Result<(), Error>) -> Outcome {
        self.cancel_requested = false;
        if let Err(error) = answer {
            self.error = Some(error.clone());
        }
        Outcome::default()
    }

    fn end(&mut self, phase: Phase, now: Timestamp) {
        self.phase = phase;
        self.ended_at = Some(now);
        self.open_when_known = false;
        self.absent_since = None;
        self.cancel_requested = false;
    }
}

/// Whether an error to the starting request means that the provider created nothing. Everything that can
/// happen after the request arrived (time-outs, resets, 5xx, answers that cannot be read) is not one.
fn is_refusal(code: Code) -> bool {
    matches!(
        code,
        Code::AmountTooSmall
            | Code::AmountTooLarge
            | Code::BalanceCap
            | Code::TopUpOpen
            | Code::MethodUnknown
            | Code::Unauthorized
            | Code::Forbidden
            | Code::Refused
            | Code::RateLimited
            | Code::SignedOut
    )
}
