//! What lies further back: the whole history at its first reading, and the chain's older events. Both are read in
//! portions, one after the other, so that what is new is told in between; the user may stop them and let them go on.

use super::event::{Effect, PollTarget};
use super::state::State;
use super::step::Step;
use bursar_domain::clock::Timestamp;
use bursar_domain::view::Change;
use serde::{Deserialize, Serialize};

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backfill {
    /// Stopped by the user: nothing further back is asked for until they let it go on.
    pub paused: bool,
    /// Payments of a whole reading that has not come to its end.
    pub payments: Option<HistoryProgress>,
    /// `None` where all events are known that can belong to a payment.
    pub chain: Option<BlockProgress>,
}

/// Rows of a history that is being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryProgress {
    pub read: u32,
    /// How many the provider has, where it says.
    #[serde(rename = "all")]
    pub total: Option<u32>,
}

/// Blocks whose events are known, from the newest back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockProgress {
    pub read: u64,
    /// How many there are at most: the reading ends before the first where no payment is as old.
    pub at_most: u64,
}

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
