//! Money that comes after its payment has ended without any: noticed by the balance, looked for in the history, and told.

use super::answer::LateMoney;
use super::event::Poll;
use super::state::State;
use super::step::Step;
use crate::top_up::Phase;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_domain::money::Amount;
use bursar_domain::notice::{Notice, NoticeKind};
use std::cmp::Ordering;

/// The provider may tell of money a little later than the chain: one look at once, and one more after that.
const LOOKS: u8 = 2;

impl Step {
    /// The balance has grown. Where nothing open explains it, it may be late money for anything that has ended.
    pub(super) fn look_for_late_money(&mut self, now: Timestamp) {
        if self.state.has_live() {
            return;
        }
        self.state.ended_looks = LOOKS;
        self.state.make_due(&[Poll::History], now);
    }

    /// Tells once of payments that had ended long ago and are completed after all. One that is followed tells by itself.
    pub(super) fn late_money(&mut self, late: &[LateMoney], now: Timestamp) {
        for late in late {
            let followed = self
                .state
                .bound_to(&late.payment)
                .and_then(|id| self.state.top_ups.get(&id))
                .is_some_and(|top_up| top_up.phase != Phase::Completed);
            if followed {
                continue;
            }
            let silent = self.state.viewing.as_ref() == Some(&late.payment);
            self.notice(Notice {
                amount: Some(late.amount.clone()),
                about: late.kind,
                silent,
                ..self
                    .state
                    .news(NoticeKind::Completed, late.payment.clone(), now)
            });
            self.state.make_due(&[Poll::Balance], now);
        }
    }
}

impl State {
    /// What a reading of the history was to bring is still wanted.
    pub(super) fn ask_history_as_before(&mut self) {
        self.whole_history |= self.whole_asked;
        if std::mem::take(&mut self.ended_asked) {
            self.ended_looks = self.ended_looks.max(1);
        }
    }
}

/// All that is the user's in the contract, but for what is under review.
pub(super) fn in_all(reading: &ChainReading) -> Option<Amount> {
    reading.free.checked_add(&reading.reserved)
}

/// Whether there is more now than before; not said of figures that cannot be compared.
pub(super) fn has_grown(before: Option<&Amount>, after: Option<&Amount>) -> bool {
    before
        .zip(after)
        .and_then(|(before, after)| after.compare(before))
        == Some(Ordering::Greater)
}
