//! How values stand in a column: amounts as exact decimal text, enums without fields by their name on the
//! wire, everything else that is not searched as JSON. What cannot be read back is damage.

use super::failure::{Failure, Inner};
use bursar_domain::error::{Code, Error};
use bursar_domain::money::{Amount, Currency};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) fn amount(decimal: &str, currency: &str) -> Inner<Amount> {
    Currency::new(currency)
        .and_then(|currency| Amount::parse_decimal(decimal, currency))
        .map_err(|_| Failure::Unreadable("an amount cannot be read."))
}

/// The name that an enum without fields has on the wire.
pub(super) fn word(value: &impl Serialize) -> Inner<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(_) | Err(_) => Err(not_written()),
    }
}

pub(super) fn from_word<T: DeserializeOwned>(word: String) -> Inner<T> {
    serde_json::from_value(serde_json::Value::String(word))
        .map_err(|_| Failure::Unreadable("a word cannot be read."))
}

pub(super) fn to_json(value: &impl Serialize) -> Inner<String> {
    serde_json::to_string(value).map_err(|_| not_written())
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Inner<T> {
    serde_json::from_str(text).map_err(|_| Failure::Unreadable("a record cannot be read."))
}

fn not_written() -> Failure {
    Failure::Coded(Error::new(
        Code::Internal,
        "A record cannot be put into words.",
    ))
}
