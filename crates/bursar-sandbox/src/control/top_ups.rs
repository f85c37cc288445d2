//! Single top-ups: look at one, pay it, age it, end it, or put it into any state.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::amount;
use crate::checkout::sessions::Session;
use crate::checkout::wallet;
use crate::clock::rfc3339;
use crate::http::{Answer, ApiError, body, ok};
use crate::money;
use crate::relayer;
use crate::state::{Status, TopUp};
use crate::world::World;

pub(super) fn describe(world: &World, top_up: &TopUp) -> Value {
    let session = top_up.session_id.and_then(|id| world.sessions.get(id));
    json!({
        "id": top_up.id, "intent_id": top_up.intent_id, "chain_id": top_up.chain_id, "user_id": top_up.user,
        "amount": money::fixed(money::from_cents(top_up.cents)), "amount_cents": top_up.cents, "method": top_up.method,
        "status": top_up.status.v1(), "status_v2": top_up.status.v2(), "created_at": rfc3339(top_up.created_at),
        "updated_at": rfc3339(top_up.updated_at), "expires_at": top_up.expires_at.map(rfc3339),
        "session_id": top_up.session_id, "session_url": top_up.session_url, "return_url": top_up.return_url,
        "transaction": top_up.transaction, "session": session.as_ref().map(describe_session),
    })
}

fn describe_session(session: &Session) -> Value {
    let addresses: Vec<Value> = session
        .assets
        .iter()
        .map(|asset| {
            json!({"chain": asset.chain, "network": asset.network, "symbol": asset.symbol, "token": asset.token.to_string(),
                "address": asset.address.to_string()})
        })
        .collect();
    json!({
        "status": session.status.name(), "late": session.late, "amount_due": money::fixed(session.total()),
        "received": money::fixed(session.received()), "missing": money::fixed(session.missing()),
        "expires_at": rfc3339(session.expires_at), "addresses": addresses,
    })
}

fn find(world: &World, id: Uuid) -> Result<TopUp, ApiError> {
    world
        .state()
        .top_up(id)
        .cloned()
        .ok_or_else(|| ApiError::not_found("No such top-up"))
}

fn session_of(world: &World, top_up: &TopUp) -> Result<Session, ApiError> {
    let session = top_up.session_id.and_then(|id| world.sessions.get(id));
    session.ok_or_else(|| ApiError::conflict("This top-up has no checkout session"))
}

pub(super) async fn get(State(world): State<Arc<World>>, Path(id): Path<Uuid>) -> Answer {
    let top_up = find(&world, id)?;
    ok(&describe(&world, &top_up))
}

#[derive(Debug, Deserialize)]
struct Payment {
    chain: Option<u64>,
    amount: Option<String>,
}

pub(super) async fn pay(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let payment: Payment = body(&bytes)?;
    let session = session_of(&world, &find(&world, id)?)?;
    let chain = payment.chain.unwrap_or(crate::chains::POLYGON);
    let asset = session
        .asset(chain)
        .ok_or_else(|| ApiError::unprocessable("Not payable on that chain"))?;
    let micros = match &payment.amount {
        Some(text) => amount(text)?,
        None => session.missing(),
    };
    let mined = wallet::pay(&world, asset, micros).await?;
    ok(
        &json!({"transaction": mined.transaction, "amount": money::fixed(micros), "block": mined.block}),
    )
}

#[derive(Debug, Deserialize)]
struct Age {
    seconds: u32,
}

pub(super) async fn age(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let by = Duration::seconds(i64::from(body::<Age>(&bytes)?.seconds));
    let top_up = find(&world, id)?;
    world.state().age_top_up(top_up.id, by);
    if let Some(session) = top_up.session_id {
        world.sessions.change(session, |session| {
            session.created_at -= by;
            session.expires_at -= by;
        });
    }
    ok(&describe(&world, &find(&world, id)?))
}

pub(super) async fn expire(State(world): State<Arc<World>>, Path(id): Path<Uuid>) -> Answer {
    let now = world.clock.now();
    let top_up = find(&world, id)?;
    if let Some(top_up) = world.state().top_up_mut(id) {
        top_up.expires_at = Some(now);
    }
    if let Some(session) = top_up.session_id {
        world
            .sessions
            .change(session, |session| session.expires_at = now);
    }
    ok(&describe(&world, &find(&world, id)?))
}

#[derive(Debug, Deserialize)]
struct WantedStatus {
    status: String,
}

pub(super) async fn status(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: WantedStatus = body(&bytes)?;
    let named = |status: &Status| [status.v1(), status.v2()].contains(&wanted.status.as_str());
    let status = Status::ALL.into_iter().find(named);
    let status = status
        .ok_or_else(|| ApiError::unprocessable(format!("no such status: {}", wanted.status)))?;
    let top_up = find(&world, id)?;
    if status == Status::Completed {
        return Err(ApiError::unprocessable(
            "only a credit completes a top-up; use /credit",
        ));
    }
    let now = world.clock.now();
    world.state().set_status(top_up.id, status, now);
    ok(&describe(&world, &find(&world, id)?))
}

pub(super) async fn credit(State(world): State<Arc<World>>, Path(id): Path<Uuid>) -> Answer {
    find(&world, id)?;
    relayer::credit(&world, id).await?;
    ok(&describe(&world, &find(&world, id)?))
}
