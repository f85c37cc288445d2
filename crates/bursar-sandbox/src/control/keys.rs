//! A user's API keys and OAuth tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::users::{app_scopes, find};
use crate::console::oauth;
use crate::http::{ApiError, ApiResult, json_response, no_content, ok, parse_body};
use crate::sandbox::Sandbox;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct KeyRequest {
    name: String,
    scopes: Option<BTreeSet<String>>,
}

pub(super) async fn create_key(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: KeyRequest = parse_body(&bytes)?;
    find(&sandbox, id)?;
    let key = sandbox.console().create_api_key(
        id,
        &request.name,
        request.scopes.unwrap_or_else(app_scopes),
    );
    Ok(json_response(
        StatusCode::CREATED,
        &json!({"id": key.id, "api_key": key.secret, "scopes": key.scopes}),
    ))
}

pub(super) async fn revoke_key(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, key)): Path<(Uuid, Uuid)>,
) -> ApiResult {
    let mut console = sandbox.console();
    let found = console
        .keys
        .iter_mut()
        .find(|other| other.id == key && other.user == id);
    found
        .ok_or_else(|| ApiError::not_found("No such key"))?
        .revoked = true;
    no_content()
}

pub(super) async fn create_tokens(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
) -> ApiResult {
    find(&sandbox, id)?;
    ok(&oauth::issue_tokens(&sandbox, id, Uuid::new_v4()))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ExpireTokensRequest {
    refresh: bool,
}

pub(super) async fn expire_tokens(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: ExpireTokensRequest = parse_body(&bytes)?;
    find(&sandbox, id)?;
    let mut console = sandbox.console();
    console.access_tokens.retain(|_, access| access.user != id);
    if request.refresh {
        console
            .refresh_tokens
            .retain(|_, refresh| refresh.user != id);
    }
    no_content()
}
