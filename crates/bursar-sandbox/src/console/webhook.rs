//! Receives the checkout's webhooks. A webhook counts only if its signature is valid; the session is then read from
//! the checkout.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::Value;
use uuid::Uuid;

use crate::checkout::webhook::SIGNATURE_HEADER;
use crate::console::state::TopUpStatus;
use crate::error::{Error, Result};
use crate::http::{ApiError, ApiResult, no_content};
use crate::sandbox::Sandbox;
use crate::signature;

const CHECKOUT_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn receive(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> ApiResult {
    let signature = headers
        .get(SIGNATURE_HEADER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !signature::is_valid(&sandbox.secrets.webhook, &bytes, signature) {
        tracing::warn!("refused a webhook with an invalid signature");
        return Err(ApiError::unauthorized());
    }
    let event: Value =
        serde_json::from_slice(&bytes).map_err(|_| ApiError::bad_request("Not JSON"))?;
    let id = event
        .pointer("/data/object/id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let session = fetch(&sandbox, id)
        .await
        .map_err(|error| ApiError::bad_gateway(error.to_string()))?;
    apply(&sandbox, &session);
    no_content()
}

async fn fetch(sandbox: &Sandbox, id: &str) -> Result<Value> {
    let id: Uuid = id.parse().map_err(|_| Error::new("not a session id"))?;
    let response = sandbox
        .http
        .get(format!(
            "{}/api/v1/checkout/sessions/{id}",
            sandbox.urls.checkout
        ))
        .bearer_auth(&sandbox.secrets.merchant_key)
        .timeout(CHECKOUT_TIMEOUT)
        .send()
        .await?
        .error_for_status()?;
    Ok(serde_json::from_slice(&response.bytes().await?)?)
}

/// A payment counts in any state of the top-up; an expiry or a cancellation counts only while the top-up is open.
fn apply(sandbox: &Sandbox, session: &Value) {
    let text = |name: &str| {
        session
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let Ok(reference) = text("clientReferenceId").parse::<Uuid>() else {
        return;
    };
    let now = sandbox.clock.now();
    let mut console = sandbox.console();
    let Some((id, status)) = console
        .top_up(reference)
        .map(|top_up| (top_up.id, top_up.status))
    else {
        return;
    };
    match text("status") {
        "complete" => {
            console.mark_paid(id, now);
            sandbox.credit_due.notify_one();
        }
        "expired" | "canceled" if status == TopUpStatus::Created => {
            console.set_status(id, TopUpStatus::Expired, now)
        }
        _ => {}
    }
}
