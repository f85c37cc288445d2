//! Amounts, as integers in cents or in units of 10^-8, or as decimal strings.

use crate::response_fields::Object;
use bursar_domain::error::{FieldFault, Result};
use bursar_domain::money::{Amount, Currency};

/// The largest plausible balance, payment or charge: a trillion.
const MAX_AMOUNT: i64 = 1_000_000_000_000;

/// An amount in cents, neither negative nor implausibly large.
pub(super) fn cents(object: &Object<'_>, field: &str, unit: &Currency) -> Result<Amount> {
    cents_or_null(object, field, unit)?.ok_or_else(|| object.wrong(field, FieldFault::Missing))
}

pub(super) fn cents_or_null(
    object: &Object<'_>,
    field: &str,
    unit: &Currency,
) -> Result<Option<Amount>> {
    object
        .count_or_null(field)?
        .map(|cents| amount(object, field, i128::from(cents), 2, unit))
        .transpose()
}

/// An amount in units of 10^-8.
pub(in crate::fluence) fn base_units(
    object: &Object<'_>,
    field: &str,
    unit: &Currency,
) -> Result<Amount> {
    amount(object, field, i128::from(object.count(field)?), 8, unit)
}

fn amount(
    object: &Object<'_>,
    field: &str,
    units: i128,
    scale: u8,
    unit: &Currency,
) -> Result<Amount> {
    not_negative(object, field, Amount::new(units, scale, unit.clone())?)
}

/// A decimal string, not negative.
pub(super) fn decimal(object: &Object<'_>, field: &str, unit: &Currency) -> Result<Amount> {
    not_negative(object, field, signed_decimal(object, field, unit)?)
}

/// A decimal string that may be negative.
pub(super) fn signed_decimal(object: &Object<'_>, field: &str, unit: &Currency) -> Result<Amount> {
    let text = object.raw_text(field)?;
    let amount = Amount::parse_decimal(&text, unit.clone())
        .map_err(|_| object.wrong(field, FieldFault::NotAmount))?;
    possible(object, field, amount)
}

fn not_negative(object: &Object<'_>, field: &str, amount: Amount) -> Result<Amount> {
    if amount.is_negative() {
        return Err(object.wrong(field, FieldFault::NotAmount));
    }
    possible(object, field, amount)
}

fn possible(object: &Object<'_>, field: &str, amount: Amount) -> Result<Amount> {
    let largest = Amount::new(i128::from(MAX_AMOUNT), 0, amount.currency().clone())?;
    let fits = amount
        .checked_abs()
        .and_then(|size| size.compare(&largest))
        .is_some_and(std::cmp::Ordering::is_le);
    if !fits {
        return Err(object.wrong(field, FieldFault::NotAmount));
    }
    Ok(amount)
}
