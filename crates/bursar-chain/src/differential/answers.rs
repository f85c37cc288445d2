//! The same bodies and the same values.

use super::super::fault::Fault;
use super::super::rpc_answers as by_alloy;
use super::super::rpc_calls::{CallResult, decode};
use super::super::rpc_error::RpcError;
use super::super::rpc_response::read_responses;
use super::super::{json_rpc, rpc_types as by_hand};
use super::mutation::{damage, text};
use super::{cases, random};
use alloy::rpc::json_rpc::ResponsePayload;
use rand::Rng;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// What both make of a body, in the same words.
fn assert_same_responses(body: &[u8], first: u64, count: usize) {
    let old = json_rpc::decode_batch(body, first, count);
    let ids: Vec<u64> = (first..).take(count).collect();
    let new = read_responses(body, &ids, None).map(|responses| {
        let results = responses.into_iter().enumerate().map(|(place, response)| {
            assert_eq!(response.id.as_number(), Some(ids[place]));
            match response.payload {
                ResponsePayload::Success(result) => Ok(result),
                ResponsePayload::Failure(error) => {
                    assert!(error.message.is_empty());
                    Err(Fault::ErrorResponse(
                        error.try_data_as::<RpcError>().unwrap().unwrap(),
                    ))
                }
            }
        });
        results.collect::<Vec<CallResult>>()
    });
    let words = |read: Result<Vec<CallResult>, Fault>| {
        read.map(|results| {
            let results = results
                .into_iter()
                .map(|result| result.map(|raw| raw.get().to_owned()));
            results.collect::<Vec<_>>()
        })
    };
    let shown = String::from_utf8_lossy(body);
    assert_eq!(words(new), words(old), "{count} calls: {shown}");
}

#[test]
fn same_responses_of_odd_and_faulty_bodies() {
    let deep = "[".repeat(10_000);
    let answer = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":"0x1"}}"#);
    let mut bodies: Vec<String> = [
        "",
        "[]",
        "{}",
        "<html>",
        "null",
        &deep,
        "[1]",
        "\u{feff}{}",
        "[{}]",
        "[null]",
        r#"{"jsonrpc":"1.0","id":7,"result":1}"#,
        r#"{"jsonrpc":"1.0","id":7,"error":{"code":1,"message":"x"}}"#,
        r#"{"jsonrpc":2.0,"id":7,"result":1}"#,
        r#"{"jsonrpc":"2.0","id":7}"#,
        r#"{"jsonrpc":"2.0","id":7,"result":1,"result":2}"#,
        r#"{"jsonrpc":"2.0","id":7,"result":1} trailing"#,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}"#,
        r#"{"id":7,"result":"0x1","error":null}"#,
        r#"{"id":7,"result":null,"error":{"code":1,"message":"both"}}"#,
        r#"{"id":7,"error":{"code":-32005,"message":"rate limit exceeded"}}"#,
        r#"{"error":{"code":-32005,"message":"rate limit exceeded"}}"#,
        r#"{"id":"1709215671619515648","error":{"code":"-32005","message":"rate limit exceeded"}}"#,
        r#"[{"id":"1709215671619515648","error":{"code":-32005,"message":"rate limit exceeded"}}]"#,
        r#"[{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"rate limit exceeded"}}]"#,
        r#"[{"jsonrpc":"2.0","id":99,"error":{"code":-32005,"message":"rate limit exceeded"}}]"#,
        r#"{"code":-32005,"message":"rate limit exceeded"}"#,
        r#"{"message":"Too Many Requests"}"#,
        r#"{"error":"too many requests"}"#,
        r#"{"id":7,"result":123456789012345678901234567890}"#,
        r#"{"id":7,"result":{"code":1,"message":"looks like an error"}}"#,
        r#"{"id":7,"result":1,"code":5,"message":"beside"}"#,
    ]
    .map(str::to_owned)
    .to_vec();
    for ids in [
        &["7"][..],
        &["7", "8"],
        &["8", "7"],
        &["7", "7"],
        &["7", "9"],
        &["7", "8", "8"],
        &["7", "8", "9"],
        &["7", "6"],
        &["7", "\"8\""],
        &["7", "8.0"],
        &["7", "null"],
        &["7", "-1"],
        &["7", "18446744073709551615"],
    ] {
        let each: Vec<String> = ids.iter().map(|id| answer(id)).collect();
        bodies.push(format!("[{}]", each.join(",")));
        bodies.push(format!(" {}", each[0]));
    }
    for body in bodies {
        for count in 0..4 {
            assert_same_responses(body.as_bytes(), 7, count);
        }
    }
}

#[test]
fn same_responses_of_damaged_bodies() {
    for case in 0..cases(100_000) {
        let random = &mut random(case);
        let count = random.random_range(1..5);
        let answers = (1_000..1_000 + count).map(|id| match random.random_range(0..4) {
            0 => json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32000, "message": "header not found"}}),
            1 => json!({"jsonrpc": "2.0", "id": id, "result": null}),
            2 => json!({"jsonrpc": "2.0", "id": id, "result": {"number": "0x1", "list": [1, "0x2"]}}),
            _ => json!({"jsonrpc": "2.0", "id": id, "result": "0x00ff"}),
        });
        let answers: Vec<Value> = answers.collect();
        let mut body = match answers.as_slice() {
            [only] if random.random_bool(0.8) => only.clone(),
            many => json!(many),
        };
        damage(&mut body, random);
        assert_same_responses(&text(&body, random), 1_000, usize::try_from(count).unwrap());
    }
}

