//! Holds the forecast against debts that are played through exactly.

use super::*;
use crate::money::Currency;
use proptest::prelude::*;

/// The rules of the tests: 5 USD or 3 days, then 20 USD or 10 days.
const RULES: DebtRules = DebtRules {
    as_of: "2026-01-31",
    source: "https://provider.example/debt",
    steps: &[
        DebtStep {
            removes: Removal::MachinesAndAddresses,
            limit_cents: 500,
            includes_limit: false,
            unpaid_for: Span::days(3),
        },
        DebtStep {
            removes: Removal::Disks,
            limit_cents: 2_000,
            includes_limit: true,
            unpaid_for: Span::days(10),
        },
    ],
};
const DAY: i64 = 86_400_000;

fn currency() -> Currency {
    Currency::new("USD").unwrap()
}

fn usd(text: &str) -> Amount {
    Amount::parse_decimal(text, currency()).unwrap()
}

fn days(count: i64) -> Timestamp {
    Timestamp(count * DAY)
}

/// The states of both steps. The money ran out between the last reading above zero and day 1.
fn states(owed: &str, last: Option<i64>, daily: Option<&str>, now: i64) -> [StepState; 2] {
    let (owed, daily) = (usd(owed), daily.map(usd));
    let debt = Debt {
        owed: &owed,
        last_above_zero: last.map(days),
        first_without: days(1),
        daily_usage: daily.as_ref(),
        now: days(now),
    };
    let steps = forecast(&RULES, &debt).unwrap();
    [steps[0].state, steps[1].state]
}

fn ahead(unpaid_until: Option<i64>, at_latest: i64, reaches_limit: Option<i64>) -> StepState {
    StepState::Ahead {
        unpaid_until: unpaid_until.map(days),
        at_latest: days(at_latest),
        reaches_limit: reaches_limit.map(days),
    }
}

/// After a step that a limit brings.
fn ahead_within_a_millisecond(unpaid_until: Option<i64>, at_latest: i64) -> StepState {
    StepState::Ahead {
        unpaid_until: unpaid_until.map(days),
        at_latest: days(at_latest).plus(Span::millis(1)),
        reaches_limit: None,
    }
}

#[test]
fn small_debt_is_counted_from_the_last_reading_above_zero() {
    let [machines, disks] = states("0.50", Some(0), None, 2);
    assert_eq!(machines, ahead(Some(3), 4, None));
    assert_eq!(disks, ahead(Some(13), 14, None));
}

#[test]
fn spending_can_come_first() {
    // 4.50 USD are missing at 1.50 USD a day, three days from day 2 on: the third day comes first.
    let [machines, disks] = states("0.50", Some(0), Some("1.50"), 2);
    assert_eq!(machines, ahead(Some(3), 4, Some(5)));
    assert_eq!(disks, ahead(Some(13), 14, None));
    // At 4.50 USD a day the limit comes first, also where the last reading above zero is not known.
    let [machines, disks] = states("0.50", Some(1), Some("4.50"), 2);
    assert_eq!(machines, ahead(Some(4), 4, Some(3)));
    assert_eq!(disks, ahead_within_a_millisecond(Some(13), 13));
    let [machines, disks] = states("0.50", None, Some("4.50"), 2);
    assert_eq!(machines, ahead(None, 4, Some(3)));
    assert_eq!(disks, ahead_within_a_millisecond(None, 13));
}

#[test]
fn unknown_start_stays_unknown() {
    let [machines, disks] = states("0.50", None, None, 2);
    assert_eq!(
        (machines, disks),
        (ahead(None, 4, None), ahead(None, 14, None))
    );
    // From the first reading without money on, the days have passed in any case.
    let [machines, disks] = states("0.50", None, None, 4);
    assert_eq!(
        (machines, disks),
        (StepState::Passed, ahead(None, 14, None))
    );
}

