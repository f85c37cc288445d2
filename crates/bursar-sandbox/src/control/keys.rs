//! A user's API keys and sign-ins.

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
use crate::console::pages::new_key;
use crate::http::{Answer, ApiError, body, json_answer, no_content, ok};
use crate::world::World;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WantedKey {
    name: String,
    scopes: Option<BTreeSet<String>>,
}

pub(super) async fn create_key(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: WantedKey = body(&bytes)?;
    find(&world, id)?;
    let key = new_key(
        &mut world.state(),
        id,
        &wanted.name,
        wanted.scopes.unwrap_or_else(app_scopes),
    );
    Ok(json_answer(
        StatusCode::CREATED,
        &json!({"id": key.id, "api_key": key.secret, "scopes": key.scopes}),
    ))
}

pub(super) async fn revoke_key(
    State(world): State<Arc<World>>,
    Path((id, key)): Path<(Uuid, Uuid)>,
) -> Answer {
    let mut state = world.state();
    let found = state
        .keys
        .iter_mut()
        .find(|other| other.id == key && other.user == id);
    found
        .ok_or_else(|| ApiError::not_found("No such key"))?
        .revoked = true;
    no_content()
}

pub(super) async fn tokens(State(world): State<Arc<World>>, Path(id): Path<Uuid>) -> Answer {
    find(&world, id)?;
    ok(&oauth::issue(&world, id, Uuid::new_v4()))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Expire {
    refresh: bool,
}

pub(super) async fn expire_tokens(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: Expire = body(&bytes)?;
    find(&world, id)?;
    let mut state = world.state();
    state.access.retain(|_, access| access.user != id);
    if wanted.refresh {
        state.refresh.retain(|_, refresh| refresh.user != id);
    }
    no_content()
}
