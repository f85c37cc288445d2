//! How an RPC proxy can fail or lie, and the rewriting of one JSON-RPC call and its answer that this takes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use alloy_primitives::hex;
use alloy_sol_types::SolCall;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rpc::{hex_quantity, quantity};
use crate::contracts::Balance;
use crate::faults::Edits;

/// The proxies by the names of the control API.
pub(crate) const NAMES: [&str; 6] = [
    "ethereum",
    "polygon",
    "fluence",
    "fluence-a",
    "fluence-b",
    "fluence-ws",
];

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub(crate) enum Mode {
    #[default]
    Ok,
    Refuse,
    Status {
        #[serde(default = "unavailable")]
        status: u16,
    },
    Error {
        #[serde(default = "server_error")]
        code: i64,
        #[serde(default = "server_error_text")]
        message: String,
        /// Only this one; all where left out.
        #[serde(default)]
        method: Option<String>,
    },
    Hang,
    Delay {
        ms: u64,
    },
    Garbage,
    ChainId {
        value: u64,
    },
    NoCode,
    Stale {
        /// Filled in when the mode is set.
        #[serde(default)]
        block: u64,
    },
    Balance {
        value: u64,
    },
    DropLogs,
    DuplicateLogs,
    LimitLogs {
        blocks: u64,
        #[serde(default = "too_many")]
        code: i64,
        #[serde(default = "too_many_text")]
        message: String,
    },
    /// Neither blocks nor logs below that block.
    Prune {
        below: u64,
    },
    /// The true answer with some of it changed.
    Edit {
        /// Only of this one; of all where left out.
        #[serde(default)]
        method: Option<String>,
        #[serde(flatten)]
        edits: Edits,
    },
}

fn too_many() -> i64 {
    -32005
}

fn too_many_text() -> String {
    "query returned too many results".to_owned()
}

fn unavailable() -> u16 {
    503
}

fn server_error() -> i64 {
    -32000
}

fn server_error_text() -> String {
    "upstream is not available".to_owned()
}

