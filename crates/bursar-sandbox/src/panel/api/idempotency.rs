//! Idempotency: the key that a client sends with each intent, and the object created for it.

use axum::http::HeaderMap;
use serde_json::Value;

use super::problem::{Code, Problem};
use crate::panel::state::Account;

pub(super) fn key(headers: &HeaderMap) -> Result<String, Problem> {
    headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok())
        .filter(|key| {
            (16..=128).contains(&key.len())
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        })
        .map(str::to_owned)
        .ok_or_else(|| {
            Problem::new(
                Code::IdempotencyKeyMissing,
                "This operation requires an Idempotency-Key of 16 to 128 characters.",
            )
        })
}

/// The id of the object that was created for this key, if any. The same key with another body is an error.
pub(super) fn find(
    account: &Account,
    operation: &'static str,
    key: &str,
    body: &Value,
) -> Result<Option<String>, Problem> {
    match account.idempotent_results.get(&(operation, key.to_owned())) {
        None => Ok(None),
        Some((earlier_body, id)) if earlier_body == body => Ok(Some(id.clone())),
        Some(_) => Err(Problem::new(
            Code::IdempotencyKeyReused,
            "This key has already been used with another body. Nothing was created.",
        )),
    }
}

pub(super) fn record(
    account: &mut Account,
    operation: &'static str,
    key: String,
    body: Value,
    id: &str,
) {
    account
        .idempotent_results
        .insert((operation, key), (body, id.to_owned()));
}
