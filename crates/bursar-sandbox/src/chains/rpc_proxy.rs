//! An HTTP way to a chain that passes calls on, single or in a batch, and fails or lies as it is told.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use super::lies::{Course, Mode, inward, outward};
use super::rpc::Rpc;
use crate::http::json_answer;
use crate::http::server::{Line, garbage};
use crate::world::World;

/// Methods that change the chain by more than a signed transaction; a public node has none of them.
const PRIVATE: [&str; 5] = [
    "anvil_",
    "evm_",
    "hardhat_",
    "eth_sendTransaction",
    "debug_",
];

#[derive(Clone, Debug)]
struct Proxy {
    world: Arc<World>,
    name: &'static str,
    rpc: Rpc,
}

pub(crate) fn router(world: Arc<World>, name: &'static str, chain: u64) -> Router {
    let rpc = world.chain(chain).unwrap_or(&world.fluence).rpc.clone();
    Router::new()
        .route("/", post(pass))
        .with_state(Proxy { world, name, rpc })
}

async fn pass(
    State(proxy): State<Proxy>,
    ConnectInfo(line): ConnectInfo<Line>,
    bytes: Bytes,
) -> Response {
    let Ok(body) = serde_json::from_slice::<Value>(&bytes) else {
        return json_answer(StatusCode::BAD_REQUEST, &json!({"error": "not JSON"}));
    };
    let mode = proxy.world.proxies.mode(proxy.name);
    let entry = proxy
        .world
        .requests
        .begin(proxy.name, "POST", &methods(&body), "", lie(&mode));
    let response = match &mode {
        Mode::Refuse => {
            line.cut();
            std::future::pending().await
        }
        Mode::Status { status } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            (status, "upstream is not available").into_response()
        }
        Mode::Garbage => garbage(),
        Mode::Hang => {
            while proxy.world.proxies.mode(proxy.name) == Mode::Hang {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            line.cut();
            std::future::pending().await
        }
        Mode::Delay { ms } => {
            tokio::time::sleep(Duration::from_millis(*ms)).await;
            answer(&proxy, &mode, body).await
        }
        Mode::Ok
        | Mode::Error { .. }
        | Mode::ChainId { .. }
        | Mode::NoCode
        | Mode::Stale { .. }
        | Mode::Balance { .. }
        | Mode::DropLogs
        | Mode::DuplicateLogs
        | Mode::LimitLogs { .. }
        | Mode::Prune { .. }
        | Mode::Edit { .. } => answer(&proxy, &mode, body).await,
    };
    proxy
        .world
        .requests
        .end(entry, response.status().as_u16(), None);
    response
}

async fn answer(proxy: &Proxy, mode: &Mode, body: Value) -> Response {
    let answer = if let Value::Array(calls) = body {
        let mut answers = Vec::with_capacity(calls.len());
        for call in calls {
            answers.push(one(&proxy.rpc, mode, call).await);
        }
        Value::Array(answers)
    } else {
        one(&proxy.rpc, mode, body).await
    };
    json_answer(StatusCode::OK, &answer)
}

/// Answers one call as that mode has it.
pub(super) async fn one(rpc: &Rpc, mode: &Mode, mut call: Value) -> Value {
    let method = call
        .get("method")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let failed = |id: Option<Value>, code: i64, text: String| json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": text}});
    let id = call.get("id").cloned();
    if is_private(&method) {
        return failed(id, -32601, format!("the method {method} does not exist"));
    }
    if let Course::Answer(answer) = outward(mode, &mut call) {
        return answer;
    }
    let answered = match rpc.forward(call.to_string().into_bytes()).await {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| error.to_string()),
        Err(failure) => Err(failure.to_string()),
    };
    match answered {
        Ok(mut answer) => {
            inward(mode, &call, &mut answer);
            answer
        }
        Err(text) => failed(id, -32603, text),
    }
}

pub(super) fn is_private(method: &str) -> bool {
    PRIVATE.iter().any(|private| method.starts_with(private))
}

fn lie(mode: &Mode) -> Option<&'static str> {
    (*mode != Mode::Ok).then_some("rpc")
}

/// The methods of a body, for the request log.
fn methods(body: &Value) -> String {
    let method = |call: &Value| {
        call.get("method")
            .and_then(Value::as_str)
            .unwrap_or("?")
            .to_owned()
    };
    match body.as_array() {
        Some(calls) => calls.iter().map(method).collect::<Vec<_>>().join(","),
        None => method(body),
    }
}
