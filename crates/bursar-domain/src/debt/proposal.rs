//! What to top up to be out of debt for a while.

use crate::money::Amount;
use std::cmp::Ordering;

/// The top-up that clears the debt and pays for `days` at the current spending, rounded **up** to `decimals` so that it
/// is never too little, and at least `minimum`. Where the spending is not known, or in another unit, it clears the debt
/// only. `None` for a negative amount or on overflow.
pub fn top_up_that_clears(
    owed: &Amount,
    daily_usage: Option<&Amount>,
    days: u32,
    decimals: u8,
    minimum: Option<&Amount>,
) -> Option<Amount> {
    if owed.is_negative() {
        return None;
    }
    let spending = daily_usage.filter(|daily| daily.currency() == owed.currency());
    let total = match spending {
        Some(daily) if daily.is_negative() => return None,
        Some(daily) => {
            let units = daily.units().checked_mul(i128::from(days))?;
            let whole = Amount::new(units, daily.scale(), daily.currency().clone()).ok()?;
            owed.checked_add(&whole)?
        }
        None => owed.clone(),
    };
    let rounded = round_up(&total, decimals)?;
    match minimum.and_then(|minimum| Some((minimum, minimum.compare(&rounded)?))) {
        Some((minimum, Ordering::Greater)) => Some(minimum.clone()),
        Some(_) | None => Some(rounded),
    }
}

/// An amount of zero or more with at most that many decimals.
fn round_up(amount: &Amount, decimals: u8) -> Option<Amount> {
    if amount.scale() <= decimals {
        return Some(amount.clone());
    }
    let step = 10_i128.checked_pow(u32::from(amount.scale().checked_sub(decimals)?))?;
    let units = amount
        .units()
        .checked_add(step.checked_sub(1)?)?
        .checked_div(step)?;
    Amount::new(units, decimals, amount.currency().clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn usd(text: &str) -> Amount {
        Amount::parse_decimal(text, Currency::new("USD").unwrap()).unwrap()
    }

    fn proposed(owed: &str, daily: Option<&str>, minimum: Option<&str>) -> String {
        let (daily, minimum) = (daily.map(usd), minimum.map(usd));
        top_up_that_clears(&usd(owed), daily.as_ref(), 30, 2, minimum.as_ref())
            .unwrap()
            .to_brief()
    }

    #[test]
    fn clears_the_debt_and_pays_for_the_days() {
        assert_eq!(proposed("3.50", Some("1.20"), None), "39.50 USD");
        assert_eq!(proposed("3.501", Some("0.00001"), None), "3.51 USD");
        assert_eq!(proposed("3.50", None, None), "3.50 USD");
        assert_eq!(proposed("3.50", None, Some("10")), "10.00 USD");
        assert_eq!(proposed("30", None, Some("10")), "30.00 USD");
    }

    #[test]
    fn spending_in_another_unit_is_not_added() {
        let usdc = Amount::parse_decimal("9", Currency::usdc()).unwrap();
        let proposal = top_up_that_clears(&usd("3.50"), Some(&usdc), 30, 2, None).unwrap();
        assert_eq!(proposal, usd("3.50"));
        let other = top_up_that_clears(&usd("3.50"), None, 30, 2, Some(&usdc)).unwrap();
        assert_eq!(other, usd("3.50"));
    }

    proptest! {
        #[test]
        fn proposal_is_enough_and_less_than_a_cent_more(
            owed in 0_i64.., daily in 0_i64.., scale in 0_u8..=18, days in 0_u32..=366,
        ) {
            let amount = |units: i64| {
                Amount::new(i128::from(units), scale, Currency::new("USD").unwrap()).unwrap()
            };
            let needed = i128::from(owed) + i128::from(daily) * i128::from(days);
            let needed = Amount::new(needed, scale, Currency::new("USD").unwrap()).unwrap();
            let proposal =
                top_up_that_clears(&amount(owed), Some(&amount(daily)), days, 2, None).unwrap();
            prop_assert!(proposal.scale() <= 2);
            let more = proposal.checked_sub(&needed).unwrap();
            prop_assert!(!more.is_negative());
            prop_assert_eq!(more.compare(&usd("0.01")), Some(Ordering::Less));
        }
    }
}
