//! Checks whether the user's balances at two blocks match the events between them. Money reaches a user only through
//! events that Bursar reads, but can also leave in other ways, such as charges. Balances that grew by more than the
//! events brought prove that an event is missing. Balances that grew by less prove nothing.

use crate::chain_event::{BalanceEvent, EventKind};
use crate::chain_reading::ChainReading;
use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// A user's money after one block, in the token's units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    /// Available to spend.
    pub free: Amount,
    /// Reserved for running workloads.
    pub reserved: Amount,
    /// Under review.
    pub held: Amount,
}

impl From<&ChainReading> for Balances {
    fn from(reading: &ChainReading) -> Self {
        Self {
            free: reading.free.clone(),
            reserved: reading.reserved.clone(),
            held: reading.held.clone(),
        }
    }
}

impl Balances {
    /// Zero balances in the same units.
    pub fn zero_like(&self) -> Option<Self> {
        let zero = self.free.checked_sub(&self.free)?;
        Some(Self {
            free: zero.clone(),
            reserved: zero.clone(),
            held: zero,
        })
    }

    /// Whether the events between two blocks can explain the change from these balances to `later`. `false` proves that
    /// an event is missing: either the balances grew by more than the events brought, or more money left the review
    /// than the release events and the spent money can explain.
    pub fn reconciles_with(&self, later: &Self, events: &[BalanceEvent]) -> bool {
        // An amount that cannot be computed proves nothing.
        !self.unexplained(later, events).unwrap_or(false)
    }

    /// Whether the events cannot explain the change to `later`; `None` if an amount does not fit.
    fn unexplained(&self, later: &Self, events: &[BalanceEvent]) -> Option<bool> {
        let mut received = self.free.checked_sub(&self.free)?;
        let mut released = received.clone();
        for event in events {
            let sum = match &event.kind {
                EventKind::Credit { .. } | EventKind::Refund => &mut received,
                EventKind::Released => &mut released,
            };
            *sum = sum.checked_add(&event.amount)?;
        }
        let grown = later.total()?.checked_sub(&self.total()?)?;
        // Money that left without an event that Bursar reads.
        let spent = received.checked_sub(&grown)?;
        if spent.is_negative() {
            return Some(true);
        }
        let left_review = self.held.checked_sub(&later.held)?;
        let explained = released.checked_add(&spent)?;
        Some(explained.checked_sub(&left_review)?.is_negative())
    }

    fn total(&self) -> Option<Amount> {
        self.free
            .checked_add(&self.reserved)?
            .checked_add(&self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::money::Currency;
    use alloy_primitives::B256;
    use proptest::prelude::*;

    fn usdc(units: i128) -> Amount {
        Amount::new(units, 6, Currency::usdc()).unwrap()
    }

    fn balances([free, reserved, held]: [i128; 3]) -> Balances {
        Balances {
            free: usdc(free),
            reserved: usdc(reserved),
            held: usdc(held),
        }
    }

    fn event(kind: EventKind, units: i128) -> BalanceEvent {
        BalanceEvent {
            kind,
            amount: usdc(units),
            transaction: B256::ZERO,
            log_index: 0,
            block: 1,
            block_hash: B256::ZERO,
            block_time: Timestamp(0),
        }
    }

    fn credit(units: i128) -> BalanceEvent {
        let top_up_id = "a".to_owned();
        event(EventKind::Credit { top_up_id }, units)
    }

    fn reconciles(before: [i128; 3], after: [i128; 3], events: &[BalanceEvent]) -> bool {
        balances(before).reconciles_with(&balances(after), events)
    }

    #[test]
    fn notices_money_without_event() {
        let released = || event(EventKind::Released, 40);
        let refund = || event(EventKind::Refund, 40);
        for (why, before, after, events, expected) in [
            ("nothing moved", [10, 5, 0], [10, 5, 0], vec![], true),
            ("a credit", [10, 0, 0], [50, 0, 0], vec![credit(40)], true),
            ("a refund", [10, 0, 0], [50, 0, 0], vec![refund()], true),
            ("a credit is missing", [10, 0, 0], [50, 0, 0], vec![], false),
            (
                "one of two",
                [10, 0, 0],
                [90, 0, 0],
                vec![credit(40)],
                false,
            ),
            (
                "a unit too much",
                [10, 0, 0],
                [51, 0, 0],
                vec![credit(40)],
                false,
            ),
            ("a charge", [10, 5, 0], [10, 2, 0], vec![], true),
            ("reserved", [10, 0, 0], [2, 8, 0], vec![], true),
            (
                "given back from a deal",
                [2, 8, 0],
                [10, 0, 0],
                vec![],
                true,
            ),
            (
                "a credit, most of it reserved",
                [10, 0, 0],
                [5, 45, 0],
                vec![],
                false,
            ),
            (
                "a credit and a charge",
                [10, 5, 0],
                [47, 5, 0],
                vec![credit(40)],
                true,
            ),
            ("sent to review", [40, 0, 0], [0, 0, 40], vec![], true),
            ("released", [0, 0, 40], [40, 0, 0], vec![released()], true),
            (
                "a release is missing",
                [0, 0, 40],
                [40, 0, 0],
                vec![],
                false,
            ),
            ("withdrawn from review", [5, 0, 40], [5, 0, 0], vec![], true),
            (
                "a release and a charge",
                [0, 5, 40],
                [40, 1, 0],
                vec![released()],
                true,
            ),
        ] {
            assert_eq!(reconciles(before, after, &events), expected, "{why}");
        }
    }

    proptest! {
        /// The complete list of events explains any change between two blocks. The list without one event does not,
        /// unless at least as much money was spent without an event.
        #[test]
        fn complete_list_reconciles_and_shorter_one_does_not(
            start in prop::array::uniform3(0_i128..1_000),
            steps in prop::collection::vec((0_u8..7, 1_i128..500), 0..12),
            left_out in any::<prop::sample::Index>(),
        ) {
            let [mut free, mut reserved, mut held] = start;
            let (mut events, mut spent) = (Vec::new(), 0);
            for (step, units) in steps {
                match step {
                    0 => { free += units; events.push(credit(units)); }
                    1 => { free += units; events.push(event(EventKind::Refund, units)); }
                    2 => { let all = free; free = 0; held += all; }
                    3 => {
                        let all = held;
                        held = 0;
                        free += all;
                        if all > 0 { events.push(event(EventKind::Released, all)); }
                    }
                    4 => { let part = units.min(free); free -= part; reserved += part; }
                    5 => { let part = units.min(reserved); reserved -= part; free += part; }
                    _ => { let part = units.min(reserved); reserved -= part; spent += part; }
                }
            }
            let end = [free, reserved, held];
            prop_assert!(reconciles(start, end, &events));
            if !events.is_empty() {
                let missing = events.remove(left_out.index(events.len()));
                let brings = !matches!(missing.kind, EventKind::Released);
                if brings && missing.amount.units() > spent {
                    prop_assert!(!reconciles(start, end, &events));
                }
            }
        }
    }
}
