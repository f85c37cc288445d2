//! Matches JSON-RPC results to calls by id, by hand: what [`super::rpc_response`] is compared with.

use super::fault::Fault;
use super::rpc_calls::CallResult;
use super::rpc_error::RpcError;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;

/// The results of `count` calls in the order of the calls, in whatever order they came.
///
/// # Errors
/// [`Fault::Malformed`]; [`Fault::ErrorResponse`] if one error answers the whole batch.
pub(super) fn decode_batch(
    body: &[u8],
    first: u64,
    count: usize,
) -> Result<Vec<CallResult>, Fault> {
    let is_batch = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let responses: Vec<Response<'_>> = if is_batch {
        serde_json::from_slice(body).map_err(|_| NOT_JSON_RPC)?
    } else {
        vec![serde_json::from_slice(body).map_err(|_| NOT_JSON_RPC)?]
    };
    if !is_batch {
        // An error about the whole request may lack the id.
        if let [only] = responses.as_slice()
            && let Some(error) = only.error()
        {
            return Err(Fault::ErrorResponse(error));
        }
        if count != 1 {
            return Err(NO_BATCH);
        }
    }
    let mut results: Vec<Option<CallResult>> =
        std::iter::repeat_with(|| None).take(count).collect();
    for response in responses {
        let slot = response
            .id()
            .and_then(|id| usize::try_from(id.checked_sub(first)?).ok())
            .and_then(|index| results.get_mut(index));
        let Some(slot) = slot else {
            // In a list too, an error without one of our ids is about the whole request.
            return Err(match response.error() {
                Some(error) if response.id().is_none() => Fault::ErrorResponse(error),
                Some(_) | None => Fault::Malformed("an answer to another question"),
            });
        };
        if slot.replace(response.into_call_result()?).is_some() {
            return Err(Fault::Malformed("a question answered twice"));
        }
    }
    results
        .into_iter()
        .collect::<Option<_>>()
        .ok_or(Fault::Malformed("a question without an answer"))
}

const NOT_JSON_RPC: Fault = Fault::Malformed("not JSON-RPC");
/// A single result for a batch: the server does not support batches.
pub(super) const NO_BATCH: Fault = Fault::Malformed("one answer to several questions");

/// A response as it came. Some hosts leave out the version, above all in errors, and some gateways write an error
/// without the object around it. Nothing else out of form is read as a result.
#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    jsonrpc: Option<Cow<'a, str>>,
    id: Option<Value>,
    /// `null` is a valid result; only an absent field means that there is none.
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    error: Option<Value>,
    code: Option<Value>,
    message: Option<Value>,
}

impl Response<'_> {
    fn id(&self) -> Option<u64> {
        self.id.as_ref().and_then(Value::as_u64)
    }

    fn error(&self) -> Option<RpcError> {
        if let Some(error) = &self.error {
            return RpcError::read(error);
        }
        if self.result.is_some() || (self.message.is_none() && self.code.is_none()) {
            return None;
        }
        RpcError::read(&json!({"code": self.code, "message": self.message}))
    }

    fn into_call_result(self) -> Result<CallResult, Fault> {
        if self
            .jsonrpc
            .as_deref()
            .is_some_and(|version| version != "2.0")
        {
            return Err(NOT_JSON_RPC);
        }
        match (self.error(), self.result) {
            (Some(error), _) => Ok(Err(Fault::ErrorResponse(error))),
            (None, Some(result)) => Ok(Ok(result.to_owned())),
            (None, None) => Err(NOT_JSON_RPC),
        }
    }
}

fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}