fn block() -> Value {
    json!({
        "number": "0x5", "hash": format!("0x{}", "ab".repeat(32)), "timestamp": "0x64", "parentHash": "0x00",
        "gasLimit": "0x1c9c380", "extra": 1.5, "transactions": []
    })
}

fn log() -> Value {
    json!({
        "address": format!("0x{}", "ba".repeat(20)),
        "topics": [format!("0x{}", "11".repeat(32)), format!("0x{}", "22".repeat(32))],
        "data": "0x00ff", "blockNumber": "0x9", "blockHash": format!("0x{}", "cd".repeat(32)),
        "blockTimestamp": "0x64", "transactionHash": format!("0x{}", "ef".repeat(32)), "transactionIndex": "0x0",
        "logIndex": "0x3", "removed": false
    })
}

fn receipt() -> Value {
    json!({
        "transactionHash": format!("0x{}", "ef".repeat(32)), "blockHash": format!("0x{}", "cd".repeat(32)),
        "blockNumber": "0x9", "status": "0x1", "gasUsed": "0x5208", "logs": [log(), log()]
    })
}

/// What both make of a result, as the same fields.
fn assert_same_values(result: &RawValue) {
    let same_block = |old: by_hand::Block, new: by_alloy::Block| {
        (old.number, old.hash, old.time) == (new.number, new.hash, new.time)
    };
    let same_log = |old: &by_hand::Log, new: &by_alloy::Log| {
        (old.address, &old.topics, old.data.as_slice())
            == (new.address, &new.topics, new.data.as_ref())
            && (old.block_number, old.block_hash, old.block_time)
                == (new.block_number, new.block_hash, new.block_time)
            && (old.transaction_hash, old.log_index, old.removed)
                == (new.transaction_hash, new.log_index, new.removed)
    };
    let same_logs = |old: &[by_hand::Log], new: &[by_alloy::Log]| {
        old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same_log(old, new))
    };
    macro_rules! same {
        ($kind:ty, $other:ty, $equal:expr) => {
            match (decode::<$kind>(result, "x"), decode::<$other>(result, "x")) {
                (Ok(old), Ok(new)) => assert!($equal(old, new), "{result}"),
                (old, new) => assert_eq!(old.is_ok(), new.is_ok(), "{result}"),
            }
        };
    }
    same!(
        Option<by_hand::Block>,
        Option<by_alloy::Block>,
        |old: Option<_>, new: Option<_>| match (old, new) {
            (Some(old), Some(new)) => same_block(old, new),
            (old, new) => old.is_none() && new.is_none(),
        }
    );
    same!(
        Vec<by_hand::Log>,
        Vec<by_alloy::Log>,
        |old: Vec<_>, new: Vec<_>| same_logs(&old, &new)
    );
    same!(
        by_hand::Receipt,
        by_alloy::Receipt,
        |old: by_hand::Receipt, new: by_alloy::Receipt| {
            (
                old.transaction_hash,
                old.block_hash,
                old.block_number,
                old.status,
            ) == (
                new.transaction_hash,
                new.block_hash,
                new.block_number,
                new.status,
            ) && same_logs(&old.logs, &new.logs)
        }
    );
    same!(
        by_hand::Quantity,
        by_alloy::Quantity,
        |old: by_hand::Quantity, new: by_alloy::Quantity| old.0 == new.0
    );
    same!(
        by_hand::Data,
        by_alloy::Data,
        |old: by_hand::Data, new: by_alloy::Data| old.0 == new.0.to_vec()
    );
}

#[test]
fn same_values_of_damaged_results() {
    for case in 0..cases(100_000) {
        let random = &mut random(case);
        let mut result = match random.random_range(0..5) {
            0 => block(),
            1 => json!([log(), log()]),
            2 => receipt(),
            3 => json!("0x1f"),
            _ => json!("0x00ff"),
        };
        damage(&mut result, random);
        let text = String::from_utf8_lossy(&text(&result, random)).into_owned();
        if let Ok(raw) = RawValue::from_string(text) {
            assert_same_values(&raw);
        }
    }
}

#[test]
fn same_values_in_other_notations() {
    for text in [
        r#""0x1F""#,
        r#""0X1""#,
        r#"" 0x1""#,
        r#""\u0030x1f""#,
        r#""0x\u0031f""#,
        "31",
        "1e3",
        "null",
        "[]",
        "true",
        r#""0x0x00""#,
        r#""0x-1""#,
        r#""0x+1""#,
        r#""0x""#,
        r#""0x0""#,
        r#""0x00""#,
        r#""""#,
    ] {
        assert_same_values(&RawValue::from_string(text.to_owned()).unwrap());
    }
}
