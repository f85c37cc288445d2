//! Tells the merchant what became of a session: signed over the raw body, in order, tried again when nobody answers.

use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::hex;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::failure::{Failure, Result};
use crate::world::World;

pub(crate) const SIGNATURE: &str = "x-webhook-signature";
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

pub(crate) async fn run(world: Arc<World>) {
    loop {
        let _ = tokio::time::timeout(PAUSE, world.sessions.to_tell.notified()).await;
        while !world.switches.get().webhooks_hold {
            let Some((session, event)) = first(&world) else {
                break;
            };
            tell(&world, session, event).await;
        }
    }
}

fn first(world: &World) -> Option<(Uuid, &'static str)> {
    let mut house = world.sessions.lock();
    if house.outbox.is_empty() {
        None
    } else {
        Some(house.outbox.remove(0))
    }
}

async fn tell(world: &World, session: Uuid, event: &'static str) {
    for _ in 0..TRIES {
        match send(world, session, event).await {
            Ok(()) => return,
            Err(failure) => tracing::debug!("webhook {event} of {session}: {failure}"),
        }
        if world.switches.get().webhooks_tamper {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    tracing::warn!("webhook {event} of {session} was never taken");
}

async fn send(world: &World, session: Uuid, event: &'static str) -> Result<()> {
    let session = world
        .sessions
        .get(session)
        .ok_or_else(|| Failure::new("no such session"))?;
    let body = json!({
        "id": Uuid::new_v4(), "apiVersion": "v1", "created": rfc3339(world.clock.now()), "object": "checkoutSession",
        "type": event, "data": {"object": session.to_json()},
    })
    .to_string();
    let mut signature = sign(&world.secrets.webhook, body.as_bytes());
    if world.switches.get().webhooks_tamper {
        signature = sign("not the secret", body.as_bytes());
    }
    let answer = world
        .http
        .post(format!("{}/webhooks/checkout", world.addresses.api))
        .header("content-type", "application/json")
        .header(SIGNATURE, signature)
        .body(body)
        .send()
        .await?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the merchant answered {}",
        answer.status()
    )))
}

/// HMAC-SHA256 in hex.
pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}
