//! Single top-ups: read, pay, age, expire, or force a state.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::amount::parse_amount;
use crate::checkout::sessions::{Asset, Session};
use crate::checkout::wallet;
use crate::clock::rfc3339;
use crate::console::payment_provider::PaymentProvider;
use crate::console::relayer;
use crate::console::state::{TopUp, TopUpStatus};
use crate::http::{ApiError, ApiResult, ok, parse_body};
use crate::money;
use crate::sandbox::Sandbox;
use crate::today::control::{self, PagePayment, page_json};

/// A top-up as the control API shows one.
pub(crate) fn top_up_json(sandbox: &Sandbox, top_up: &TopUp) -> Value {
    let session = top_up.session_id.and_then(|id| sandbox.sessions.get(id));
    json!({
        "id": top_up.id, "intent_id": top_up.intent_id, "chain_id": top_up.on_chain_id, "user_id": top_up.user,
        "amount": money::format_micros(money::from_cents(top_up.amount_cents)), "amount_cents": top_up.amount_cents, "method": top_up.method,
        "provider": top_up.provider.name(), "currency": top_up.provider.currency(),
        "status": top_up.status.legacy_name(), "status_v2": top_up.status.name(), "created_at": rfc3339(top_up.created_at),
        "updated_at": rfc3339(top_up.updated_at), "expires_at": top_up.expires_at.map(rfc3339),
        "session_id": top_up.session_id, "session_url": top_up.session_url, "return_url": top_up.return_url,
        "transaction": top_up.transaction, "session": session.as_ref().map(session_json),
        "page": page_json(sandbox, top_up.id),
    })
}

fn session_json(session: &Session) -> Value {
    let addresses: Vec<Value> = session.assets.iter().map(Asset::summary_json).collect();
    json!({
        "status": session.status.name(), "late": session.late, "amount_due": money::format_micros(session.total()),
        "received": money::format_micros(session.amount_received()), "missing": money::format_micros(session.amount_missing()),
        "expires_at": rfc3339(session.expires_at), "addresses": addresses,
    })
}

/// A top-up by its id or its intent's id.
pub(crate) fn find(sandbox: &Sandbox, id: Uuid) -> Result<TopUp, ApiError> {
    sandbox
        .console()
        .top_up(id)
        .cloned()
        .ok_or_else(|| ApiError::not_found("No such top-up"))
}

fn session_of(sandbox: &Sandbox, top_up: &TopUp) -> Result<Session, ApiError> {
    let session = top_up.session_id.and_then(|id| sandbox.sessions.get(id));
    session.ok_or_else(|| ApiError::conflict("This top-up has no checkout session"))
}

pub(super) async fn get(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<Uuid>) -> ApiResult {
    let top_up = find(&sandbox, id)?;
    ok(&top_up_json(&sandbox, &top_up))
}

#[derive(Debug, Deserialize)]
struct PayRequest {
    chain: Option<u64>,
    amount: Option<String>,
}

pub(super) async fn pay(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let top_up = find(&sandbox, id)?;
    if top_up.provider != PaymentProvider::Copperx {
        let payment: PagePayment = parse_body(&bytes)?;
        return control::pay(&sandbox, top_up.id, &payment);
    }
    let request: PayRequest = parse_body(&bytes)?;
    let session = session_of(&sandbox, &top_up)?;
    let chain = request.chain.unwrap_or(crate::chains::POLYGON);
    let asset = session
        .asset(chain)
        .ok_or_else(|| ApiError::unprocessable("Not payable on that chain"))?;
    let micros = match &request.amount {
        Some(text) => parse_amount(text)?,
        None => session.amount_missing(),
    };
    let mined = wallet::pay(&sandbox, asset, micros).await?;
    ok(
        &json!({"transaction": mined.transaction, "amount": money::format_micros(micros), "block": mined.block}),
    )
}

#[derive(Debug, Deserialize)]
struct AgeRequest {
    seconds: u32,
}

pub(super) async fn age(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let by = Duration::seconds(i64::from(parse_body::<AgeRequest>(&bytes)?.seconds));
    let top_up = find(&sandbox, id)?;
    sandbox.console().age_top_up(top_up.id, by);
    if let Some(session) = top_up.session_id {
        sandbox.sessions.update(session, |session| {
            session.created_at -= by;
            session.expires_at -= by;
        });
    }
    ok(&top_up_json(&sandbox, &find(&sandbox, id)?))
}

pub(super) async fn expire(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<Uuid>) -> ApiResult {
    let now = sandbox.clock.now();
    let top_up = find(&sandbox, id)?;
    if let Some(top_up) = sandbox.console().top_up_mut(id) {
        top_up.expires_at = Some(now);
    }
    if let Some(session) = top_up.session_id {
        sandbox
            .sessions
            .update(session, |session| session.expires_at = now);
    }
    ok(&top_up_json(&sandbox, &find(&sandbox, id)?))
}

#[derive(Debug, Deserialize)]
struct StatusRequest {
    status: String,
}

pub(super) async fn status(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: StatusRequest = parse_body(&bytes)?;
    let has_name = |status: &TopUpStatus| {
        [status.legacy_name(), status.name()].contains(&request.status.as_str())
    };
    let status = TopUpStatus::ALL.into_iter().find(has_name);
    let status = status
        .ok_or_else(|| ApiError::unprocessable(format!("no such status: {}", request.status)))?;
    let top_up = find(&sandbox, id)?;
    if status == TopUpStatus::Completed {
        return Err(ApiError::unprocessable(
            "only a credit completes a top-up; use /credit",
        ));
    }
    let now = sandbox.clock.now();
    sandbox.console().set_status(top_up.id, status, now);
    ok(&top_up_json(&sandbox, &find(&sandbox, id)?))
}

pub(super) async fn credit(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<Uuid>) -> ApiResult {
    find(&sandbox, id)?;
    relayer::credit(&sandbox, id).await?;
    ok(&top_up_json(&sandbox, &find(&sandbox, id)?))
}
