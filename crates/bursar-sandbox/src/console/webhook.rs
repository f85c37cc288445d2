//! What the checkout tells the console: believed only when it is signed, and then looked up again at the checkout.

use std::sync::Arc;

use alloy_primitives::hex;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;
use uuid::Uuid;

use crate::checkout::webhook::SIGNATURE;
use crate::failure::{Failure, Result};
use crate::http::{Answer, ApiError, no_content};
use crate::state::Status;
use crate::world::World;

pub(super) async fn receive(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let signature = headers
        .get(SIGNATURE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !is_signed(&world.secrets.webhook, &bytes, signature) {
        tracing::warn!("a webhook with a wrong signature was refused");
        return Err(ApiError::unauthorized());
    }
    let hint: Value =
        serde_json::from_slice(&bytes).map_err(|_| ApiError::bad_request("Not JSON"))?;
    let id = hint
        .pointer("/data/object/id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let session = fetch(&world, id)
        .await
        .map_err(|failure| ApiError::bad_gateway(failure.to_string()))?;
    apply(&world, &session);
    no_content()
}

fn is_signed(secret: &str, body: &[u8], signature: &str) -> bool {
    let (Ok(mut mac), Ok(signature)) = (
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()),
        hex::decode(signature),
    ) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(&signature).is_ok()
}

async fn fetch(world: &World, id: &str) -> Result<Value> {
    let id: Uuid = id.parse().map_err(|_| Failure::new("not a session id"))?;
    let answer = world
        .http
        .get(format!(
            "{}/api/v1/checkout/sessions/{id}",
            world.addresses.checkout
        ))
        .bearer_auth(&world.secrets.merchant_key)
        .timeout(std::time::Duration::from_secs(10))
        .send()
        .await?
        .error_for_status()?;
    Ok(serde_json::from_slice(&answer.bytes().await?)?)
}

/// Money counts whatever the top-up was called meanwhile; an end counts only while it is open.
fn apply(world: &World, session: &Value) {
    let text = |name: &str| {
        session
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let Ok(reference) = text("clientReferenceId").parse::<Uuid>() else {
        return;
    };
    let now = world.clock.now();
    let mut state = world.state();
    let Some((id, status)) = state
        .top_up(reference)
        .map(|top_up| (top_up.id, top_up.status))
    else {
        return;
    };
    match text("status") {
        "complete" => {
            state.paid(id, now);
            world.to_credit.notify_one();
        }
        "expired" | "canceled" if status == Status::Created => {
            state.set_status(id, Status::Expired, now)
        }
        _ => {}
    }
}
