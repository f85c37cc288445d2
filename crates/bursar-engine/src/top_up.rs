//! One top-up (or another payment that is started here: a renewal, a migration) as a pure state machine: inputs
//! in, a changed top-up and what to do about it out. It does no I/O and knows no clock. Only a provider's word
//! or a chain event with the top-up's id completes it, and from `Starting` no second request is ever made before
//! the first is known to have come to nothing, unless the provider takes both for one.

mod apply;
mod matching;

pub(crate) use apply::is_undecidable;

use alloy_primitives::B256;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Error;
use bursar_domain::money::Amount;
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment::{Created, FailureReason, NewPayment, Purpose, RemotePayment};
use bursar_domain::view::{PaymentKind, PaymentStatus};
use serde::{Deserialize, Serialize};

/// A payment that may be a lost top-up was created at most this long before the intent was written.
pub const MATCH_TOLERANCE: Span = Span::minutes(2);
/// It was created at most this long before or after the intent, though this machine's clock be wrong.
pub const UNKNOWN_CLOCK_TOLERANCE: Span = Span::hours(24);
/// The same where the provider's clock was known when the intent was written.
pub const KNOWN_CLOCK_TOLERANCE: Span = Span::minutes(15);
/// Two looks that find nothing must be this far apart before a top-up counts as not started.
pub const ABSENCE_GAP: Span = Span::seconds(60);
/// How long an ended top-up is watched for late money.
pub const LATE_PAYMENT_WINDOW: Span = Span::hours(24);

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
    /// The provider is giving the money back.
    Refunding,
    Refunded,
}

