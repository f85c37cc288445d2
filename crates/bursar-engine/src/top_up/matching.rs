//! Whether a provider's payment can be a top-up with an unknown outcome, or one whose id the lists have not shown. A
//! match by similarity decides what is shown, but Bursar cancels nothing because of it.

use super::{KNOWN_CLOCK_TOLERANCE, MATCH_TOLERANCE, Phase, TopUp, UNKNOWN_CLOCK_TOLERANCE};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::payment::{RemotePayment, Status};
use bursar_domain::payment_rules::Rules;

impl TopUp {
    /// Whether the top-up needs a match and this payment can be it: the same checkout, or created no earlier than two
    /// minutes before the intent, with the same amount and purpose.
    pub fn could_be(&self, payment: &RemotePayment) -> bool {
        match (&self.checkout, &payment.checkout) {
            (Some(own), Some(theirs)) => self.needs_match() && own == theirs,
            (Some(_) | None, _) => {
                self.is_similar(payment)
                    && payment.created_at >= self.requested_at().minus(MATCH_TOLERANCE)
            }
        }
    }

    /// Whether this payment is a likely match: also not created after the last request ended. `only_one`: the provider
    /// allows one open payment at a time.
    pub fn is_match(&self, payment: &RemotePayment, ended: Timestamp, only_one: bool) -> bool {
        let took = ended.since(self.created_at).max(Span::default());
        let latest = self.requested_at().plus(took).plus(MATCH_TOLERANCE);
        if self.phase == Phase::Starting {
            return self.could_be(payment) && payment.created_at <= latest;
        }
        // The payment certainly exists.
        let in_time = self.phase == Phase::Open || payment.created_at <= latest;
        let the_open_one = only_one
            && self.phase == Phase::Open
            && matches!(payment.status, Status::Open | Status::Confirming)
            && self.is_similar(payment)
            && self.time_distance(payment) <= self.clock_tolerance();
        self.has_same_checkout(payment) || (self.could_be(payment) && in_time) || the_open_one
    }

    /// Whether the top-up needs a match and both have the same checkout.
    pub fn has_same_checkout(&self, payment: &RemotePayment) -> bool {
        self.needs_match() && self.checkout.is_some() && self.checkout == payment.checkout
    }

    /// Whether this payment could be the missing one if a clock is wrong. Money may have moved, so the top-up must not
    /// count as absent.
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

    /// From when on the provider's lists contain it, by the provider's clock.
    pub fn listed_since(&self) -> Timestamp {
        let doubt = if self.phase == Phase::Starting || self.needs_match() {
            self.clock_tolerance()
        } else {
            MATCH_TOLERANCE
        };
        self.requested_at().minus(doubt)
    }

    /// When it was requested or created, by the provider's clock if known.
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

    /// How far apart the intent and the payment were created.
    pub fn time_distance(&self, payment: &RemotePayment) -> Span {
        let after = payment.created_at.since(self.requested_at());
        let before = self.requested_at().since(payment.created_at);
        after.max(before)
    }

    /// Whether the provider may be asked to cancel it. A payment that matches by similarity alone may be somebody
    /// else's, unless only one can be open.
    pub fn is_cancellable(&self, rules: Rules) -> bool {
        let sure = rules.one_open_top_up() || !self.is_matched_by_similarity();
        let in_time = self.phase == Phase::Open
            || (self.phase == Phase::Confirming && rules.cancels_confirming);
        sure && in_time
    }

    /// Whether it was started here and no response named its payment.
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
            // While a resend can still be answered, the response names the payment; similarity is not used.
            Phase::Starting => self.payment_id.is_none() && self.request.is_none(),
            Phase::NotStarted => false,
            // The chain may have advanced it before a list showed its id.
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
