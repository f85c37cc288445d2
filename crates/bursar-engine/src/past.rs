//! What lies further back: the whole history at its first reading, and the chain's older events. Both are read in
//! portions, one after the other, so that what is new is told in between; the user may stop them and let them go on.

use super::event::{Effect, Poll};
use super::state::State;
use super::step::Step;
use bursar_domain::clock::Timestamp;
use bursar_domain::view::Change;
use serde::{Deserialize, Serialize};

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Stopped by the user: nothing further back is asked for until they let it go on.
    pub stopped: bool,
    /// Payments of a whole reading that has not come to its end.
    pub payments: Option<Lines>,
    /// `None` where all events are known that can belong to a payment.
    pub chain: Option<Blocks>,
}

/// Lines of a history that is being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    pub read: u32,
    /// How many the provider has, where it says.
    pub all: Option<u32>,
}

/// Blocks whose events are known, from the newest back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    pub read: u64,
    /// How many there are at most: the reading ends before the first where no payment is as old.
    pub most: u64,
}

impl Step {
    /// The user stops it, or lets it go on.
    pub(super) fn stop_past(&mut self, stopped: bool, now: Timestamp) {
        self.state.past.stopped = stopped;
        if !stopped {
            self.state.make_due(&[Poll::History, Poll::Chain], now);
        }
        self.past_changed();
    }

    /// Takes what an answer says of it, and asks for the next portion at once where there is one.
    pub(super) fn past_is(&mut self, past: Past, poll: Poll, more: bool, now: Timestamp) {
        if more && !self.state.past.stopped {
            self.state.make_due(&[poll], now);
        }
        if self.state.past != past {
            self.state.past = past;
            self.past_changed();
        }
    }

    fn past_changed(&mut self) {
        self.effects.push(Effect::Changed(Change::Past {
            account: self.state.account.clone(),
        }));
    }
}

impl State {
    /// Whether what lies further back may be asked for.
    pub(super) fn goes_back(&self) -> bool {
        !self.past.stopped
    }
}
