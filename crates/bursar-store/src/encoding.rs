//! How values are stored in columns: amounts as exact decimal text, enums without fields by their serialized name,
//! other values that are not searched as JSON. A value that cannot be decoded means that the file is damaged.

use super::error::{StoreError, StoreResult};
use bursar_domain::error::{Code, Error, InternalDetail};
use bursar_domain::money::{Amount, Currency};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) fn parse_amount(decimal: &str, currency: &str) -> StoreResult<Amount> {
    Currency::new(currency)
        .and_then(|currency| Amount::parse_decimal(decimal, currency))
        .map_err(|_| StoreError::Corrupt("an amount cannot be read."))
}

/// The serialized name of an enum without fields.
pub(super) fn enum_name(value: &impl Serialize) -> StoreResult<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(enum_name)) => Ok(enum_name),
        Ok(_) | Err(_) => Err(unencodable()),
    }
}

pub(super) fn parse_enum_name<T: DeserializeOwned>(enum_name: String) -> StoreResult<T> {
    serde_json::from_value(serde_json::Value::String(enum_name))
        .map_err(|_| StoreError::Corrupt("a word cannot be read."))
}

pub(super) fn to_json(value: &impl Serialize) -> StoreResult<String> {
    serde_json::to_string(value).map_err(|_| unencodable())
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt("a record cannot be read."))
}

fn unencodable() -> StoreError {
    StoreError::Coded(Error::new(
        Code::Internal,
        InternalDetail::step("encode a record"),
    ))
}
