//! Reads older data in portions: the whole history after connecting, and older events on the chain. New data is shown
//! between two portions, and the user can pause and resume.

use super::backfill_progress::Backfill;
use super::effect::Effect;
use super::poll_target::PollTarget;
use super::state::State;
use super::step::Step;
use bursar_domain::clock::Timestamp;
use bursar_domain::view::Change;

impl Step {
    /// The user pauses or resumes the backfill.
    pub(super) fn pause_backfill(&mut self, paused: bool, now: Timestamp) {
        self.state.backfill.paused = paused;
        if !paused {
            self.state
                .make_due(&[PollTarget::History, PollTarget::Chain], now);
        }
        self.backfill_changed();
    }

    /// Stores the progress that a response reports, and asks for the next portion at once if there is one.
    pub(super) fn update_backfill(
        &mut self,
        backfill: Backfill,
        poll: PollTarget,
        more: bool,
        now: Timestamp,
    ) {
        if more && !self.state.backfill.paused {
            self.state.make_due(&[poll], now);
        }
        if self.state.backfill != backfill {
            self.state.backfill = backfill;
            self.backfill_changed();
        }
    }

    fn backfill_changed(&mut self) {
        self.effects.push(Effect::Changed(Change::Backfill {
            account: self.state.account.clone(),
        }));
    }
}

impl State {
    /// Whether older data may be requested.
    pub(super) fn reads_backfill(&self) -> bool {
        !self.backfill.paused
    }
}
