//! Injects faults, and reads and clears the request log.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::faults::FaultRequest;
use crate::http::{ApiError, ApiResult, Params, json_response, no_content, ok, parse_body};
use crate::request_log::Filter;
use crate::sandbox::Sandbox;

pub(super) async fn list_faults(State(sandbox): State<Arc<Sandbox>>) -> ApiResult {
    ok(&sandbox.faults.list())
}

pub(super) async fn add_fault(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: FaultRequest = parse_body(&bytes)?;
    Ok(json_response(
        StatusCode::CREATED,
        &json!({"id": sandbox.faults.add(request)}),
    ))
}

pub(super) async fn remove_faults(State(sandbox): State<Arc<Sandbox>>) -> ApiResult {
    sandbox.faults.remove(None);
    no_content()
}

pub(super) async fn remove_fault(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
) -> ApiResult {
    if sandbox.faults.remove(Some(id)) == 0 {
        return Err(ApiError::not_found("No such fault"));
    }
    no_content()
}

pub(super) async fn list_requests(
    State(sandbox): State<Arc<Sandbox>>,
    params: Params,
) -> ApiResult {
    let filter = Filter {
        target: params.get("target"),
        method: params.get("method"),
        path: params.get("path"),
        after: params.number("after")?.unwrap_or(0),
    };
    ok(&sandbox.request_log.find(&filter))
}

pub(super) async fn clear_requests(State(sandbox): State<Arc<Sandbox>>) -> ApiResult {
    sandbox.request_log.clear();
    no_content()
}
