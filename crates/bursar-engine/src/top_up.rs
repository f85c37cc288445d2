//! A top-up, renewal or migration as a pure state machine: an input turns it into a changed top-up and an outcome. It
//! does no I/O and time is passed in. Only the provider or a chain event with the payment's id completes it. In
//! `Starting`, no second request is made before the first is known to have failed, unless the provider makes only one
//! payment of both.

mod apply;
mod matching;

pub(crate) use apply::is_undecidable;

use alloy_primitives::B256;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Error;
use bursar_domain::money::Amount;
use bursar_domain::notice::NoticeKind;
use bursar_domain::payment::{Created, FailureReason, NewPayment, Purpose, RemotePayment};
use bursar_domain::payment::{PaymentKind, PaymentStatus};
use serde::{Deserialize, Serialize};

/// A payment can match a missing top-up if the provider created it at most this long before the intent.
pub const MATCH_TOLERANCE: Span = Span::minutes(2);
/// The same if this machine's clock may be wrong: this long before or after the intent.
pub const UNKNOWN_CLOCK_TOLERANCE: Span = Span::hours(24);
/// The same if the provider's clock was known when the intent was written.
pub const KNOWN_CLOCK_TOLERANCE: Span = Span::minutes(15);
/// A top-up counts as not started after two readings without it, at least this far apart.
pub const ABSENCE_GAP: Span = Span::seconds(60);
/// How long an ended top-up is watched for late money.
pub const LATE_PAYMENT_WINDOW: Span = Span::hours(24);

/// A top-up's phase. Each one is on disk before its effects run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The intent is on disk; the request may or may not have reached the provider.
    Starting,
    Open,
    Confirming,
    UnderReview,
    Completed,
    Cancelled,
    Expired,
    Failed,
    /// The request never created a payment.
    NotStarted,
    /// The provider is refunding the money.
    Refunding,
    Refunded,
}

/// Who confirmed that the money has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmedBy {
    Provider,
    Chain,
    Both,
}

/// One payment as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopUp {
    /// Bursar's own id, everywhere else called `top_up_id`. Providers that recognise a repeated request get it as the
    /// idempotency key.
    pub id: String,
    /// The provider's id, once known. It comes from the response to the start request, until the provider's lists show
    /// the payment, perhaps under another id.
    pub payment_id: Option<String>,
    /// The id that cancelling takes, if the payment was started here.
    pub intent_id: Option<String>,
    pub purpose: Purpose,
    pub amount: Amount,
    pub method: Option<String>,
    /// The exact request to send again while the response is missing; only while the provider makes one payment of
    /// both.
    pub request: Option<NewPayment>,
    /// It has been sent again, so that a refusal proves nothing about the first request; not stored.
    #[serde(skip)]
    pub resent: bool,
    pub phase: Phase,
    /// When the intent was written; for a payment that was started elsewhere, the provider's time.
    pub created_at: Timestamp,
    /// The provider's time of creation. Before it is known, the time of the intent by the provider's clock, if that is
    /// known.
    pub provider_created_at: Option<Timestamp>,
    /// The provider's time of its last update: responses can overtake each other.
    pub provider_updated_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// The hosted checkout as the provider wrote it; opened only through the allow-list.
    pub checkout: Option<String>,
    /// The payment provider whose page the checkout is, as the provider names it; `None` while that is unknown.
    pub payment_provider: Option<String>,
    /// The one-time state that a return link of this top-up carries; gone once used or if not offered.
    pub link_state: Option<String>,
    /// Whether to open the browser as soon as the checkout is known: the user started it here.
    pub open_checkout_when_known: bool,
    pub cancel_requested: bool,
    pub ended_at: Option<Timestamp>,
    pub completed_by: Option<ConfirmedBy>,
    pub verified: Option<Verified>,
    /// The first reading that did not show it, while `Starting`.
    pub absent_since: Option<Timestamp>,
    /// Why it failed, according to the provider.
    pub reason: Option<FailureReason>,
    /// Why the last step failed, in words for the user.
    pub error: Option<Error>,
}

/// The chain event that shows the money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    pub transaction: B256,
    pub block: u64,
    /// Whether the event names the payment's id; otherwise it matches by amount.
    pub by_id: bool,
}