#[test]
fn step_between_two_readings_is_possible_but_not_sure() {
    let [machines, disks] = states("0.50", Some(0), None, 3);
    assert_eq!(machines, StepState::Possible);
    assert_eq!(disks, ahead(Some(13), 14, None));
    assert_eq!(states("0.50", Some(0), None, 4)[0], StepState::Passed);
    assert_eq!(states("0.50", Some(0), None, 13)[1], StepState::Possible);
    assert_eq!(states("0.50", Some(0), None, 14)[1], StepState::Passed);
}

#[test]
fn large_debt_passes_at_once() {
    assert_eq!(states("5.00", Some(1), None, 1)[0], ahead(Some(4), 4, None));
    let [machines, disks] = states("5.000001", Some(1), Some("1"), 1);
    assert_eq!(machines, StepState::Passed);
    // What is left costs one USD a day, and the machines may have gone right after the last reading.
    let StepState::Ahead {
        unpaid_until,
        reaches_limit,
        ..
    } = disks
    else {
        panic!("{disks:?}")
    };
    assert_eq!(unpaid_until, Some(days(11)));
    assert_eq!(reaches_limit.map(|at| at.0 / DAY), Some(15));
    assert_eq!(states("20", None, None, 1), [StepState::Passed; 2]);
}

#[test]
fn nothing_owed_passes_nothing() {
    let [machines, _] = states("0", Some(0), None, 9);
    assert!(matches!(machines, StepState::Ahead { .. }));
    assert_eq!(
        states("1", Some(0), Some("0"), 2)[0],
        ahead(Some(3), 4, None)
    );
}

#[test]
fn spending_in_another_unit_foresees_nothing() {
    let usdc = Amount::parse_decimal("1", Currency::usdc()).unwrap();
    let debt = Debt {
        owed: &usd("1"),
        last_above_zero: None,
        first_without: days(1),
        daily_usage: Some(&usdc),
        now: days(2),
    };
    let steps = forecast(&RULES, &debt).unwrap();
    let machines = Removal::MachinesAndAddresses;
    assert_eq!(next_removal(&steps), Some((machines, days(4))));
}

/// A debt that grows by `rate` units a millisecond until the machines are gone, and by `rest` afterwards. Time begins
/// when nothing is left.
#[derive(Clone, Copy, Debug)]
struct Played {
    rate: i128,
    rest: i128,
}

/// The scale at which a unit a millisecond is a sensible price.
const SCALE: u8 = 12;
const UNITS_PER_CENT: i128 = 10_000_000_000;

impl Played {
    /// When the machines go: after three days, or in the first millisecond above 5 USD.
    fn machines_gone(self) -> i64 {
        let above = 500 * UNITS_PER_CENT / self.rate + 1;
        i64::try_from(above).unwrap().min(3 * DAY)
    }

    fn disks_gone(self) -> i64 {
        let gone = self.machines_gone();
        let missing = 2_000 * UNITS_PER_CENT - self.owed(gone);
        let by_amount = if missing <= 0 {
            0
        } else if self.rest == 0 {
            i64::MAX / 2
        } else {
            i64::try_from((missing + self.rest - 1) / self.rest).unwrap()
        };
        gone + by_amount.min(10 * DAY)
    }

    fn owed(self, at: i64) -> i128 {
        let gone = self.machines_gone();
        let before = i128::from(at.min(gone)) * self.rate;
        before + i128::from((at - gone).max(0)) * self.rest
    }

    fn daily(self, at: i64) -> i128 {
        let rate = if at < self.machines_gone() {
            self.rate
        } else {
            self.rest
        };
        rate * i128::from(DAY)
    }
}

fn played() -> impl Strategy<Value = Played> {
    // 0.01 to 1000 USD a day for all, and up to all of it for the disks.
    let rate = (0_u32..5, 116_i128..1_160).prop_map(|(power, rate)| rate * 10_i128.pow(power));
    (rate, 0_i128..=100).prop_map(|(rate, share)| Played {
        rate,
        rest: rate * share / 100,
    })
}

