//! What a JSON-RPC error means. Nodes and hosts report the same problem with different codes and texts, so one table
//! reads the meaning from code, text and HTTP status. The server's own text ends here: it may repeat a key from its
//! address, so nothing that is stored, logged or shown contains it.

mod stated_limits;

use bursar_domain::clock::Span;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stated_limits::{stated_blocks, stated_calls, stated_wait};

/// A JSON-RPC error without the server's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RpcError {
    /// 0 if the server gives none.
    pub(super) code: i64,
    pub(super) kind: RpcErrorKind,
    /// How long the server asks not to be called, if it says so.
    pub(super) retry_after: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum RpcErrorKind {
    /// Too many requests, or a used-up quota. Asking for less does not help.
    RateLimited,
    /// Too many calls in one request; `calls` is how many it takes, if it says so.
    BatchTooLarge {
        calls: Option<usize>,
    },
    /// The answer would be too long or span too many blocks; `blocks` is how many it takes, if it says so.
    RangeTooLarge {
        blocks: Option<u64>,
    },
    /// Some limit was exceeded; it is unknown which.
    LimitExceeded,
    /// Old blocks, logs or states have been deleted.
    Pruned,
    /// The range ends above the node's newest block.
    AboveHead,
    /// The node does not have that block: it is too new, or too old.
    UnknownBlock,
    /// The node gave up on the query.
    TimedOut,
    NotAllowed,
    UnsupportedMethod,
    /// The node itself is broken: the same query fails at any length.
    NodeFailure,
    Other,
}

impl RpcError {
    /// Reads an error object, or what stands in its place. `None` if there is no error.
    pub(super) fn read(error: &Value) -> Option<Self> {
        if error.is_null() {
            return None;
        }
        let (code, message, data) = match error.as_object() {
            Some(fields) => (
                fields.get("code").map_or(0, code_of),
                fields.get("message"),
                fields.get("data"),
            ),
            None => (0, Some(error), None),
        };
        let mut message = message.map(text_of).unwrap_or_default();
        if let Some(data) = data {
            message.push(' ');
            message.push_str(&text_of(data));
        }
        let message = normalize(&message);
        let kind = classify(code, &message);
        let retry_after = if kind == RpcErrorKind::RateLimited {
            data.and_then(retry_seconds_in)
                .or_else(|| stated_wait(&message))
        } else {
            None
        };
        Some(Self {
            code,
            kind,
            retry_after,
        })
    }

    /// The same error as it came with an HTTP status.
    pub(super) fn with_status(self, status: u16, retry_after: Option<Span>) -> Self {
        let kind = match (self.kind, status) {
            (_, 429) => RpcErrorKind::RateLimited,
            (RpcErrorKind::Other | RpcErrorKind::LimitExceeded, 413) => {
                RpcErrorKind::RangeTooLarge { blocks: None }
            }
            (RpcErrorKind::Other, 408 | 504 | 524) => RpcErrorKind::TimedOut,
            (RpcErrorKind::Other, 401 | 403) => RpcErrorKind::NotAllowed,
            (RpcErrorKind::Other, 402) => RpcErrorKind::RateLimited,
            (kind, _) => kind,
        };
        Self {
            kind,
            retry_after: retry_after.or(self.retry_after),
            ..self
        }
    }
}

/// A longer text adds nothing.
const MAX_MESSAGE_CHARS: usize = 2_000;