/// Who said that the money has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmedBy {
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
    pub payment_id: Option<String>,
    /// The id that cancelling takes, where it was started here.
    pub intent_id: Option<String>,
    pub purpose: Purpose,
    pub amount: Amount,
    pub method: Option<String>,
    /// What is sent again while the answer is outstanding, the same to the letter; only where the provider then
    /// makes one payment of both, and only as long as it does.
    pub request: Option<NewPayment>,
    /// It has been sent again, so that a refusal says nothing of what was sent before; not stored.
    #[serde(skip)]
    pub resent: bool,
    pub phase: Phase,
    /// When the intent was written, or the provider's own time for one that was started elsewhere.
    pub created_at: Timestamp,
    /// The provider's time of creation; before it has said so the time of the intent by the provider's clock, where that
    /// is known.
    pub provider_created_at: Option<Timestamp>,
    /// The provider's time of its last word that was taken: answers may overtake each other.
    pub provider_updated_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// The hosted checkout as the provider wrote it; opened only through the allow-list.
    pub checkout: Option<String>,
    /// The one-time state that a return link of this top-up carries; gone once used or not offered.
    pub link_state: Option<String>,
    /// Whether the browser should open as soon as the checkout is known: started here, by the user.
    pub open_checkout_when_known: bool,
    pub cancel_requested: bool,
    pub ended_at: Option<Timestamp>,
    pub completed_by: Option<ConfirmedBy>,
    pub verified: Option<Verified>,
    /// The first look that found nothing, while `Starting`.
    pub absent_since: Option<Timestamp>,
    /// Why it came to nothing, as the provider says.
    pub reason: Option<FailureReason>,
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
    /// The same, of the one payment that it can only be: whatever its id was thought to be.
    Found(RemotePayment),
    /// The provider was asked for its open top-ups and its history, and this one is in neither.
    Absent,
    /// The same, and how long ago it was found absent before is not known.
    AbsentAnew,
    /// The provider would no longer take what is sent again for the same.
    NotRepeatable,
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
    /// The intent of a top-up, before any request. `repeatable`: the provider makes one payment of all that is
    /// sent under one key.
    pub fn intent(
        new: &NewPayment,
        repeatable: bool,
        link_state: Option<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: new.top_up_id.clone(),
            payment_id: None,
            intent_id: None,
            purpose: new.purpose.clone(),
            amount: new.amount.clone(),
            method: new.method.clone(),
            request: repeatable.then(|| new.clone()),
            resent: false,
            phase: Phase::Starting,
            created_at: now,
            provider_created_at: None,
            provider_updated_at: None,
            expires_at: None,
            checkout: None,
            link_state,
            open_checkout_when_known: true,
            cancel_requested: false,
            ended_at: None,
            completed_by: None,
            verified: None,
            absent_since: None,
            reason: None,
            error: None,
        }
    }

    /// A top-up that the provider reports and that was started elsewhere.
    pub fn adopted(remote: &RemotePayment) -> Self {
        Self {
            id: Self::adopted_id(&remote.id),
            payment_id: Some(remote.id.clone()),
            intent_id: None,
            purpose: remote.purpose.clone(),
            amount: remote.amount.clone(),
            method: None,
            request: None,
            resent: false,
            phase: Phase::Open,
            created_at: remote.created_at,
            provider_created_at: Some(remote.created_at),
            provider_updated_at: None,
            expires_at: remote.expires_at,
            checkout: remote.checkout.clone(),
            link_state: None,
            open_checkout_when_known: false,
            cancel_requested: false,
            ended_at: None,
            completed_by: None,
            verified: None,
            absent_since: None,
            reason: None,
            error: None,
        }
    }

    /// Whether it was taken for one that was started elsewhere.
    pub fn is_adopted(&self) -> bool {
        self.payment_id
            .as_deref()
            .is_some_and(|payment_id| self.id == Self::adopted_id(payment_id))
    }

    /// Bursar's own id of one that was started elsewhere.
    fn adopted_id(payment_id: &str) -> String {
        format!("r-{payment_id}")
    }

    /// Whether money is still expected_payment_ids: it counts as the open one and is polled often.
    pub fn is_live(&self) -> bool {
        match self.phase {
            Phase::Starting | Phase::Open | Phase::Confirming => true,
            Phase::UnderReview
            | Phase::Completed
            | Phase::Cancelled
            | Phase::Expired
            | Phase::Failed
            | Phase::NotStarted
            | Phase::Refunding
            | Phase::Refunded => false,
        }
    }

    /// Whether its status may still change and is therefore read, often or now and then.
    pub fn is_followed(&self, now: Timestamp) -> bool {
        match self.phase {
            Phase::Starting
            | Phase::Open
            | Phase::Confirming
            | Phase::UnderReview
            | Phase::Refunding => true,
            Phase::Cancelled | Phase::Expired | Phase::Failed => self.is_watched(now),
            // A completion is followed until the chain shows it too, within the same bound.
            Phase::Completed => self.verified.is_none() && self.is_watched(now),
            Phase::NotStarted | Phase::Refunded => false,
        }
    }

    fn is_watched(&self, now: Timestamp) -> bool {
        self.ended_at
            .is_some_and(|ended| now.since(ended) <= LATE_PAYMENT_WINDOW)
    }

    /// Whether it was called expired before its time was over, by the provider's own clock: that is how a page
    /// is reported which the payer left by its back arrow.
    pub fn was_abandoned(&self) -> bool {
        match (self.provider_updated_at, self.expires_at) {
            (Some(said), Some(expires)) => self.phase == Phase::Expired && said < expires,
            (None, _) | (_, None) => false,
        }
    }

    /// Whether this is what came of that request.
    pub fn was_started_by(&self, new: &NewPayment) -> bool {
        self.id == new.top_up_id
            && self.purpose.is_same(&new.purpose)
            && self.amount == new.amount
            && self.method == new.method
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
            Phase::Refunding => PaymentStatus::Refunding,
            Phase::Refunded => PaymentStatus::Refunded,
        }
    }

    /// What the window calls its line of the history.
    pub fn kind(&self) -> PaymentKind {
        PaymentKind::of(&self.purpose)
    }

    /// Applies one input at one time.
    #[must_use]
    pub fn apply(&self, input: &Input, now: Timestamp) -> (Self, Outcome) {
        let mut next = self.clone();
        let mut outcome = match input {
            Input::Started(Ok(created)) => next.started(created, now),
            Input::Started(Err(error)) => next.start_failed(error, now),
            Input::Reported(payment) => next.reported(payment, now),
            Input::Found(payment) => next.found(payment, now),
            Input::Absent => next.absent(now),
            Input::AbsentAnew => {
                next.absent_since = None;
                next.absent(now)
            }
            Input::NotRepeatable => {
                next.request = None;
                Outcome::default()
            }
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
}
