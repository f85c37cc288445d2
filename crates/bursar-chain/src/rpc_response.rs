//! Reads the response to JSON-RPC calls more strictly than alloy, which ignores foreign ids, and more leniently, because
//! some hosts leave out the version or write errors in other forms. A batch with a missing, repeated or foreign id is
//! rejected as a whole. Of an error only its meaning is kept ([`RpcError`]). Pure functions.

use super::fault::Fault;
use super::rpc_error::RpcError;
use alloy::rpc::json_rpc::{ErrorPayload, Id, Response, ResponsePayload};
use bursar_domain::clock::Span;
use serde::{Deserialize, Deserializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use std::borrow::Cow;

pub(super) const NOT_JSON_RPC: Fault = Fault::Malformed("not JSON-RPC");
/// A single answer to a batch: the server does not support batches.
pub(super) const NO_BATCH: Fault = Fault::Malformed("one answer to several questions");

/// The responses to the calls with these ids, in the order of the ids. `retry_after` is the wait that the HTTP header
/// asks for.
///
/// # Errors
/// [`Fault::Malformed`]; [`Fault::ErrorResponse`] if one error answers the whole batch.
pub(super) fn read_responses(
    body: &[u8],
    ids: &[u64],
    retry_after: Option<Span>,
) -> Result<Vec<Response>, Fault> {
    let is_batch = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let answers: Vec<Answer<'_>> = if is_batch {
        serde_json::from_slice(body)
    } else {
        serde_json::from_slice(body).map(|only| vec![only])
    }
    .map_err(|_| NOT_JSON_RPC)?;
    let mut responses: Vec<Option<Response>> = vec![None; ids.len()];
    for answer in answers {
        let id = answer.id.as_ref().and_then(Value::as_u64);
        let error = answer.error();
        match error {
            // An error about the whole request may lack the id, and one outside a list always is about it.
            Some(error) if !is_batch || id.is_none() => return Err(Fault::ErrorResponse(error)),
            _ if !is_batch && ids.len() != 1 => return Err(NO_BATCH),
            error => {
                let place = ids.iter().position(|asked| Some(*asked) == id);
                let slot = place.and_then(|place| responses.get_mut(place));
                let (Some(slot), Some(id)) = (slot, id) else {
                    return Err(Fault::Malformed("an answer to another question"));
                };
                let payload = answer.payload(error, retry_after)?;
                if slot
                    .replace(Response {
                        id: Id::Number(id),
                        payload,
                    })
                    .is_some()
                {
                    return Err(Fault::Malformed("a question answered twice"));
                }
            }
        }
    }
    responses
        .into_iter()
        .collect::<Option<_>>()
        .ok_or(Fault::Malformed("a question without an answer"))
}

/// An error as alloy carries it: without the server's text.
pub(super) fn failure(error: &RpcError) -> ResponsePayload {
    ResponsePayload::Failure(ErrorPayload {
        code: error.code,
        message: Cow::Borrowed(""),
        data: to_raw_value(error).ok(),
    })
}

/// A response as it came. Nothing that is out of form in another way is read as a result.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    jsonrpc: Option<Cow<'a, str>>,
    id: Option<Value>,
    /// `null` is a valid result; only an absent field means that there is none.
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    error: Option<Value>,
    /// Some gateways write an error without the object around it.
    code: Option<Value>,
    message: Option<Value>,
}

impl Answer<'_> {
    fn error(&self) -> Option<RpcError> {
        if let Some(error) = &self.error {
            return RpcError::read(error);
        }
        if self.result.is_some() || (self.message.is_none() && self.code.is_none()) {
            return None;
        }
        RpcError::read(&json!({"code": self.code, "message": self.message}))
    }

    fn payload(
        &self,
        error: Option<RpcError>,
        retry_after: Option<Span>,
    ) -> Result<ResponsePayload, Fault> {
        if self
            .jsonrpc
            .as_deref()
            .is_some_and(|version| version != "2.0")
        {
            return Err(NOT_JSON_RPC);
        }
        match (error, self.result) {
            (Some(error), _) => Ok(failure(&error.with_status(200, retry_after))),
            (None, Some(result)) => Ok(ResponsePayload::Success(result.to_owned())),
            (None, None) => Err(NOT_JSON_RPC),
        }
    }
}

fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}