#[derive(Debug, Default)]
pub(crate) struct Proxies(Mutex<BTreeMap<&'static str, Mode>>);

impl Proxies {
    pub(crate) fn mode(&self, name: &str) -> Mode {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
            .unwrap_or_default()
    }

    /// False where there is no proxy of that name.
    pub(crate) fn set(&self, name: &str, mode: Mode) -> bool {
        let Some(name) = NAMES.into_iter().find(|known| *known == name) else {
            return false;
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, mode);
        true
    }

    pub(crate) fn to_json(&self) -> Value {
        NAMES
            .iter()
            .map(|name| ((*name).to_owned(), json!(self.mode(name))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

/// What to do with one call.
#[derive(Debug)]
pub(crate) enum Course {
    /// Pass it on, possibly changed, and rewrite the answer.
    Forward,
    /// Answer it without the chain.
    Answer(Value),
}

/// Changes a call on its way to the chain, or answers it.
pub(crate) fn outward(mode: &Mode, call: &mut Value) -> Course {
    let method = call
        .get("method")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    match mode {
        Mode::Error {
            code,
            message,
            method: only,
        } if is_meant(only.as_ref(), &method) => Course::Answer(failed(call, *code, message)),
        Mode::ChainId { value } if method == "eth_chainId" => {
            Course::Answer(result(call, hex_quantity(*value)))
        }
        Mode::ChainId { value } if method == "net_version" => {
            Course::Answer(result(call, value.to_string().into()))
        }
        Mode::NoCode if method == "eth_getCode" || method == "eth_call" => {
            Course::Answer(result(call, "0x".into()))
        }
        Mode::Stale { block } => {
            if method == "eth_blockNumber" {
                return Course::Answer(result(call, hex_quantity(*block)));
            }
            if asks_above(&method, call, *block) {
                let nothing = if method == "eth_getLogs" {
                    json!([])
                } else {
                    Value::Null
                };
                return Course::Answer(result(call, nothing));
            }
            pin(&method, call, *block);
            Course::Forward
        }
        Mode::LimitLogs {
            blocks,
            code,
            message,
        } if method == "eth_getLogs" && spans_more(call, *blocks) => {
            Course::Answer(failed(call, *code, message))
        }
        Mode::Prune { below } if method == "eth_getLogs" && starts_below(call, *below) => {
            Course::Answer(failed(call, 4444, "pruned history unavailable"))
        }
        Mode::Ok
        | Mode::Refuse
        | Mode::Status { .. }
        | Mode::Hang
        | Mode::Delay { .. }
        | Mode::Garbage
        | Mode::Error { .. }
        | Mode::ChainId { .. }
        | Mode::NoCode
        | Mode::Balance { .. }
        | Mode::DropLogs
        | Mode::DuplicateLogs
        | Mode::LimitLogs { .. }
        | Mode::Prune { .. }
        | Mode::Edit { .. } => Course::Forward,
    }
}

/// Changes an answer on its way back.
pub(crate) fn inward(mode: &Mode, call: &Value, answer: &mut Value) {
    let method = call
        .get("method")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if let Mode::Edit {
        method: only,
        edits,
    } = mode
    {
        if is_meant(only.as_ref(), method) {
            edits.apply(answer);
        }
        return;
    }
    let Some(result) = answer.get_mut("result") else {
        return;
    };
    match mode {
        Mode::Prune { below } => {
            let number = result.get("blockNumber").or_else(|| result.get("number"));
            let is_gone = number
                .and_then(|number| quantity(number).ok())
                .is_some_and(|number| number < *below);
            if is_gone {
                *result = Value::Null;
            }
        }
        Mode::Balance { value } if asks_balance(call) => {
            *result = Value::String(format!("0x{value:064x}"));
        }
        Mode::Stale { block } => {
            let number = result.get("blockNumber").or_else(|| result.get("number"));
            if number
                .and_then(|number| quantity(number).ok())
                .is_some_and(|number| number > *block)
            {
                *result = Value::Null;
            }
        }
        Mode::DropLogs if method == "eth_getLogs" => *result = json!([]),
        Mode::DuplicateLogs if method == "eth_getLogs" => {
            if let Some(logs) = result.as_array_mut() {
                *logs = logs
                    .iter()
                    .flat_map(|log| [log.clone(), log.clone()])
                    .collect();
            }
        }
        Mode::Ok
        | Mode::Refuse
        | Mode::Status { .. }
        | Mode::Error { .. }
        | Mode::Hang
        | Mode::Delay { .. }
        | Mode::Garbage
        | Mode::ChainId { .. }
        | Mode::NoCode
        | Mode::Balance { .. }
        | Mode::DropLogs
        | Mode::DuplicateLogs
        | Mode::LimitLogs { .. }
        | Mode::Edit { .. } => {}
    }
}

/// How often a subscription's message of that kind reaches the client.
pub(crate) fn copies(mode: &Mode, is_log: bool) -> usize {
    match mode {
        Mode::DropLogs if is_log => 0,
        Mode::Stale { .. } | Mode::Hang => 0,
        Mode::DuplicateLogs if is_log => 2,
        Mode::Ok
        | Mode::Refuse
        | Mode::Status { .. }
        | Mode::Error { .. }
        | Mode::Delay { .. }
        | Mode::Garbage
        | Mode::ChainId { .. }
        | Mode::NoCode
        | Mode::Balance { .. }
        | Mode::DropLogs
        | Mode::DuplicateLogs
        | Mode::LimitLogs { .. }
        | Mode::Prune { .. }
        | Mode::Edit { .. } => 1,
    }
}

fn is_meant(only: Option<&String>, method: &str) -> bool {
    only.is_none_or(|only| only == method)
}

fn starts_below(call: &Value, block: u64) -> bool {
    call.pointer("/params/0/fromBlock")
        .and_then(|value| quantity(value).ok())
        .is_none_or(|from| from < block)
}

fn result(call: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": call.get("id"), "result": result})
}

fn failed(call: &Value, code: i64, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": call.get("id"), "error": {"code": code, "message": message}})
}

/// Whether a call asks only for what came after that block.
fn asks_above(method: &str, call: &Value, block: u64) -> bool {
    let place = match method {
        "eth_getBlockByNumber" => "/params/0",
        "eth_getLogs" => "/params/0/fromBlock",
        _ => return false,
    };
    call.pointer(place)
        .and_then(|value| quantity(value).ok())
        .is_some_and(|number| number > block)
}

/// Whether a call reads a user's free or full balance.
fn asks_balance(call: &Value) -> bool {
    let field = |name: &str| {
        call.pointer(&format!("/params/0/{name}"))
            .and_then(Value::as_str)
    };
    let data = field("input").or_else(|| field("data")).unwrap_or_default();
    let selectors = [
        Balance::getFreeBalanceCall::SELECTOR,
        Balance::getFullBalanceCall::SELECTOR,
    ];
    selectors
        .iter()
        .any(|selector| data.starts_with(&hex::encode_prefixed(selector)))
}

/// Lets a call see nothing younger than that block.
fn pin(method: &str, call: &mut Value, block: u64) {
    let place = match method {
        "eth_getBlockByNumber" => Some(0),
        "eth_call" | "eth_getBalance" | "eth_getCode" => Some(1),
        "eth_getLogs" => {
            for end in ["fromBlock", "toBlock"] {
                if let Some(value) = call.pointer_mut(&format!("/params/0/{end}")) {
                    cap(value, block);
                }
            }
            None
        }
        _ => None,
    };
    if let Some(value) = place.and_then(|place| call.pointer_mut(&format!("/params/{place}"))) {
        cap(value, block);
    }
}

fn cap(value: &mut Value, block: u64) {
    let named_head = matches!(
        value.as_str(),
        Some("latest" | "pending" | "safe" | "finalized")
    );
    if named_head || quantity(value).is_ok_and(|number| number > block) {
        *value = hex_quantity(block);
    }
}

fn spans_more(call: &Value, blocks: u64) -> bool {
    let end = |name: &str| {
        call.pointer(&format!("/params/0/{name}"))
            .and_then(|value| quantity(value).ok())
    };
    match (end("fromBlock"), end("toBlock")) {
        (Some(from), Some(to)) => to.saturating_sub(from) >= blocks,
        (None, _) | (_, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_head_hides_what_came_after_it() {
        let mode = Mode::Stale { block: 7 };
        let mut call = json!({"id": 1, "method": "eth_call", "params": [{}, "latest"]});
        assert!(matches!(outward(&mode, &mut call), Course::Forward));
        assert_eq!(call.pointer("/params/1"), Some(&json!("0x7")));
        let mut logs = json!({"id": 1, "method": "eth_getLogs", "params": [{"fromBlock": "0x2", "toBlock": "0x9"}]});
        assert!(matches!(outward(&mode, &mut logs), Course::Forward));
        assert_eq!(logs.pointer("/params/0/fromBlock"), Some(&json!("0x2")));
        assert_eq!(logs.pointer("/params/0/toBlock"), Some(&json!("0x7")));
    }

    #[test]
    fn a_limit_refuses_wide_log_queries_only() {
        let mode: Mode =
            serde_json::from_value(json!({"mode": "limit_logs", "blocks": 10})).unwrap();
        let mut wide = json!({"id": 1, "method": "eth_getLogs", "params": [{"fromBlock": "0x0", "toBlock": "0xa"}]});
        let mut narrow = json!({"id": 1, "method": "eth_getLogs", "params": [{"fromBlock": "0x0", "toBlock": "0x9"}]});
        assert!(matches!(outward(&mode, &mut wide), Course::Answer(_)));
        assert!(matches!(outward(&mode, &mut narrow), Course::Forward));
    }

    #[test]
    fn one_method_can_be_refused_or_edited_alone() {
        let refusing: Mode = serde_json::from_value(
            json!({"mode": "error", "code": 35, "message": "no", "method": "eth_getLogs"}),
        )
        .unwrap();
        let mut logs = json!({"id": 1, "method": "eth_getLogs", "params": [{}]});
        let mut number = json!({"id": 2, "method": "eth_blockNumber", "params": []});
        assert!(matches!(outward(&refusing, &mut logs), Course::Answer(_)));
        assert!(matches!(outward(&refusing, &mut number), Course::Forward));

        let editing: Mode = serde_json::from_value(json!({"mode": "edit", "method": "eth_getLogs",
            "set": {"/result": null}, "remove": ["/jsonrpc"]}))
        .unwrap();
        let mut answer = json!({"jsonrpc": "2.0", "id": 1, "result": []});
        inward(&editing, &logs, &mut answer);
        assert_eq!(answer, json!({"id": 1, "result": null}));
        let mut other = json!({"jsonrpc": "2.0", "id": 2, "result": "0x1"});
        inward(&editing, &number, &mut other);
        assert_eq!(other["jsonrpc"], "2.0");
    }

    #[test]
    fn pruned_blocks_and_logs_are_gone() {
        let mode = Mode::Prune { below: 10 };
        let mut old = json!({"id": 1, "method": "eth_getLogs", "params": [{"fromBlock": "0x9", "toBlock": "0xf"}]});
        let mut new = json!({"id": 1, "method": "eth_getLogs", "params": [{"fromBlock": "0xa", "toBlock": "0xf"}]});
        assert!(matches!(outward(&mode, &mut old), Course::Answer(_)));
        assert!(matches!(outward(&mode, &mut new), Course::Forward));
        let asked = json!({"id": 1, "method": "eth_getBlockByNumber", "params": ["0x9", false]});
        let mut answer = json!({"id": 1, "result": {"number": "0x9"}});
        inward(&mode, &asked, &mut answer);
        assert_eq!(answer["result"], Value::Null);
    }
}
