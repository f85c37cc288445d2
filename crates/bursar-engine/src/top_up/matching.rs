//! Whether a payment of the provider can be a top-up whose answer was lost, or whose id the lists have not shown. What is
//! taken for it by its likeness alone is shown as its fate, but nothing is asked of the provider for it.

use super::{KNOWN_CLOCK_TOLERANCE, MATCH_TOLERANCE, Phase, TopUp, UNKNOWN_CLOCK_TOLERANCE};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::payment::{RemotePayment, Status};
use bursar_domain::rules::Rules;

impl TopUp {
    /// Whether it is looked for, and this can be it: the same checkout, or created since the intent less two minutes with
    /// the same amount for the same purpose.
    pub fn could_be(&self, payment: &RemotePayment) -> bool {
        match (&self.checkout, &payment.checkout) {
            (Some(own), Some(theirs)) => self.needs_match() && own == theirs,
            (Some(_) | None, _) => {
                self.is_similar(payment)
                    && payment.created_at >= self.requested_at().minus(MATCH_TOLERANCE)
            }
        }
    }

    /// Whether this is likely to be the one that is looked for, whose last request had ended by then: not created later
    /// either. `only_one`: the provider lets one payment be open at a time.
    pub fn is_match(&self, payment: &RemotePayment, ended: Timestamp, only_one: bool) -> bool {
        let took = ended.since(self.created_at).max(Span::default());
        let latest = self.requested_at().plus(took).plus(MATCH_TOLERANCE);
        if self.phase == Phase::Starting {
            return self.could_be(payment) && payment.created_at <= latest;
        }
        // It is known that there is one.
        let in_time = self.phase == Phase::Open || payment.created_at <= latest;
        let the_open_one = only_one
            && self.phase == Phase::Open
            && matches!(payment.status, Status::Open | Status::Confirming)
            && self.is_similar(payment)
            && self.time_distance(payment) <= self.clock_tolerance();
        self.has_same_checkout(payment) || (self.could_be(payment) && in_time) || the_open_one
    }

    /// Whether it is looked for, and both have the same payment page.
    pub fn has_same_checkout(&self, payment: &RemotePayment) -> bool {
        self.needs_match() && self.checkout.is_some() && self.checkout == payment.checkout
    }

    /// Whether this could be the one whose answer was lost if a clock were wrong, so that it must not be called absent:
    /// money may have moved by it.
    pub fn could_be_with_wrong_clock(&self, payment: &RemotePayment) -> bool {
        let moves_money = match payment.status {
            Status::Open
            | Status::Confirming
            | Status::UnderReview
            | Status::Completed
            | Status::Refunding
            | Status::Refunded => true,
            Status::Cancelled | Status::Expired | Status::Failed => false,
        };
        self.phase == Phase::Starting
            && moves_money
            && self.is_similar(payment)
            && self.time_distance(payment) <= self.clock_tolerance()
    }

    /// From when on the provider's lists have it, by the provider's clock.
    pub fn listed_since(&self) -> Timestamp {
        let doubt = if self.phase == Phase::Starting || self.needs_match() {
            self.clock_tolerance()
        } else {
            MATCH_TOLERANCE
        };
        self.requested_at().minus(doubt)
    }

    /// When it was asked for or made, by the provider's clock as far as that is known.
    fn requested_at(&self) -> Timestamp {
        self.provider_created_at.unwrap_or(self.created_at)
    }

    fn clock_tolerance(&self) -> Span {
        if self.provider_created_at.is_some() {
            KNOWN_CLOCK_TOLERANCE
        } else {
            UNKNOWN_CLOCK_TOLERANCE
        }
    }

    /// How far from the intent it was created.
    pub fn time_distance(&self, payment: &RemotePayment) -> Span {
        let after = payment.created_at.since(self.requested_at());
        let before = self.requested_at().since(payment.created_at);
        after.max(before)
    }

    /// Whether the provider may still be asked to call it off. What is taken for this one by its likeness alone may be
    /// somebody else's, unless there can be no other.
    pub fn is_cancellable(&self, rules: Rules) -> bool {
        let sure = rules.one_open_top_up() || !self.is_matched_by_similarity();
        let in_time = self.phase == Phase::Open
            || (self.phase == Phase::Confirming && rules.cancels_confirming);
        sure && in_time
    }

    /// Whether it was started here and no answer has ever named what it is taken for.
    fn is_matched_by_similarity(&self) -> bool {
        self.intent_id.is_none() && self.payment_id.is_some() && !self.is_adopted()
    }

    fn is_similar(&self, payment: &RemotePayment) -> bool {
        self.needs_match()
            && payment.amount.equals(&self.amount)
            && payment.purpose.is_same(&self.purpose)
    }

    fn needs_match(&self) -> bool {
        match self.phase {
            // What is sent again tells by its answer which payment it is; a likely one is not taken for it.
            Phase::Starting => self.payment_id.is_none() && self.request.is_none(),
            Phase::NotStarted => false,
            // The chain may have moved it on before any list has shown its id.
            Phase::Open
            | Phase::Confirming
            | Phase::UnderReview
            | Phase::Completed
            | Phase::Cancelled
            | Phase::Expired
            | Phase::Failed
            | Phase::Refunding
            | Phase::Refunded => self.intent_id.is_some() && self.provider_updated_at.is_none(),
        }
    }
}
