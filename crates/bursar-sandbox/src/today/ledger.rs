//! The books of a user of today's Fluence: the prepaid balance, promo credits, rented resources and their charges. Time
//! passes in whole minutes, up to the time that is passed in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::debt::{DebtClock, Removal};
use super::promo::Promos;
use super::resource::{Resource, ResourceKind};
use super::usd;
use crate::console::state::Charge;

const MINUTE: Duration = Duration::minutes(1);
const HOURS_A_DAY: u128 = 24;

/// How the API shows a debt. Which one Fluence uses is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DebtForm {
    /// A balance of zero, and the debt in `overage`.
    #[default]
    Overage,
    /// A balance below zero.
    Negative,
}

/// How the API shows promo credits. Which one Fluence uses is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PromoForm {
    /// As an entitlement beside the balance.
    #[default]
    Entitlement,
    /// As an entitlement with its expiry in `expiresAt`, a field that the public description does not have.
    EntitlementWithExpiry,
    /// As part of the balance.
    Balance,
}

#[derive(Debug)]
pub(crate) struct Ledger {
    user: Uuid,
    /// In micros of a USD; a debt if below zero.
    prepaid: i128,
    /// The sum of all credits, in micros.
    deposited: u128,
    /// What promo credits paid for, in micros.
    promo_spent: u128,
    pub(crate) promos: Promos,
    resources: Vec<Resource>,
    charges: BTreeMap<(Date, Uuid), Charge>,
    pub(crate) debt_clock: DebtClock,
    pub(crate) debt_form: DebtForm,
    pub(crate) promo_form: PromoForm,
    /// The end of the last minute that was charged.
    charged_to: OffsetDateTime,
}

impl Ledger {
    /// Opens the books with a prepaid balance, in micros.
    pub(crate) fn open(user: Uuid, prepaid: u128, now: OffsetDateTime) -> Self {
        Self {
            user,
            prepaid: usd::signed(prepaid),
            deposited: prepaid,
            promo_spent: 0,
            promos: Promos::default(),
            resources: Vec::new(),
            charges: BTreeMap::new(),
            debt_clock: DebtClock::default(),
            debt_form: DebtForm::default(),
            promo_form: PromoForm::default(),
            charged_to: whole_minute(now),
        }
    }

    /// Lets all minutes up to `now` pass.
    pub(crate) fn catch_up(&mut self, now: OffsetDateTime) {
        while self.charged_to + MINUTE <= now {
            if self.is_quiet() {
                self.charged_to = whole_minute(now);
                break;
            }
            self.charge_minute();
        }
    }

    /// Goes on from `now` as if no time had passed before.
    pub(crate) fn resume(&mut self, now: OffsetDateTime) {
        self.charged_to = whole_minute(now);
    }

    /// In micros; below zero it is what the user owes.
    pub(crate) fn prepaid(&self) -> i128 {
        self.prepaid
    }

    /// What the user owes, in micros.
    pub(crate) fn debt(&self) -> u128 {
        if self.prepaid < 0 {
            self.prepaid.unsigned_abs()
        } else {
            0
        }
    }

    pub(crate) fn deposited(&self) -> u128 {
        self.deposited
    }

    pub(crate) fn promo_spent(&self) -> u128 {
        self.promo_spent
    }

    pub(crate) fn promo_left(&self) -> u128 {
        self.promos.left(self.charged_to)
    }

    /// When the next promo credits expire.
    pub(crate) fn promo_expiry(&self) -> Option<OffsetDateTime> {
        self.promos.next_expiry(self.charged_to)
    }

    /// The cost of a day of all that is rented, in micros.
    pub(crate) fn daily_cost(&self) -> u128 {
        let hourly: u128 = self.running().map(|resource| resource.hourly).sum();
        hourly * HOURS_A_DAY
    }

    pub(crate) fn charges(&self) -> impl Iterator<Item = Charge> {
        self.charges.values().copied()
    }

    pub(crate) fn resources(&self) -> &[Resource] {
        &self.resources
    }

