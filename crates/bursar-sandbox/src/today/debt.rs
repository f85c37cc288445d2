//! What happens to an account that owes money: machines and addresses are removed first, disks later. The thresholds
//! are those of Fluence's documentation.

use time::{Duration, OffsetDateTime};

/// Above this debt, machines and addresses are removed at once; in micros of a USD.
const MACHINES_ABOVE: u128 = 5_000_000;
/// Machines and addresses are removed when the debt is unpaid for this long.
const MACHINES_AFTER: Duration = Duration::days(3);
/// From this debt on, disks are deleted at once; in micros of a USD.
const DISKS_FROM: u128 = 20_000_000;
/// Disks are deleted when the debt is unpaid for this long after the machines were removed.
const DISKS_AFTER: Duration = Duration::days(10);

/// What is removed because of a debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    MachinesAndAddresses,
    Disks,
}

/// Since when an account has had nothing left, and what was removed for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DebtClock {
    pub(crate) since: Option<OffsetDateTime>,
    pub(crate) machines_removed_at: Option<OffsetDateTime>,
    pub(crate) disks_deleted_at: Option<OffsetDateTime>,
}

impl DebtClock {
    /// Starts or goes on with the clock, and returns what has to be removed now.
    pub(crate) fn observe(&mut self, debt: u128, now: OffsetDateTime) -> Option<Removal> {
        let since = *self.since.get_or_insert(now);
        if debt == 0 {
            return None;
        }
        let Some(machines_removed_at) = self.machines_removed_at else {
            if debt > MACHINES_ABOVE || now - since >= MACHINES_AFTER {
                self.machines_removed_at = Some(now);
                return Some(Removal::MachinesAndAddresses);
            }
            return None;
        };
        if self.disks_deleted_at.is_none()
            && (debt >= DISKS_FROM || now - machines_removed_at >= DISKS_AFTER)
        {
            self.disks_deleted_at = Some(now);
            return Some(Removal::Disks);
        }
        None
    }

    /// There is money again.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const START: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

    #[test]
    fn amounts_remove_at_once() {
        let mut clock = DebtClock::default();
        assert_eq!(clock.observe(5_000_000, START), None);
        let machines = Some(Removal::MachinesAndAddresses);
        assert_eq!(clock.observe(5_000_001, START), machines);
        assert_eq!(clock.observe(19_999_999, START), None);
        assert_eq!(clock.observe(20_000_000, START), Some(Removal::Disks));
        assert_eq!(clock.observe(99_000_000, START), None);
    }

    #[test]
    fn days_remove_a_small_debt_too() {
        let mut clock = DebtClock::default();
        let minute = Duration::minutes(1);
        assert_eq!(clock.observe(1, START), None);
        let third_day = START + MACHINES_AFTER;
        assert_eq!(clock.observe(1, third_day - minute), None);
        let machines = Some(Removal::MachinesAndAddresses);
        assert_eq!(clock.observe(1, third_day), machines);
        assert_eq!(clock.observe(1, third_day + DISKS_AFTER - minute), None);
        let disks = clock.observe(1, third_day + DISKS_AFTER);
        assert_eq!(disks, Some(Removal::Disks));
    }

    #[test]
    fn payment_stops_the_clock() {
        let mut clock = DebtClock::default();
        clock.observe(1, START);
        clock.reset();
        assert_eq!(clock.observe(1, START + MACHINES_AFTER), None);
    }
}
