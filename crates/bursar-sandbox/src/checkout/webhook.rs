//! Sends the merchant's webhooks: signed over the raw body, in order, and retried until the merchant accepts them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::sandbox::Sandbox;
use crate::signature::sign;

pub(crate) const SIGNATURE_HEADER: &str = "x-webhook-signature";
const MAX_ATTEMPTS: u32 = 20;
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

pub(crate) async fn run(sandbox: Arc<Sandbox>) {
    loop {
        let _ = tokio::time::timeout(RETRY_INTERVAL, sandbox.sessions.webhook_due.notified()).await;
        while !sandbox.switches.get().webhooks_hold {
            let Some((session, event)) = next_event(&sandbox) else {
                break;
            };
            deliver(&sandbox, session, event).await;
        }
    }
}

fn next_event(sandbox: &Sandbox) -> Option<(Uuid, &'static str)> {
    let mut sessions = sandbox.sessions.lock();
    if sessions.outbox.is_empty() {
        None
    } else {
        Some(sessions.outbox.remove(0))
    }
}

async fn deliver(sandbox: &Sandbox, session: Uuid, event: &'static str) {
    for _ in 0..MAX_ATTEMPTS {
        match send(sandbox, session, event).await {
            Ok(()) => return,
            Err(error) => tracing::debug!("webhook {event} of {session}: {error}"),
        }
        if sandbox.switches.get().webhooks_tamper {
            return;
        }
        tokio::time::sleep(RETRY_INTERVAL).await;
    }
    tracing::warn!("the merchant did not accept webhook {event} of {session}");
}

async fn send(sandbox: &Sandbox, session: Uuid, event: &'static str) -> Result<()> {
    let session = sandbox
        .sessions
        .get(session)
        .ok_or_else(|| Error::new("no such session"))?;
    let body = json!({
        "id": Uuid::new_v4(), "apiVersion": "v1", "created": rfc3339(sandbox.clock.now()), "object": "checkoutSession",
        "type": event, "data": {"object": session.to_json()},
    })
    .to_string();
    let mut signature = sign(&sandbox.secrets.webhook, body.as_bytes());
    if sandbox.switches.get().webhooks_tamper {
        signature = sign("not the secret", body.as_bytes());
    }
    let response = sandbox
        .http
        .post(format!("{}/webhooks/checkout", sandbox.urls.api))
        .header("content-type", "application/json")
        .header(SIGNATURE_HEADER, signature)
        .body(body)
        .send()
        .await?;
    if response.status().is_success() {
        return Ok(());
    }
    Err(Error::new(format!(
        "the merchant answered {}",
        response.status()
    )))
}