    pub(crate) fn resource(&self, id: Uuid) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.id == id)
    }

    pub(crate) fn rent(&mut self, resource: Resource) {
        self.resources.push(resource);
    }

    /// Ends a resource; returns whether it was running.
    pub(crate) fn remove(&mut self, id: Uuid, now: OffsetDateTime) -> bool {
        let found = self
            .resources
            .iter_mut()
            .find(|resource| resource.id == id && resource.is_running());
        if let Some(resource) = found {
            resource.removed_at = Some(now);
            return true;
        }
        false
    }

    /// Adds money to the prepaid balance; it pays a debt first.
    pub(crate) fn credit(&mut self, micros: u128, now: OffsetDateTime) {
        self.prepaid = self.prepaid.saturating_add(usd::signed(micros));
        self.deposited = self.deposited.saturating_add(micros);
        self.apply_debt_rules(now);
    }

    /// Takes money off the prepaid balance, as one charge of today without a resource. It may become a debt.
    pub(crate) fn charge(&mut self, micros: u128, now: OffsetDateTime) {
        self.record(now.date(), Uuid::nil(), micros);
        self.prepaid = self.prepaid.saturating_sub(usd::signed(micros));
        self.apply_debt_rules(now);
    }

    /// Records the charge for a whole day in the past, which was paid by money from before the opening balance.
    pub(crate) fn record_past_day(&mut self, day: Date, resource: Uuid, micros: u128) {
        self.record(day, resource, micros);
        self.deposited = self.deposited.saturating_add(micros);
        if let Some(charge) = self.charges.get_mut(&(day, resource)) {
            charge.minutes = 24 * 60;
        }
    }

    /// Moves the time since which there has been nothing left, and applies the rules.
    pub(crate) fn set_debt_since(&mut self, since: OffsetDateTime, now: OffsetDateTime) {
        self.debt_clock.since = Some(since);
        self.apply_debt_rules(now);
    }

    fn running(&self) -> impl Iterator<Item = &Resource> {
        self.resources
            .iter()
            .filter(|resource| resource.is_running())
    }

    /// Whether no minute can change anything.
    fn is_quiet(&self) -> bool {
        self.running().next().is_none() && self.debt() == 0
    }

    fn charge_minute(&mut self) {
        let start = self.charged_to;
        let mut cost = 0;
        let mut due = Vec::new();
        for resource in self.resources.iter_mut().filter(|other| other.is_running()) {
            let micros = resource.charge_minute();
            cost += micros;
            due.push((resource.id, micros));
        }
        for (resource, micros) in due {
            self.record(start.date(), resource, micros);
        }
        let by_promo = self.promos.spend(cost, start);
        self.promo_spent = self.promo_spent.saturating_add(by_promo);
        self.prepaid = self.prepaid.saturating_sub(usd::signed(cost - by_promo));
        self.charged_to = start + MINUTE;
        self.apply_debt_rules(self.charged_to);
    }

    fn record(&mut self, day: Date, resource: Uuid, micros: u128) {
        let user = self.user;
        let charge = self.charges.entry((day, resource)).or_insert(Charge {
            user,
            workload: resource,
            day,
            micros: 0,
            minutes: 0,
        });
        charge.micros = charge.micros.saturating_add(micros);
        charge.minutes = charge.minutes.saturating_add(1);
    }

    fn apply_debt_rules(&mut self, now: OffsetDateTime) {
        let has_money = self.prepaid > 0 || (self.prepaid == 0 && self.promos.left(now) > 0);
        if has_money {
            self.debt_clock.reset();
            return;
        }
        // A debt may pass both thresholds at once.
        while let Some(removal) = self.debt_clock.observe(self.debt(), now) {
            for resource in self.resources.iter_mut().filter(|other| other.is_running()) {
                let ends = match removal {
                    Removal::MachinesAndAddresses => resource.kind != ResourceKind::Disk,
                    Removal::Disks => resource.kind == ResourceKind::Disk,
                };
                if ends {
                    resource.removed_at = Some(now);
                }
            }
        }
    }
}

