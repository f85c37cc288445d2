//! JSON-RPC 2.0 as pure functions: encodes calls as one request body and matches results to calls by id. A batch with a
//! missing, repeated or unknown id is rejected as a whole. [`super::rpc_connection`] sends the requests.

use super::fault::Fault;
use super::rpc_calls::{Call, CallResult};
use super::rpc_error::RpcError;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;

/// Encodes calls as the body of one request, with ids from `first` on. A single call is not sent as a batch.
pub(super) fn encode_batch(calls: &[Call], first: u64) -> Vec<u8> {
    let mut written: Vec<Value> = (first..)
        .zip(calls)
        .map(|(id, call)| json!({"jsonrpc": "2.0", "id": id, "method": call.method, "params": call.params}))
        .collect();
    let body = match written.pop() {
        Some(only) if written.is_empty() => only,
        Some(last) => {
            written.push(last);
            Value::Array(written)
        }
        None => Value::Array(written),
    };
    body.to_string().into_bytes()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(body: &str, count: usize) -> Result<Vec<Result<String, Fault>>, Fault> {
        let results = decode_batch(body.as_bytes(), 7, count)?;
        Ok(results
            .into_iter()
            .map(|result| result.map(|raw| raw.get().to_owned()))
            .collect())
    }

    #[test]
    fn single_call_is_not_sent_as_batch() {
        let call = Call::new("eth_chainId", json!([]));
        let one = String::from_utf8(encode_batch(std::slice::from_ref(&call), 7)).unwrap();
        assert_eq!(
            one,
            r#"{"id":7,"jsonrpc":"2.0","method":"eth_chainId","params":[]}"#
        );
        let two = String::from_utf8(encode_batch(&[call.clone(), call], 7)).unwrap();
        assert!(two.starts_with('[') && two.contains(r#""id":7"#) && two.contains(r#""id":8"#));
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
    fn keeps_numbers_of_thirty_digits() {
        let body = r#"{"jsonrpc":"2.0","id":7,"result":123456789012345678901234567890}"#;
        assert_eq!(
            texts(body, 1).unwrap(),
            [Ok("123456789012345678901234567890".to_owned())]
        );
    }
}
