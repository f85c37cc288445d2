//! Changes a JSON-RPC call on its way to the chain, and its response on the way back, as the proxy's mode says.

use alloy_primitives::hex;
use alloy_sol_types::SolCall;
use serde_json::{Value, json};

use super::mode_effects::{CallEffect, ResponseEffect};
use super::proxy_mode::ProxyMode;
use super::rpc::{format_quantity, parse_quantity};
use crate::contracts::Balance;

/// What to do with a call.
#[derive(Debug)]
pub(super) enum Interception {
    /// Forward it to the chain, possibly changed.
    Forward,
    /// Respond without asking the chain.
    Respond(Value),
}

/// Changes a call on its way to the chain, or responds to it directly.
pub(super) fn intercept_call(mode: &ProxyMode, call: &mut Value) -> Interception {
    let method = method_of(call).to_owned();
    let response = match (mode.effects().call, method.as_str()) {
        (
            CallEffect::Fail {
                code,
                message,
                method: only,
            },
            _,
        ) if applies_to(only, &method) => error_response(call, code, message),
        (CallEffect::ChainId(id), "eth_chainId") => success_response(call, format_quantity(id)),
        (CallEffect::ChainId(id), "net_version") => success_response(call, id.to_string().into()),
        (CallEffect::NoCode, "eth_getCode" | "eth_call") => success_response(call, "0x".into()),
        (CallEffect::PinTo(block), "eth_blockNumber") => {
            success_response(call, format_quantity(block))
        }
        (CallEffect::PinTo(block), _) if requests_only_above(&method, call, block) => {
            let nothing = if method == "eth_getLogs" {
                json!([])
            } else {
                Value::Null
            };
            success_response(call, nothing)
        }
        (CallEffect::PinTo(block), _) => {
            pin_to_block(&method, call, block);
            return Interception::Forward;
        }
        (
            CallEffect::LimitLogs {
                blocks,
                code,
                message,
            },
            "eth_getLogs",
        ) if spans_more_than(call, blocks) => error_response(call, code, message),
        (CallEffect::FailLogsBelow(block), "eth_getLogs") if starts_below(call, block) => {
            error_response(call, 4444, "pruned history unavailable")
        }
        (
            CallEffect::Forward
            | CallEffect::Fail { .. }
            | CallEffect::ChainId(_)
            | CallEffect::NoCode
            | CallEffect::LimitLogs { .. }
            | CallEffect::FailLogsBelow(_),
            _,
        ) => return Interception::Forward,
    };
    Interception::Respond(response)
}

/// Changes a response on its way back to the client.
pub(super) fn rewrite_response(mode: &ProxyMode, call: &Value, response: &mut Value) {
    let method = method_of(call);
    let effect = mode.effects().response;
    if let ResponseEffect::Edit {
        method: only,
        edits,
    } = effect
    {
        if applies_to(only, method) {
            edits.apply(response);
        }
        return;
    }
    let Some(result) = response.get_mut("result") else {
        return;
    };
    let number = block_of(result);
    match effect {
        ResponseEffect::HideBlocksBelow(block) if number.is_some_and(|number| number < block) => {
            *result = Value::Null;
        }
        ResponseEffect::HideBlocksAbove(block) if number.is_some_and(|number| number > block) => {
            *result = Value::Null;
        }
        ResponseEffect::Balance(value) if reads_balance(call) => {
            *result = Value::String(format!("0x{value:064x}"));
        }
        ResponseEffect::DropLogs if method == "eth_getLogs" => *result = json!([]),
        ResponseEffect::DuplicateLogs if method == "eth_getLogs" => {
            if let Some(logs) = result.as_array_mut() {
                *logs = logs
                    .iter()
                    .flat_map(|log| [log.clone(), log.clone()])
                    .collect();
            }
        }
        ResponseEffect::Keep
        | ResponseEffect::Edit { .. }
        | ResponseEffect::Balance(_)
        | ResponseEffect::HideBlocksAbove(_)
        | ResponseEffect::HideBlocksBelow(_)
        | ResponseEffect::DropLogs
        | ResponseEffect::DuplicateLogs => {}
    }
}

/// How many times the client receives a subscription message.
pub(super) fn delivery_count(mode: &ProxyMode, is_log: bool) -> usize {
    let subscription = mode.effects().subscription;
    if is_log {
        subscription.logs
    } else {
        subscription.others
    }
}