/// What can happen to a top-up.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The response to the request that starts it.
    Started(Result<Created, Error>),
    /// The provider reports this payment.
    Reported(RemotePayment),
    /// The provider reports the only payment that matches this top-up, under whatever id.
    Matched(RemotePayment),
    /// Neither the provider's open top-ups nor its history show it.
    Absent,
    /// The same, but it is unknown how long ago it was first found absent.
    AbsentSinceUnknown,
    /// The provider would no longer treat another request as the same one.
    ResendExpired,
    /// The provider was asked, but cannot or may not say whether the payment exists.
    Unclear(Error),
    /// The chain shows an event that belongs to this payment.
    Credited {
        verified: Verified,
        /// Whether enough RPC endpoints (two, if there are two) have the same receipt.
        has_quorum: bool,
    },
    /// The block with the event is no longer on the chain.
    Reorganised,
    /// The user asked to cancel.
    CancelRequested,
    /// The provider's response to that.
    CancelAnswered(Result<(), Error>),
    /// A valid return link was opened.
    ReturnLinkOpened,
}

/// What follows from an input besides the changed top-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The top-up has changed and must be stored.
    pub changed: bool,
    pub notice: Option<NoticeKind>,
    /// The checkout has become known and the user is waiting for it.
    pub open_checkout: bool,
}

impl TopUp {
    /// The intent of a top-up, before any request. `repeatable`: the provider makes one payment of all requests with
    /// the same key.
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
            payment_provider: new.method_provider.clone(),
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
            payment_provider: remote.source.clone(),
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

    /// The `top_up_id` of a payment that was started elsewhere.
    fn adopted_id(payment_id: &str) -> String {
        format!("r-{payment_id}")
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
            | Phase::NotStarted
            | Phase::Refunding
            | Phase::Refunded => false,
        }
    }

    /// Whether its status can still change and is therefore read, often or now and then.
    pub fn is_followed(&self, now: Timestamp) -> bool {
        match self.phase {
            Phase::Starting
            | Phase::Open
            | Phase::Confirming
            | Phase::UnderReview
            | Phase::Refunding => true,
            Phase::Cancelled | Phase::Expired | Phase::Failed => self.is_watched(now),
            // A completion is followed until the chain shows it too, for the same time.
            Phase::Completed => self.verified.is_none() && self.is_watched(now),
            Phase::NotStarted | Phase::Refunded => false,
        }
    }

    fn is_watched(&self, now: Timestamp) -> bool {
        self.ended_at
            .is_some_and(|ended| now.since(ended) <= LATE_PAYMENT_WINDOW)
    }

    /// Whether it expired before its time was over, by the provider's clock: providers report it like that when the
    /// payer leaves the page by its back arrow.
    pub fn was_abandoned(&self) -> bool {
        match (self.provider_updated_at, self.expires_at) {
            (Some(updated), Some(expires)) => self.phase == Phase::Expired && updated < expires,
            (None, _) | (_, None) => false,
        }
    }

    /// Whether this request started it.
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

    /// The kind of its row in the history.
    pub fn kind(&self) -> PaymentKind {
        PaymentKind::of(&self.purpose)
    }

    /// Applies one input.
    #[must_use]
    pub fn apply(&self, input: &Input, now: Timestamp) -> (Self, Outcome) {
        let mut next = self.clone();
        let mut outcome = match input {
            Input::Started(Ok(created)) => next.started(created, now),
            Input::Started(Err(error)) => next.start_failed(error, now),
            Input::Reported(payment) => next.reported(payment, now),
            Input::Matched(payment) => next.found(payment, now),
            Input::Absent => next.absent(now),
            Input::AbsentSinceUnknown => {
                next.absent_since = None;
                next.absent(now)
            }
            Input::ResendExpired => {
                next.request = None;
                Outcome::default()
            }
            Input::Unclear(why) => next.unclear(why),
            Input::Credited {
                verified,
                has_quorum,
            } => next.credited(verified, *has_quorum, now),
            Input::Reorganised => next.reorganised(),
            Input::CancelRequested => next.cancel_requested(),
            Input::CancelAnswered(answer) => next.cancel_answered(answer),
            Input::ReturnLinkOpened => {
                next.link_state = None;
                Outcome::default()
            }
        };
        outcome.changed = next != *self;
        (next, outcome)
    }
}
