//! Amounts of money in the account's currency.

use crate::response_fields::Object;
use bursar_domain::error::{Error, FieldFault, ResponseObject, Result};
use bursar_domain::money::{Amount, Currency};

/// Every balance, payment and charge is smaller than this amount.
const MAX_AMOUNT: i128 = 1_000_000_000_000;

/// The currency and the decimals of all amounts of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::panel) struct Unit {
    pub(in crate::panel) currency: Currency,
    pub(in crate::panel) decimals: u8,
}

impl Unit {
    pub(in crate::panel) fn money(&self, object: &Object<'_>, field: &str) -> Result<Amount> {
        self.money_or_null(object, field)?
            .ok_or_else(|| object.wrong(field, FieldFault::Missing))
    }

    pub(super) fn money_or_null(&self, object: &Object<'_>, field: &str) -> Result<Option<Amount>> {
        let Some(money) = object.object_or_null(field, ResponseObject::Amount)? else {
            return Ok(None);
        };
        self.judge(&money, |why| object.wrong(field, why)).map(Some)
    }

    /// Reads an amount that is an item of a list.
    pub(in crate::panel) fn read(&self, money: &Object<'_>) -> Result<Amount> {
        self.judge(money, |why| money.wrong("amount", why))
    }

    fn judge(&self, money: &Object<'_>, wrong: impl Fn(FieldFault) -> Error) -> Result<Amount> {
        let currency = money.raw_text("currency")?;
        if currency != self.currency.as_str() {
            return Err(wrong(FieldFault::OtherCurrency));
        }
        let amount = Amount::parse_decimal(&money.raw_text("amount")?, self.currency.clone())
            .map_err(|_| wrong(FieldFault::NotAmount))?;
        if amount.is_negative() {
            return Err(wrong(FieldFault::Negative));
        }
        if amount.scale() != self.decimals {
            return Err(wrong(FieldFault::WrongDecimals));
        }
        let largest = Amount::new(MAX_AMOUNT, 0, self.currency.clone())?;
        if amount.compare(&largest) != Some(std::cmp::Ordering::Less) {
            return Err(wrong(FieldFault::TooLarge));
        }
        Ok(amount)
    }
}

/// Reads an amount in any currency, for display only.
pub(in crate::panel) fn money_of_any(money: &Object<'_>) -> Result<Amount> {
    let currency = Currency::new(&money.raw_text("currency")?)?;
    Amount::parse_decimal(&money.raw_text("amount")?, currency)
}