fn whole_minute(time: OffsetDateTime) -> OffsetDateTime {
    time - Duration::seconds(i64::from(time.second()))
        - Duration::nanoseconds(i64::from(time.nanosecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const START: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);
    const USD: u128 = 1_000_000;

    /// A ledger with a machine, an address and a disk that cost 0.60 USD an hour together.
    fn ledger(prepaid: u128) -> Ledger {
        let mut ledger = Ledger::open(Uuid::nil(), prepaid, START);
        for (kind, hourly) in [
            (ResourceKind::Vm, 480_000),
            (ResourceKind::Address, 60_000),
            (ResourceKind::Disk, 60_000),
        ] {
            ledger.rent(Resource::new("rented".to_owned(), kind, hourly, START));
        }
        ledger
    }

    fn running(ledger: &Ledger) -> Vec<ResourceKind> {
        ledger.running().map(|resource| resource.kind).collect()
    }

    #[test]
    fn promo_credits_are_spent_before_the_balance() {
        let mut ledger = ledger(10 * USD);
        ledger.promos.grant(USD, None);
        ledger.catch_up(START + Duration::hours(1));
        assert_eq!(ledger.promo_left(), 400_000);
        assert_eq!(ledger.prepaid(), 10_000_000);
        ledger.catch_up(START + Duration::hours(2));
        assert_eq!(ledger.promo_left(), 0);
        assert_eq!(ledger.prepaid(), 9_800_000);
        let charged: u128 = ledger.charges().map(|charge| charge.micros).sum();
        assert_eq!(charged, 1_200_000);
    }

    #[test]
    fn expired_promo_credit_is_lost() {
        let mut ledger = ledger(10 * USD);
        ledger
            .promos
            .grant(USD, Some(START + Duration::minutes(30)));
        ledger.catch_up(START + Duration::hours(1));
        assert_eq!(ledger.promo_left(), 0);
        assert_eq!(ledger.prepaid(), 9_700_000);
    }

    #[test]
    fn debt_grows_and_removes_by_amount() {
        let mut ledger = ledger(0);
        // 0.60 USD an hour: above 5 USD after 8 hours and 21 minutes.
        ledger.catch_up(START + Duration::minutes(500));
        assert_eq!((ledger.debt(), running(&ledger).len()), (5_000_000, 3));
        ledger.catch_up(START + Duration::minutes(501));
        assert_eq!(running(&ledger), [ResourceKind::Disk]);
        // The disk alone costs 0.06 USD an hour, so that the ten days end before 20 USD are owed.
        let removed = ledger.debt_clock.machines_removed_at.unwrap();
        ledger.catch_up(removed + Duration::days(10) - MINUTE);
        assert_eq!(running(&ledger), [ResourceKind::Disk]);
        ledger.catch_up(removed + Duration::days(10));
        assert!(running(&ledger).is_empty() && ledger.debt() < 20 * USD);
        let before = ledger.debt();
        ledger.catch_up(START + Duration::days(60));
        assert_eq!(ledger.debt(), before);
    }

    #[test]
    fn small_debt_removes_after_three_days() {
        let mut ledger = Ledger::open(Uuid::nil(), 0, START);
        ledger.rent(Resource::new(
            "small".to_owned(),
            ResourceKind::Address,
            6_000,
            START,
        ));
        ledger.charge(1, START);
        ledger.catch_up(START + Duration::days(3) - MINUTE);
        assert_eq!(running(&ledger), [ResourceKind::Address]);
        ledger.catch_up(START + Duration::days(3));
        assert!(running(&ledger).is_empty());
    }

    #[test]
    fn payment_clears_the_debt_and_its_clock() {
        let mut ledger = ledger(0);
        ledger.catch_up(START + Duration::hours(1));
        assert_eq!(ledger.debt(), 600_000);
        ledger.credit(USD, START + Duration::hours(1));
        assert_eq!((ledger.debt(), ledger.prepaid()), (0, 400_000));
        assert_eq!(ledger.debt_clock, DebtClock::default());
    }

    #[test]
    fn large_debt_passes_both_thresholds_at_once() {
        let mut ledger = ledger(0);
        ledger.charge(25 * USD, START);
        assert!(running(&ledger).is_empty());
    }

    #[test]
    fn many_small_steps_cost_what_one_large_step_costs() {
        let end = START + Duration::days(2);
        let mut at_once = ledger(10 * USD);
        at_once.catch_up(end);
        let mut stepwise = ledger(10 * USD);
        for seconds in (0..=2 * 24 * 3600).step_by(7_919) {
            stepwise.catch_up(START + Duration::seconds(seconds));
        }
        stepwise.catch_up(end);
        assert_eq!(at_once.prepaid(), stepwise.prepaid());
        assert_eq!(at_once.debt_clock, stepwise.debt_clock);
    }
}
