//! A user's API keys and OAuth tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

use super::users::{app_scopes, find};
use crate::clock::rfc3339;
use crate::console::oauth;
use crate::http::{ApiError, ApiResult, json_response, no_content, ok, parse_body};
use crate::sandbox::Sandbox;
use crate::today::key_scopes::Preset;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct KeyRequest {
    name: String,
    scopes: Option<BTreeSet<String>>,
    preset: Option<Preset>,
    expires_in_s: Option<u32>,
}

pub(super) async fn create_key(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: KeyRequest = parse_body(&bytes)?;
    find(&sandbox, id)?;
    let scopes = match (request.preset, request.scopes) {
        (None, scopes) => scopes.unwrap_or_else(app_scopes),
        (Some(preset), scopes) => preset.scopes(&scopes.unwrap_or_else(app_scopes)),
    };
    let lifetime = request.expires_in_s.map(i64::from).map(Duration::seconds);
    let expires_at = lifetime.map(|lifetime| sandbox.clock.now() + lifetime);
    let key = sandbox
        .console()
        .create_expiring_key(id, &request.name, scopes, expires_at);
    Ok(json_response(
        StatusCode::CREATED,
        &json!({"id": key.id, "api_key": key.secret, "scopes": key.scopes, "expires_at": key.expires_at.map(rfc3339)}),
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
