//! Who calls, and what they may do: an API key (two spellings of the header) with its scopes, or a signed-in user's
//! access token, which may do all that the user may.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::server::CallerId;
use crate::http::{Answer, ApiError, ok};
use crate::state::{APP_SCOPES, SCOPES, User};
use crate::world::World;

#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) user: User,
    scopes: BTreeSet<String>,
}

impl Caller {
    /// Refuses a caller without that scope.
    pub(crate) fn needs(&self, scope: &str) -> Result<(), ApiError> {
        if self.scopes.contains(scope) {
            return Ok(());
        }
        Err(ApiError::forbidden("Not allowed to call this endpoint"))
    }

    /// An answer that the request log files under this user.
    pub(crate) fn answers(&self, body: &Value) -> Answer {
        let mut response = ok(body)?;
        response.extensions_mut().insert(CallerId(self.user.id));
        Ok(response)
    }
}

impl FromRequestParts<Arc<World>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, ApiError> {
        let text = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        if let Some(key) = text("x-api-key") {
            return by_key(world, key);
        }
        let authorization = text(header::AUTHORIZATION.as_str()).unwrap_or_default();
        if let Some(key) = authorization.strip_prefix("X-API-KEY ") {
            return by_key(world, key);
        }
        if let Some(token) = authorization.strip_prefix("Bearer ") {
            return by_token(world, token);
        }
        Err(ApiError::unauthorized())
    }
}

fn by_key(world: &World, secret: &str) -> Result<Caller, ApiError> {
    let state = world.state();
    let key = state
        .key(secret.trim())
        .ok_or_else(ApiError::unauthorized)?;
    let user = state.user(key.user).ok_or_else(ApiError::unauthorized)?;
    Ok(Caller {
        user: user.clone(),
        scopes: key.scopes.clone(),
    })
}

fn by_token(world: &World, token: &str) -> Result<Caller, ApiError> {
    let now = world.clock.now();
    let state = world.state();
    let access = state
        .access
        .get(token)
        .filter(|access| access.expires_at > now);
    let user: Uuid = access.ok_or_else(ApiError::unauthorized)?.user;
    let user = state.user(user).ok_or_else(ApiError::unauthorized)?;
    let scopes = SCOPES
        .iter()
        .chain(&APP_SCOPES)
        .map(|scope| (*scope).to_owned())
        .collect();
    Ok(Caller {
        user: user.clone(),
        scopes,
    })
}

/// `GET /v1/users/me`
pub(super) async fn me(State(_): State<Arc<World>>, caller: Caller) -> Answer {
    caller.answers(
        &json!({"id": caller.user.id, "email": caller.user.email, "permissions": caller.scopes}),
    )
}