/// Lower case, single spaces.
fn normalize(text: &str) -> String {
    let short: String = text.chars().take(MAX_MESSAGE_CHARS).collect();
    let small = short
        .to_ascii_lowercase()
        .replace(['_', '-', '`', '\''], " ");
    small.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn code_of(code: &Value) -> i64 {
    match code {
        Value::Number(number) => number.as_i64().unwrap_or(0),
        Value::String(text) => text.trim().parse().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => 0,
    }
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// The wait that some hosts put beside the text, in whole seconds.
fn retry_seconds_in(data: &Value) -> Option<Span> {
    [
        "/rate/backoff_seconds",
        "/backoff_seconds",
        "/retry_after",
        "/retryAfter",
    ]
    .into_iter()
    .find_map(|path| data.pointer(path)?.as_u64())
    .and_then(|seconds| u32::try_from(seconds).ok())
    .map(|seconds| Span::seconds(i64::from(seconds)).min(Span::hours(1)))
}

fn classify(code: i64, message: &str) -> RpcErrorKind {
    let by_message = MESSAGE_PATTERNS
        .iter()
        .find(|(_, rows)| {
            rows.iter()
                .any(|row| row.iter().all(|part| message.contains(part)))
        })
        .map(|(kind, _)| *kind);
    let kind = by_message.unwrap_or_else(|| kind_by_code(code));
    if kind == RANGE {
        RpcErrorKind::RangeTooLarge {
            blocks: stated_blocks(message),
        }
    } else if kind == BATCH {
        RpcErrorKind::BatchTooLarge {
            calls: stated_calls(message),
        }
    } else {
        kind
    }
}

/// The meaning of a code if the text has none.
fn kind_by_code(code: i64) -> RpcErrorKind {
    match code {
        429 | -32097 | -32090 | -32029 | -32016 | -32007 => RpcErrorKind::RateLimited,
        35 | -32614 | -32008 => RANGE,
        4444 => RpcErrorKind::Pruned,
        -32005 => RpcErrorKind::LimitExceeded,
        -32601 => RpcErrorKind::UnsupportedMethod,
        -39001 => RpcErrorKind::UnknownBlock,
        _ => RpcErrorKind::Other,
    }
}

const RANGE: RpcErrorKind = RpcErrorKind::RangeTooLarge { blocks: None };
const BATCH: RpcErrorKind = RpcErrorKind::BatchTooLarge { calls: None };

/// Meanings in the order in which they are tried. A row matches a text that contains all of its parts. Texts are in
/// lower case, with spaces for hyphens and underscores.
const MESSAGE_PATTERNS: &[(RpcErrorKind, &[&[&str]])] = &[
    (
        RpcErrorKind::RateLimited,
        &[
            &["rate limit"],
            &["ratelimit"],
            &["rate exceeded"],
            &["request rate"],
            &["too many request"],
            &["too many connection"],
            &["too many concurrent"],
            &["too many call"],
            &["request limit"],
            &["requests limit"],
            &["request count"],
            &["requests per"],
            &["requests limited to"],
            &["per second"],
            &["per minute"],
            &["compute unit"],
            &["capacity"],
            &["throughput"],
            &["throttl"],
            &["quota"],
            &["daily limit"],
            &["monthly limit"],
            &["usage limit"],
            &["rps limit"],
            &["out of credits"],
            &["credit", "exceed"],
            &["slow down"],
            &["backoff seconds"],
        ],
    ),
    (
        BATCH,
        &[
            &["batch", "too"],
            &["batch", "limit"],
            &["batch", "exceed"],
            &["batch", "max"],
            &["batch", "more than"],
            &["batch", "not support"],
            &["batch", "unsupported"],
            &["batch", "not allowed"],
            &["batch", "disabled"],
            &["no batch"],
        ],
    ),
    (
        RpcErrorKind::Pruned,
        &[
            &["pruned"],
            &["pruning"],
            &["missing trie node"],
            &["archive"],
            &["state", "not available"],
            &["state", "unavailable"],
            &["state", "discarded"],
            &["no state"],
            &["histor", "not available"],
            &["histor", "unavailable"],
            &["histor", "expired"],
            &["data before", "not available"],
            &["receipts", "not available"],
            &["receipts", "unavailable"],
            &["proof window"],
            &["lowest height"],
            &["lowest block"],
            &["earliest available"],
            &["earliest block"],
            &["oldest available"],
            &["oldest block"],
        ],
    ),
    (
        RpcErrorKind::AboveHead,
        &[
            &["beyond", "head"],
            &["beyond", "latest"],
            &["above", "head"],
            &["in the future"],
            &["future block"],
            &["greater than latest"],
            &["greater than the latest"],
            &["higher than latest"],
            &["after latest"],
            &["after last accepted"],
            &["ahead of", "head"],
            &["not yet available"],
            &["available yet"],
            &["unfinalized"],
        ],
    ),
    (
        RANGE,
        &[
            &["block range"],
            &["blocks range"],
            &["range", "too"],
            &["range", "limit"],
            &["range", "exceed"],
            &["range", "max"],
            &["range", "allowed"],
            &["ranges over"],
            &["limited to", "range"],
            &["limited to", "block"],
            &["too many block"],
            &["too many result"],
            &["too many log"],
            &["too many event"],
            &["number of", "block", "exceed"],
            &["number of", "log", "exceed"],
            &["at most", "block"],
            &["maximum", "block"],
            &["max", "blocks"],
            &["more than", "result"],
            &["more than", "log"],
            &["more than", "block"],
            &["more than", "event"],
            &["exceed", "result"],
            &["exceed", "log"],
            &["exceed", "blocks"],
            &["limit of", "log"],
            &["limit", "block range"],
            &["response size"],
            &["response", "too large"],
            &["response", "too big"],
            &["response", "exceed"],
            &["result", "too large"],
            &["result", "too big"],
            &["result set"],
            &["body", "too large"],
            &["entity too large"],
            &["query exceeds"],
        ],
    ),
    (
        RpcErrorKind::TimedOut,
        &[
            &["timeout"],
            &["timed out"],
            &["time out"],
            &["deadline exceeded"],
            &["took too long"],
            &["taking too long"],
        ],
    ),
    (
        RpcErrorKind::LimitExceeded,
        &[
            &["limit exceeded"],
            &["exceeds defined limit"],
            &["exceeds the limit"],
        ],
    ),
    (
        RpcErrorKind::NotAllowed,
        &[
            &["unauthorized"],
            &["unauthenticated"],
            &["authenticat"],
            &["api key"],
            &["apikey"],
            &["project id"],
            &["access denied"],
            &["forbidden"],
            &["permission"],
        ],
    ),
    (
        RpcErrorKind::NodeFailure,
        &[
            &["disk"],
            &["database"],
            &["leveldb"],
            &["i/o error"],
            &["corrupt"],
            &["out of memory"],
            &["no space left"],
        ],
    ),
    (
        RpcErrorKind::UnknownBlock,
        &[
            &["header not found"],
            &["header for hash not found"],
            &["block not found"],
            &["block", "not found"],
            &["unknown block"],
            &["block", "be found"],
            &["could not find block"],
            &["cannot find block"],
            &["no block"],
            &["block", "not available"],
            &["block", "unavailable"],
            &["height", "not available"],
        ],
    ),
    (
        RpcErrorKind::UnsupportedMethod,
        &[
            &["method", "not found"],
            &["method", "not supported"],
            &["method", "not available"],
            &["method", "unavailable"],
            &["method", "does not exist"],
            &["method", "whitelisted"],
            &["method", "disabled"],
            &["unsupported method"],
        ],
    ),
];

#[cfg(test)]
mod tests;
