//! Amounts, as integers in cents or in units of 10^-8, or as decimal strings.

use crate::response_fields::Object;
use bursar_domain::error::Result;
use bursar_domain::money::{Amount, Currency};

/// The largest plausible balance, payment or charge: a trillion.
const MAX_AMOUNT: i64 = 1_000_000_000_000;

/// An amount in cents, neither negative nor implausibly large.
pub(super) fn cents(object: &Object<'_>, field: &str) -> Result<Amount> {
    cents_or_null(object, field)?.ok_or_else(|| object.wrong(field, "is missing"))
}

pub(super) fn cents_or_null(object: &Object<'_>, field: &str) -> Result<Option<Amount>> {
    object
        .count_or_null(field)?
        .map(|cents| amount(object, field, i128::from(cents), 2))
        .transpose()
}

/// An amount in units of 10^-8.
pub(in crate::fluence) fn base_units(object: &Object<'_>, field: &str) -> Result<Amount> {
    amount(object, field, i128::from(object.count(field)?), 8)
}

fn amount(object: &Object<'_>, field: &str, units: i128, scale: u8) -> Result<Amount> {
    possible(object, field, Amount::new(units, scale, Currency::usdc())?)
}

pub(super) fn decimal(object: &Object<'_>, field: &str) -> Result<Amount> {
    let text = object.raw_text(field)?;
    let amount = Amount::parse_decimal(&text, Currency::usdc())
        .map_err(|_| object.wrong(field, "is not an amount"))?;
    possible(object, field, amount)
}

fn possible(object: &Object<'_>, field: &str, amount: Amount) -> Result<Amount> {
    let largest = Amount::new(i128::from(MAX_AMOUNT), 0, Currency::usdc())?;
    let fits = amount
        .compare(&largest)
        .is_some_and(std::cmp::Ordering::is_le);
    if amount.is_negative() || !fits {
        return Err(object.wrong(field, "is not an amount that can be"));
    }
    Ok(amount)
}
