//! An HTTP proxy in front of a chain. It forwards single and batch calls, and fails or lies as its mode says.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use super::call_rewriting::{
    Interception, error_response, intercept_call, method_of, rewrite_response,
};
use super::mode_effects::Connection;
use super::proxy_mode::ProxyMode;
use super::rpc::RpcClient;
use crate::http::json_response;
use crate::http::server::{ClientConnection, garbage_response};
use crate::sandbox::Sandbox;

/// Method prefixes that control the node itself. A public node does not offer them.
const PRIVATE_METHODS: [&str; 5] = [
    "anvil_",
    "evm_",
    "hardhat_",
    "eth_sendTransaction",
    "debug_",
];

const MODE_POLL_INTERVAL: Duration = Duration::from_millis(50);
/// JSON-RPC error codes.
const METHOD_NOT_FOUND: i64 = -32601;
const INTERNAL_ERROR: i64 = -32603;

#[derive(Clone, Debug)]
struct Proxy {
    sandbox: Arc<Sandbox>,
    name: &'static str,
    rpc: RpcClient,
}

pub(crate) fn router(sandbox: Arc<Sandbox>, name: &'static str, chain: u64) -> Router {
    let rpc = sandbox.chain(chain).unwrap_or(&sandbox.fluence).rpc.clone();
    Router::new()
        .route("/", post(handle))
        .with_state(Proxy { sandbox, name, rpc })
}

async fn handle(
    State(proxy): State<Proxy>,
    ConnectInfo(connection): ConnectInfo<ClientConnection>,
    bytes: Bytes,
) -> Response {
    let Ok(body) = serde_json::from_slice::<Value>(&bytes) else {
        return json_response(StatusCode::BAD_REQUEST, &json!({"error": "not JSON"}));
    };
    let mode = proxy.sandbox.proxy_modes.mode(proxy.name);
    let entry = proxy.sandbox.request_log.begin(
        proxy.name,
        "POST",
        &methods(&body),
        "",
        fault_label(&mode),
    );
    let http_response = match mode.effects().connection {
        Connection::Refuse => {
            connection.close();
            std::future::pending().await
        }
        Connection::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            (status, "upstream is not available").into_response()
        }
        Connection::Garbage => garbage_response(),
        Connection::Hang => {
            while proxy.sandbox.proxy_modes.mode(proxy.name) == ProxyMode::Hang {
                tokio::time::sleep(MODE_POLL_INTERVAL).await;
            }
            connection.close();
            std::future::pending().await
        }
        Connection::Delay(ms) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            respond(&proxy, &mode, body).await
        }
        Connection::Serve => respond(&proxy, &mode, body).await,
    };
    proxy
        .sandbox
        .request_log
        .end(entry, http_response.status().as_u16(), None);
    http_response
}

async fn respond(proxy: &Proxy, mode: &ProxyMode, body: Value) -> Response {
    let response = if let Value::Array(calls) = body {
        let mut responses = Vec::with_capacity(calls.len());
        for call in calls {
            responses.push(handle_call(&proxy.rpc, mode, call).await);
        }
        Value::Array(responses)
    } else {
        handle_call(&proxy.rpc, mode, body).await
    };
    json_response(StatusCode::OK, &response)
}

/// Answers one call in the given mode.
pub(super) async fn handle_call(rpc: &RpcClient, mode: &ProxyMode, mut call: Value) -> Value {
    if let Some(refusal) = refuse_private_method(&call) {
        return refusal;
    }
    if let Interception::Respond(response) = intercept_call(mode, &mut call) {
        return response;
    }
    let forwarded = match rpc.forward(call.to_string().into_bytes()).await {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match forwarded {
        Ok(mut response) => {
            rewrite_response(mode, &call, &mut response);
            response
        }
        Err(text) => error_response(&call, INTERNAL_ERROR, &text),
    }
}

/// The error response to a call of a private method.
pub(super) fn refuse_private_method(call: &Value) -> Option<Value> {
    let method = method_of(call);
    let is_private = PRIVATE_METHODS
        .iter()
        .any(|prefix| method.starts_with(prefix));
    is_private.then(|| {
        let message = format!("the method {method} does not exist");
        error_response(call, METHOD_NOT_FOUND, &message)
    })
}

fn fault_label(mode: &ProxyMode) -> Option<&'static str> {
    (*mode != ProxyMode::Ok).then_some("rpc")
}

/// The method names of a request body, for the request log.
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
