//! A payment whose answer was lost. Nothing else is begun while its fate is not known; it is the one that the
//! provider's lists show and that it can only be; and where none of them shows it, twice, it never was.

use super::state::State;
use super::step::Step;
use crate::clock::Timestamp;
use crate::error::{Code, Error};
use crate::provider::RemotePayment;
use crate::top_up::{Input, Phase, TopUp, WATCH};

impl State {
    /// What stands in the way of another payment: one of which nobody knows whether it was made, and any open one
    /// where only one is allowed. A payment that nothing could settle for a day is in nobody's way any more; its
    /// fate stays unknown.
    pub fn in_the_way(&self, now: Timestamp) -> Option<&TopUp> {
        let one_at_a_time = self.setup.rules.one_open_top_up();
        self.top_ups
            .values()
            .filter(|top_up| top_up.is_live())
            .filter(|top_up| {
                if top_up.phase == Phase::Starting {
                    now.since(top_up.created_at) <= WATCH
                } else {
                    one_at_a_time
                }
            })
            .max_by_key(|top_up| (top_up.phase == Phase::Starting, top_up.created_at))
    }

    /// Whether its request is on its way, or about to be sent again for the first time since the start: what became
    /// of it will be known in a moment.
    pub fn is_answer_coming(&self, id: &str) -> bool {
        let asked_in_vain = self.repeats.contains_key(id);
        self.online
            && !asked_in_vain
            && self
                .top_ups
                .get(id)
                .is_some_and(|top_up| top_up.request.is_some())
    }

    /// The top-up whose answer was lost and that this payment can be. While a request is still on the way the
    /// answer itself will say.
    pub(super) fn lost_one(&self, payment: &RemotePayment) -> Option<String> {
        if self.awaits_start() {
            return None;
        }
        self.top_ups
            .values()
            .filter(|top_up| top_up.may_be(payment))
            .map(|top_up| top_up.id.clone())
            .next()
    }
}

/// Why nothing is begun beside this one, and what to do about it.
pub(super) fn obstacle(open: &TopUp) -> Error {
    match (open.phase, &open.error) {
        (Phase::Starting, Some(error)) if error.code == Code::Forbidden => {
            Error::new(Code::TopUpOpen, error.message.clone())
        }
        (Phase::Starting, _) => Error::passing(
            Code::TopUpOpen,
            format!(
                "Whether the last payment of {} was made is not known yet. It is being looked for, and until that is \
                 settled nothing else is paid here, for a day at most.",
                open.amount
            ),
        ),
        _ => Error::new(
            Code::TopUpOpen,
            format!(
                "A top-up of {} is still open. Finish or cancel it first.",
                open.amount
            ),
        ),
    }
}

impl Step {
    /// Nobody can say what became of a top-up whose answer was lost; the user hears why.
    pub(super) fn unclear(&mut self, problem: &Error, now: Timestamp) {
        let lost: Vec<String> = self
            .state
            .top_ups
            .values()
            .filter(|top_up| top_up.is_live() && top_up.remote.is_none())
            .filter(|top_up| !self.state.starting.contains(&top_up.id))
            .map(|top_up| top_up.id.clone())
            .collect();
        for id in lost {
            self.apply(&id, &Input::Unclear(problem.clone()), now);
        }
    }

    pub(super) fn absent(&mut self, asked_at: Timestamp, now: Timestamp) {
        // A payment whose owner is not known yet may be the missing one.
        if self.state.awaits_start() {
            return;
        }
        let missing: Vec<String> = self
            .state
            .top_ups
            .values()
            .filter(|top_up| top_up.is_live() && top_up.remote.is_none())
            .filter(|top_up| !self.state.starting.contains(&top_up.id))
            .filter(|top_up| {
                self.state
                    .start_ended
                    .get(&top_up.id)
                    .is_none_or(|ended| *ended <= asked_at)
            })
            .map(|top_up| top_up.id.clone())
            .collect();
        for id in missing {
            self.state.seen.insert(id.clone(), now);
            self.apply(&id, &Input::Absent, now);
        }
    }
}
