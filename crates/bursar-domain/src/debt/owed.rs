//! Reads what is left and what is owed from the API's two figures. A debt may be a balance below zero, or a balance of
//! zero with an overage above it.

use crate::money::Amount;
use std::cmp::Ordering;

/// What an account has and what it owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What can be spent; zero while something is owed.
    pub spendable: Amount,
    /// What is owed, above zero.
    pub owed: Option<Amount>,
    /// Whether the two figures do not fit together. What is shown is then the worse reading of them.
    pub is_odd: bool,
}

impl Standing {
    /// Reads a balance and, where the API has one, an overage. `None` if the figures cannot be compared: in two units, or
    /// too large.
    pub fn read(balance: &Amount, overage: Option<&Amount>) -> Option<Self> {
        let zero = Amount::zero(balance.currency().clone());
        let below = if balance.is_negative() {
            balance.checked_abs()?
        } else {
            zero.clone()
        };
        let above = match overage {
            Some(overage) if overage.currency() != balance.currency() => return None,
            Some(overage) if !overage.is_negative() => overage.clone(),
            Some(_) | None => zero.clone(),
        };
        let has_money = balance.compare(&zero)? == Ordering::Greater;
        let order = below.compare(&above)?;
        let both_owe = !below.is_zero() && !above.is_zero();
        let is_odd = overage.is_some_and(Amount::is_negative)
            || (has_money && !above.is_zero())
            || (both_owe && order != Ordering::Equal);
        let owed = if order == Ordering::Less {
            above
        } else {
            below
        };
        Some(Self {
            spendable: if has_money { balance.clone() } else { zero },
            owed: Some(owed).filter(|owed| !owed.is_zero() && !has_money),
            is_odd,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn usd(text: &str) -> Amount {
        Amount::parse_decimal(text, Currency::new("USD").unwrap()).unwrap()
    }

    /// The standing as text: what is spendable, what is owed, and whether it is odd.
    fn read(balance: &str, overage: &str) -> (String, Option<String>, bool) {
        let overage = (!overage.is_empty()).then(|| usd(overage));
        let standing = Standing::read(&usd(balance), overage.as_ref()).unwrap();
        (
            standing.spendable.to_brief(),
            standing.owed.map(|owed| owed.to_brief()),
            standing.is_odd,
        )
    }

    #[test]
    fn every_combination_of_signs_is_read() {
        let zero = || "0.00 USD".to_owned();
        let owes = |text: &str| Some(format!("{text} USD"));
        for (balance, overage, expected) in [
            ("12.50", "", ("12.50 USD".to_owned(), None, false)),
            ("12.50", "0", ("12.50 USD".to_owned(), None, false)),
            ("12.50", "3", ("12.50 USD".to_owned(), None, true)),
            ("12.50", "-3", ("12.50 USD".to_owned(), None, true)),
            ("0", "", (zero(), None, false)),
            ("0.00", "0.000", (zero(), None, false)),
            ("0", "3.5", (zero(), owes("3.50"), false)),
            ("0", "-3.5", (zero(), None, true)),
            ("-3.5", "", (zero(), owes("3.50"), false)),
            ("-3.5", "0", (zero(), owes("3.50"), false)),
            ("-3.5", "3.50", (zero(), owes("3.50"), false)),
            ("-3.5", "4", (zero(), owes("4.00"), true)),
            ("-3.5", "2", (zero(), owes("3.50"), true)),
            ("-3.5", "-2", (zero(), owes("3.50"), true)),
        ] {
            assert_eq!(read(balance, overage), expected, "{balance} and {overage}");
        }
    }

    #[test]
    fn figures_in_two_units_are_never_compared() {
        let usdc = Amount::parse_decimal("3", Currency::usdc()).unwrap();
        assert_eq!(Standing::read(&usd("0"), Some(&usdc)), None);
    }

    proptest! {
        #[test]
        fn nothing_is_spendable_while_something_is_owed(
            balance in any::<i64>(), overage in proptest::option::of(any::<i64>()), scale in 0_u8..=18,
        ) {
            let amount = |units: i64| {
                Amount::new(i128::from(units), scale, Currency::new("USD").unwrap()).unwrap()
            };
            let standing = Standing::read(&amount(balance), overage.map(amount).as_ref()).unwrap();
            prop_assert!(!standing.spendable.is_negative());
            if let Some(owed) = &standing.owed {
                prop_assert!(standing.spendable.is_zero() && !owed.is_negative() && !owed.is_zero());
            }
            let owes = balance < 0 || (balance == 0 && overage.is_some_and(|overage| overage > 0));
            prop_assert_eq!(standing.owed.is_some(), owes);
        }
    }
}
