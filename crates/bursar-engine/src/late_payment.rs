//! Late payments: money that arrives after its payment ended without any. A grown balance is the sign of it, the
//! history shows which payment it is, and a notice reports it.

use super::poll_target::PollTarget;
use super::response::LatePayment;
use super::state::State;
use super::step::Step;
use crate::top_up::Phase;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_domain::money::Amount;
use bursar_domain::notice::{Notice, NoticeKind};
use std::cmp::Ordering;

/// The provider may report the money a little later than the chain: read once now, and once more.
const LATE_PAYMENT_READS: u8 = 2;

impl Step {
    /// The balance has grown. If no open payment explains that, it may be late money for any payment that has ended.
    pub(super) fn search_late_payments(&mut self, now: Timestamp) {
        if self.state.has_live() {
            return;
        }
        self.state.late_payment_reads = LATE_PAYMENT_READS;
        self.state.make_due(&[PollTarget::History], now);
    }

    /// Reports payments that ended long ago and are completed after all, once. A payment that is still followed reports
    /// its own completion.
    pub(super) fn notify_late_payments(&mut self, late_payments: &[LatePayment], now: Timestamp) {
        for late in late_payments {
            let followed = self
                .state
                .top_up_id_of(&late.payment_id)
                .and_then(|id| self.state.top_ups.get(&id))
                .is_some_and(|top_up| top_up.phase != Phase::Completed);
            if followed {
                continue;
            }
            let silent = self.state.viewing.as_ref() == Some(&late.payment_id);
            self.push_notice(Notice {
                amount: Some(late.amount.clone()),
                about: late.kind,
                silent,
                ..self
                    .state
                    .new_notice(NoticeKind::Completed, late.payment_id.clone(), now)
            });
            self.state.make_due(&[PollTarget::Balance], now);
        }
    }
}

impl State {
    /// A reading of the history failed: what it was to cover is still wanted.
    pub(super) fn restore_history_request(&mut self) {
        self.full_history_wanted |= self.full_history_in_flight;
        if std::mem::take(&mut self.late_payment_read_in_flight) {
            self.late_payment_reads = self.late_payment_reads.max(1);
        }
    }
}

/// All of the user's money in the contract except what is under review.
pub(super) fn total_balance(reading: &ChainReading) -> Option<Amount> {
    reading.free.checked_add(&reading.reserved)
}

/// Whether the balance has grown; false if the two cannot be compared.
pub(super) fn has_grown(before: Option<&Amount>, after: Option<&Amount>) -> bool {
    before
        .zip(after)
        .and_then(|(before, after)| after.compare(before))
        == Some(Ordering::Greater)
}
