//! Authenticates the caller: by an API key with its scopes (in either of two headers), or by a signed-in user's
//! access token, which has every scope.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::console::state::{APP_SCOPES, KEY_PREFIX, SCOPES, User};
use crate::http::server::CallerId;
use crate::http::{ApiError, ApiResult, ok};
use crate::sandbox::Sandbox;
use crate::today::era::Era;
use crate::today::key_scopes;

#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) user: User,
    scopes: BTreeSet<String>,
}

impl Caller {
    /// Refuses a caller without that scope.
    pub(crate) fn require_scope(&self, scope: &str) -> Result<(), ApiError> {
        if self.scopes.contains(scope) {
            return Ok(());
        }
        Err(ApiError::forbidden("Not allowed to call this endpoint"))
    }

    pub(crate) fn scopes(&self) -> &BTreeSet<String> {
        &self.scopes
    }

    /// A response that the request log attributes to this user.
    pub(crate) fn respond(&self, body: &Value) -> ApiResult {
        let mut response = ok(body)?;
        response.extensions_mut().insert(CallerId(self.user.id));
        Ok(response)
    }
}

impl FromRequestParts<Arc<Sandbox>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        sandbox: &Arc<Sandbox>,
    ) -> Result<Self, ApiError> {
        let text = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let authorization = text(header::AUTHORIZATION.as_str()).unwrap_or_default();
        let key = text("x-api-key").or_else(|| authorization.strip_prefix("X-API-KEY "));
        if key.is_none()
            && let Some(token) = authorization.strip_prefix("Bearer ")
        {
            return caller_by_token(sandbox, token);
        }
        if key.is_none_or(|key| !is_well_formed(key)) && answers_bad_request(parts) {
            return Err(ApiError::bad_request("The API key is missing or malformed"));
        }
        caller_by_key(sandbox, key.ok_or_else(ApiError::unauthorized)?)
    }
}

/// Today's Fluence answers 400 for a missing or malformed key on some endpoints, and 401 on the others. Here the older
/// ones answer 400.
fn answers_bad_request(parts: &Parts) -> bool {
    parts.extensions.get() == Some(&Era::Today) && parts.uri.path().starts_with("/v1/")
}

fn is_well_formed(key: &str) -> bool {
    let secret = key.trim().strip_prefix(KEY_PREFIX).unwrap_or_default();
    secret.len() == 43
        && secret
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn caller_by_key(sandbox: &Sandbox, secret: &str) -> Result<Caller, ApiError> {
    let now = sandbox.clock.now();
    let console = sandbox.console();
    let key = console
        .active_key(secret.trim(), now)
        .ok_or_else(ApiError::unauthorized)?;
    let user = console.user(key.user).ok_or_else(ApiError::unauthorized)?;
    Ok(Caller {
        user: user.clone(),
        scopes: key.scopes.clone(),
    })
}

fn caller_by_token(sandbox: &Sandbox, token: &str) -> Result<Caller, ApiError> {
    let now = sandbox.clock.now();
    let console = sandbox.console();
    let access = console
        .access_tokens
        .get(token)
        .filter(|access| access.expires_at > now);
    let user: Uuid = access.ok_or_else(ApiError::unauthorized)?.user;
    let user = console.user(user).ok_or_else(ApiError::unauthorized)?;
    let scopes = match user.era {
        Era::Copperx => SCOPES
            .iter()
            .chain(&APP_SCOPES)
            .map(|scope| (*scope).to_owned())
            .collect(),
        Era::Today => key_scopes::full(),
    };
    Ok(Caller {
        user: user.clone(),
        scopes,
    })
}

/// `GET /v1/users/me`
pub(super) async fn current_user(State(_): State<Arc<Sandbox>>, caller: Caller) -> ApiResult {
    caller.respond(
        &json!({"id": caller.user.id, "email": caller.user.email, "permissions": caller.scopes}),
    )
}
