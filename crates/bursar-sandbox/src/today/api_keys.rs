//! API keys over the API: `POST /v1/api_keys` and `DELETE /v1/api_keys/{id}`. The value is shown once.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::key_scopes;
use crate::clock::{parse_rfc3339, rfc3339};
use crate::console::auth::Caller;
use crate::http::server::CallerId;
use crate::http::{ApiError, ApiResult, json_response, no_content, parse_body};
use crate::sandbox::Sandbox;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyRequest {
    name: String,
    scopes: BTreeSet<String>,
    expires_at: Option<String>,
}

/// `POST /v1/api_keys`
pub(crate) async fn create(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    bytes: Bytes,
) -> ApiResult {
    caller.require_scope("api_key:create")?;
    let request: KeyRequest = parse_body(&bytes)?;
    if !key_scopes::is_valid_name(&request.name) {
        return Err(ApiError::unprocessable(
            "name must be 1 to 25 small letters, digits and hyphens",
        ));
    }
    if !request.scopes.is_subset(caller.scopes()) {
        return Err(ApiError::forbidden(
            "A key cannot have scopes that its maker does not have",
        ));
    }
    let now = sandbox.clock.now();
    let expires_at = match &request.expires_at {
        None => None,
        Some(text) => {
            let time = parse_rfc3339(text).filter(|time| *time > now);
            Some(time.ok_or_else(|| ApiError::unprocessable("expiresAt must be in the future"))?)
        }
    };
    let key = sandbox.console().create_expiring_key(
        caller.user.id,
        &request.name,
        request.scopes,
        expires_at,
    );
    let mut response = json_response(
        StatusCode::CREATED,
        &json!({"id": key.id, "name": key.name, "scopes": key.scopes, "expiresAt": key.expires_at.map(rfc3339),
            "value": key.secret}),
    );
    response.extensions_mut().insert(CallerId(caller.user.id));
    Ok(response.into_response())
}

/// `DELETE /v1/api_keys/{id}`
pub(crate) async fn remove(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> ApiResult {
    caller.require_scope("api_key:remove")?;
    let mut console = sandbox.console();
    let found = console
        .keys
        .iter_mut()
        .find(|key| key.id == id && key.user == caller.user.id);
    found
        .ok_or_else(|| ApiError::not_found("No such key"))?
        .revoked = true;
    no_content()
}