/// The method of a call; empty if it has none.
pub(super) fn method_of(call: &Value) -> &str {
    call.get("method")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The number of the block that a result is, or is in.
fn block_of(result: &Value) -> Option<u64> {
    let number = result.get("blockNumber").or_else(|| result.get("number"));
    number.and_then(|number| parse_quantity(number).ok())
}

fn applies_to(only: Option<&str>, method: &str) -> bool {
    only.is_none_or(|only| only == method)
}

fn starts_below(call: &Value, block: u64) -> bool {
    call.pointer("/params/0/fromBlock")
        .and_then(|value| parse_quantity(value).ok())
        .is_none_or(|from| from < block)
}

fn success_response(call: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": call.get("id"), "result": result})
}

pub(super) fn error_response(call: &Value, code: i64, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": call.get("id"), "error": {"code": code, "message": message}})
}

/// Whether a call requests only data from after that block.
fn requests_only_above(method: &str, call: &Value, block: u64) -> bool {
    let param = match method {
        "eth_getBlockByNumber" => "/params/0",
        "eth_getLogs" => "/params/0/fromBlock",
        _ => return false,
    };
    call.pointer(param)
        .and_then(|value| parse_quantity(value).ok())
        .is_some_and(|number| number > block)
}

/// Whether a call reads a user's free or full balance.
fn reads_balance(call: &Value) -> bool {
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

/// Restricts a call to that block and older ones.
fn pin_to_block(method: &str, call: &mut Value, block: u64) {
    let param = match method {
        "eth_getBlockByNumber" => Some(0),
        "eth_call" | "eth_getBalance" | "eth_getCode" => Some(1),
        "eth_getLogs" => {
            for end in ["fromBlock", "toBlock"] {
                if let Some(value) = call.pointer_mut(&format!("/params/0/{end}")) {
                    clamp_block(value, block);
                }
            }
            None
        }
        _ => None,
    };
    if let Some(value) = param.and_then(|param| call.pointer_mut(&format!("/params/{param}"))) {
        clamp_block(value, block);
    }
}

fn clamp_block(value: &mut Value, block: u64) {
    let is_head_tag = matches!(
        value.as_str(),
        Some("latest" | "pending" | "safe" | "finalized")
    );
    if is_head_tag || parse_quantity(value).is_ok_and(|number| number > block) {
        *value = format_quantity(block);
    }
}

fn spans_more_than(call: &Value, blocks: u64) -> bool {
    let end = |name: &str| {
        call.pointer(&format!("/params/0/{name}"))
            .and_then(|value| parse_quantity(value).ok())
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
    fn stale_mode_hides_newer_blocks() {
        let mode = ProxyMode::Stale { block: 7 };
        let mut call = json!({"id": 1, "method": "eth_call", "params": [{}, "latest"]});
        assert!(matches!(
            intercept_call(&mode, &mut call),
            Interception::Forward
        ));
        assert_eq!(call.pointer("/params/1"), Some(&json!("0x7")));
        let mut logs = json!({"id": 1, "method": "eth_getLogs", "params": [{"fromBlock": "0x2", "toBlock": "0x9"}]});
        assert!(matches!(
            intercept_call(&mode, &mut logs),
            Interception::Forward
        ));
        assert_eq!(logs.pointer("/params/0/fromBlock"), Some(&json!("0x2")));
        assert_eq!(logs.pointer("/params/0/toBlock"), Some(&json!("0x7")));
    }

    #[test]
    fn limit_logs_refuses_only_wide_ranges() {
        let mode: ProxyMode =
            serde_json::from_value(json!({"mode": "limit_logs", "blocks": 10})).unwrap();
        let mut wide = json!({"id": 1, "method": "eth_getLogs", "params": [{"fromBlock": "0x0", "toBlock": "0xa"}]});
        let mut narrow = json!({"id": 1, "method": "eth_getLogs", "params": [{"fromBlock": "0x0", "toBlock": "0x9"}]});
        assert!(matches!(
            intercept_call(&mode, &mut wide),
            Interception::Respond(_)
        ));
        assert!(matches!(
            intercept_call(&mode, &mut narrow),
            Interception::Forward
        ));
    }

    #[test]
    fn modes_can_target_a_single_method() {
        let refusing: ProxyMode = serde_json::from_value(
            json!({"mode": "error", "code": 35, "message": "no", "method": "eth_getLogs"}),
        )
        .unwrap();
        let mut logs = json!({"id": 1, "method": "eth_getLogs", "params": [{}]});
        let mut number = json!({"id": 2, "method": "eth_blockNumber", "params": []});
        assert!(matches!(
            intercept_call(&refusing, &mut logs),
            Interception::Respond(_)
        ));
        assert!(matches!(
            intercept_call(&refusing, &mut number),
            Interception::Forward
        ));

        let editing: ProxyMode =
            serde_json::from_value(json!({"mode": "edit", "method": "eth_getLogs",
            "set": {"/result": null}, "remove": ["/jsonrpc"]}))
            .unwrap();
        let mut response = json!({"jsonrpc": "2.0", "id": 1, "result": []});
        rewrite_response(&editing, &logs, &mut response);
        assert_eq!(response, json!({"id": 1, "result": null}));
        let mut other = json!({"jsonrpc": "2.0", "id": 2, "result": "0x1"});
        rewrite_response(&editing, &number, &mut other);
        assert_eq!(other["jsonrpc"], "2.0");
    }

    #[test]
    fn prune_mode_hides_old_blocks_and_logs() {
        let mode = ProxyMode::Prune { below: 10 };
        let mut old = json!({"id": 1, "method": "eth_getLogs", "params": [{"fromBlock": "0x9", "toBlock": "0xf"}]});
        let mut new = json!({"id": 1, "method": "eth_getLogs", "params": [{"fromBlock": "0xa", "toBlock": "0xf"}]});
        assert!(matches!(
            intercept_call(&mode, &mut old),
            Interception::Respond(_)
        ));
        assert!(matches!(
            intercept_call(&mode, &mut new),
            Interception::Forward
        ));
        let block_call =
            json!({"id": 1, "method": "eth_getBlockByNumber", "params": ["0x9", false]});
        let mut response = json!({"id": 1, "result": {"number": "0x9"}});
        rewrite_response(&mode, &block_call, &mut response);
        assert_eq!(response["result"], Value::Null);
    }
}
