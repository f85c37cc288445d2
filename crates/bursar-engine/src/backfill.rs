//! What lies further back: the whole history at its first reading, and the chain's older events. Both are read in
//! portions, one after the other, so that what is new is told in between; the user may stop them and let them go on.

use super::backfill_progress::Backfill;
use super::effect::Effect;
use super::poll_target::PollTarget;
use super::state::State;
use super::step::Step;
use bursar_domain::clock::Timestamp;
use bursar_domain::view::Change;

impl Step {
    /// The user stops it, or lets it go on.
    pub(super) fn pause_backfill(&mut self, paused: bool, now: Timestamp) {
        self.state.backfill.paused = paused;
        if !paused {
            self.state
                .make_due(&[PollTarget::History, PollTarget::Chain], now);
        }
        self.backfill_changed();
    }

    /// Takes what an answer says of it, and asks for the next portion at once where there is one.
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
        self.effects.push(Effect::Changed(Change::Past {
            account: self.state.account.clone(),
        }));
    }
}

impl State {
    /// Whether what lies further back may be asked for.
    pub(super) fn reads_backfill(&self) -> bool {
        !self.backfill.paused
    }
}
