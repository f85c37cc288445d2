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

#[cfg(test)]
mod tests {
    use super::super::rpc_calls::fault;
    use super::*;
    use alloy::rpc::json_rpc::transform_response;

    fn texts(body: &str, count: usize) -> Result<Vec<Result<String, Fault>>, Fault> {
        let ids: Vec<u64> = (7..).take(count).collect();
        let responses = read_responses(body.as_bytes(), &ids, None)?;
        let results = responses.into_iter().map(|response| {
            let result = transform_response(response).map_err(fault)?;
            Ok(RawValue::get(&result).to_owned())
        });
        Ok(results.collect())
    }

    #[test]
    fn matches_results_to_calls_by_id() {
        let body = r#" [{"jsonrpc":"2.0","id":8,"error":{"code":-32000,"message":"no"}},
                       {"jsonrpc":"2.0","id":7,"result":null}]"#;
        assert_eq!(
            texts(body, 2).unwrap(),
            [Ok("null".to_owned()), Err(refused(-32000, "no"))]
        );
    }

    fn refused(code: i64, message: &str) -> Fault {
        let error = json!({"code": code, "message": message});
        Fault::ErrorResponse(RpcError::read(&error).unwrap())
    }

    #[test]
    fn rejects_wrong_ids() {
        let answer = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":"0x1"}}"#);
        for ids in [
            &["7"][..],
            &["7", "7"],
            &["7", "9"],
            &["7", "8", "8"],
            &["7", "8", "9"],
            &["7", "6"],
            &["7", "\"8\""],
            &["7", "8.0"],
            &["7", "null"],
            &["7", "-1"],
        ] {
            let body = format!(
                "[{}]",
                ids.iter()
                    .map(|id| answer(id))
                    .collect::<Vec<_>>()
                    .join(",")
            );
            assert!(
                matches!(texts(&body, 2), Err(Fault::Malformed(_))),
                "{body}"
            );
        }
        assert!(matches!(texts(&answer("8"), 1), Err(Fault::Malformed(_))));
        assert!(matches!(texts(&answer("7"), 2), Err(Fault::Malformed(_))));
        assert!(texts(&format!("[{}]", answer("7")), 1).is_ok());
    }

    #[test]
    fn rejects_what_is_not_json_rpc() {
        let deep = "[".repeat(10_000);
        for body in [
            "",
            "[]",
            "{}",
            "<html>",
            "null",
            &deep,
            r#"{"jsonrpc":"1.0","id":7,"result":1}"#,
            r#"{"jsonrpc":"2.0","id":7}"#,
            r#"{"jsonrpc":"2.0","id":7,"result":1,"result":2}"#,
            r#"{"jsonrpc":"2.0","id":7,"result":1} trailing"#,
            "[1]",
            "\u{feff}{}",
        ] {
            assert!(
                matches!(texts(body, 1), Err(Fault::Malformed(_))),
                "{body:.40}"
            );
        }
    }

    #[test]
    fn reads_one_error_for_whole_batch() {
        let body = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}"#;
        assert_eq!(texts(body, 3), Err(refused(-32600, "no batches")));
    }

    #[test]
    fn accepts_response_without_version() {
        assert_eq!(
            texts(r#"{"id":7,"result":"0x1","error":null}"#, 1),
            Ok(vec![Ok(r#""0x1""#.to_owned())])
        );
        let limit = refused(-32005, "rate limit exceeded");
        for body in [
            r#"{"id":7,"error":{"code":-32005,"message":"rate limit exceeded"}}"#,
            r#"{"error":{"code":-32005,"message":"rate limit exceeded"}}"#,
            r#"{"id":"1709215671619515648","error":{"code":"-32005","message":"rate limit exceeded"}}"#,
            r#"[{"id":"1709215671619515648","error":{"code":-32005,"message":"rate limit exceeded"}}]"#,
            r#"[{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"rate limit exceeded"}}]"#,
            r#"{"code":-32005,"message":"rate limit exceeded"}"#,
        ] {
            for count in [1, 3] {
                assert_eq!(texts(body, count), Err(limit.clone()), "{body}");
            }
        }
        for body in [
            r#"{"message":"Too Many Requests"}"#,
            r#"{"error":"too many requests"}"#,
            r#"{"jsonrpc":"2.0","id":7,"result":null,"error":{"message":"too many requests"}}"#,
        ] {
            assert_eq!(
                texts(body, 1),
                Err(refused(0, "too many requests")),
                "{body}"
            );
        }
    }

    #[test]
    fn result_that_looks_like_an_error_is_a_result() {
        for (body, result) in [
            (
                r#"{"id":7,"result":{"code":1,"message":"x"}}"#,
                r#"{"code":1,"message":"x"}"#,
            ),
            (r#"{"id":7,"result":1,"code":5,"message":"beside"}"#, "1"),
        ] {
            assert_eq!(texts(body, 1), Ok(vec![Ok(result.to_owned())]), "{body}");
        }
    }

    #[test]
    fn keeps_no_text_of_a_server() {
        let body = br#"{"id":7,"error":{"code":4444,"message":"canary","data":"canary"}}"#;
        let ids = [7, 8];
        for body in [
            &body[..],
            &[b"[", &body[..], b",{\"id\":8,\"result\":1}]"].concat(),
        ] {
            let read = read_responses(body, &ids, None);
            assert!(!format!("{read:?}").contains("canary"), "{read:?}");
        }
    }

    #[test]
    fn keeps_numbers_of_thirty_digits() {
        let body = r#"{"jsonrpc":"2.0","id":7,"result":123456789012345678901234567890}"#;
        assert_eq!(
            texts(body, 1).unwrap(),
            [Ok("123456789012345678901234567890".to_owned())]
        );
    }
}