proptest! {
    #[test]
    fn forecast_is_never_too_late_and_never_claims_too_much(
        debt in played(), last in proptest::option::of(0_i64..10 * DAY), first in 0_i64..10 * DAY,
        since in 0_i64..20 * DAY,
    ) {
        let now = first + since;
        let amount = |units| Amount::new(units, SCALE, currency()).unwrap();
        let (owed, daily) = (amount(debt.owed(now)), amount(debt.daily(now)));
        let known = Debt {
            owed: &owed,
            last_above_zero: last.map(|before| Timestamp(-before)),
            first_without: Timestamp(first),
            daily_usage: Some(&daily),
            now: Timestamp(now),
        };
        let steps = forecast(&RULES, &known).unwrap();
        for (step, gone) in steps.iter().zip([debt.machines_gone(), debt.disks_gone()]) {
            match step.state {
                StepState::Passed => prop_assert!(gone <= now, "{step:?} is said to have passed before {gone}"),
                StepState::Possible => prop_assert!(last.is_some()),
                StepState::Ahead { at_latest, .. } => {
                    prop_assert!(last.is_none() || gone > now, "{step:?} is gone since {gone}");
                    prop_assert!(gone <= at_latest.0, "{step:?} is later than promised: {gone}");
                }
            }
        }
        let Some((next, at)) = next_removal(&steps) else {
            return Ok(());
        };
        let gone = match next {
            Removal::MachinesAndAddresses => debt.machines_gone(),
            Removal::Disks => debt.disks_gone(),
        };
        if last.is_some() {
            prop_assert!(at.0 <= gone, "{next:?} is expected at {at:?}, after {gone}");
        } else {
            // A debt passes its limit within the next millisecond.
            prop_assert!(gone <= at.0 + 1, "{next:?} is expected at {at:?}, before {gone}");
        }
    }

    #[test]
    fn states_only_move_forward(
        owed in 0_i64..3_000, more in 0_i64..3_000, last in proptest::option::of(-20 * DAY..=0),
        now in 0_i64..30 * DAY, later in 0_i64..30 * DAY,
    ) {
        let rank = |state: StepState| match state {
            StepState::Ahead { .. } => 0,
            StepState::Possible => 1,
            StepState::Passed => 2,
        };
        let at = |cents: i64, now: i64| {
            let owed = Amount::from_cents(cents, currency());
            let debt = Debt {
                owed: &owed,
                last_above_zero: last.map(Timestamp),
                first_without: Timestamp(0),
                daily_usage: None,
                now: Timestamp(now),
            };
            forecast(&RULES, &debt).unwrap()
        };
        let before = at(owed, now);
        for (step, later) in before.iter().zip(at(owed + more, now + later)) {
            prop_assert!(rank(step.state) <= rank(later.state), "{step:?} and then {later:?}");
        }
        // Disks never go before the machines.
        prop_assert!(rank(before[1].state) <= rank(before[0].state));
        if last.is_none() {
            for step in &before {
                let earliest_is_known = matches!(step.state, StepState::Ahead { unpaid_until: Some(_), .. });
                prop_assert!(!earliest_is_known && step.state != StepState::Possible);
            }
        }
    }

    #[test]
    fn any_figures_are_handled(
        owed in any::<i64>(), daily in proptest::option::of(any::<i64>()), scale in 0_u8..=18,
        last in proptest::option::of(any::<i64>()), first in any::<i64>(), now in any::<i64>(),
    ) {
        let amount = |units: i64| Amount::new(i128::from(units), scale, currency()).unwrap();
        let daily = daily.map(amount);
        let debt = Debt {
            owed: &amount(owed),
            last_above_zero: last.map(Timestamp),
            first_without: Timestamp(first),
            daily_usage: daily.as_ref(),
            now: Timestamp(now),
        };
        let steps = forecast(&RULES, &debt).unwrap();
        prop_assert_eq!(steps.len(), 2);
        next_removal(&steps);
    }
}
