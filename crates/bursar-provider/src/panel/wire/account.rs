//! The account: its user, its currency and its balance.

use super::id;
use super::money::Unit;
use crate::response_fields::{Object, UnreadableParts};
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::error::{FieldFault, ResponseObject, Result};
use bursar_domain::key_owner::KeyOwner;
use bursar_domain::money::Currency;

/// An account as the panel describes it. A field that cannot be read affects only the parts that need it.
pub(in crate::panel) struct Account {
    pub(in crate::panel) key_owner: Result<KeyOwner>,
    pub(in crate::panel) unit: Result<Unit>,
    pub(in crate::panel) balance: Result<ApiBalance>,
    /// The other fields that could not be read.
    pub(in crate::panel) unreadable: UnreadableParts,
}

pub(in crate::panel) fn account(body: &[u8]) -> Result<Account> {
    let object = Object::parse(ResponseObject::Account, body)?;
    let mut unreadable = UnreadableParts::default();
    let unit = account_unit(&object);
    let balance = match &unit {
        Ok(unit) => account_balance(&object, unit, &mut unreadable),
        Err(error) => Err(error.clone()),
    };
    Ok(Account {
        key_owner: account_key_owner(&object),
        unit,
        balance,
        unreadable,
    })
}

fn account_unit(object: &Object<'_>) -> Result<Unit> {
    let currency = Currency::new(&object.raw_text("currency")?)
        .map_err(|_| object.wrong("currency", FieldFault::NotCurrency))?;
    let decimals = u8::try_from(object.count("currency_decimals")?)
        .ok()
        .filter(|decimals| *decimals <= 4)
        .ok_or_else(|| object.wrong("currency_decimals", FieldFault::TooLarge))?;
    Ok(Unit { currency, decimals })
}

fn account_balance(
    object: &Object<'_>,
    unit: &Unit,
    unreadable: &mut UnreadableParts,
) -> Result<ApiBalance> {
    let days_left = object.count_or_null("days_left").and_then(|days| {
        days.map(|days| {
            u32::try_from(days).map_err(|_| object.wrong("days_left", FieldFault::TooLarge))
        })
        .transpose()
    });
    Ok(ApiBalance {
        balance: unit.money(object, "balance")?,
        daily_usage: unreadable.take_or_null(unit.money_or_null(object, "daily_spend")),
        days_left: unreadable.take_or_null(days_left),
        owed: None,
        entitlements: Vec::new(),
    })
}

/// Only the id is required. Every other field may be missing.
fn account_key_owner(object: &Object<'_>) -> Result<KeyOwner> {
    let user_id = id(object, "id")?;
    let text_field = |field| {
        let text = object.text_or_null(field).ok().flatten();
        text.filter(|text| !text.is_empty())
    };
    Ok(KeyOwner {
        name: text_field("email")
            .or_else(|| text_field("name"))
            .unwrap_or_else(|| user_id.clone()),
        user_id,
        missing_scopes: Vec::new(),
        lists_scopes: false,
    })
}
