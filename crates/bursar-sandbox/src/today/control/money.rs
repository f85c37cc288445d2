//! Promo credits, debts, and top-ups that a script paid by x402.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::console::state::TopUpStatus;
use crate::control::amount::parse_amount;
use crate::control::top_ups::top_up_json;
use crate::control::users::find;
use crate::http::{ApiError, ApiResult, json_response, no_content, ok, parse_body};
use crate::money::MICROS_PER_CENT;
use crate::sandbox::Sandbox;
use crate::today::control::ledger_json;
use crate::today::payments::random_hash;
use crate::today::{top_ups, usd};

fn no_ledger() -> ApiError {
    ApiError::not_found("No such user of today's era")
}

#[derive(Debug, Deserialize)]
struct PromoRequest {
    amount: String,
    expires_in_s: Option<u32>,
}

/// `POST /users/{id}/promos`
pub(super) async fn grant_promo(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: PromoRequest = parse_body(&bytes)?;
    let micros = parse_amount(&request.amount)?;
    let now = sandbox.clock.now();
    let lifetime = request.expires_in_s.map(i64::from).map(Duration::seconds);
    let mut console = sandbox.console();
    let ledger = console.today.ledger_mut(id).ok_or_else(no_ledger)?;
    let promo = ledger
        .promos
        .grant(micros, lifetime.map(|lifetime| now + lifetime));
    let body = json!({"id": promo.id, "expires_at": promo.expires_at.map(rfc3339)});
    Ok(json_response(StatusCode::CREATED, &body))
}

/// `POST /users/{id}/promos/{promo}/expire`
pub(super) async fn expire_promo(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, promo)): Path<(Uuid, Uuid)>,
) -> ApiResult {
    // The ledger is up to the last whole minute, so that the credit is gone at once.
    let at = sandbox.clock.now() - Duration::minutes(2);
    let mut console = sandbox.console();
    let ledger = console.today.ledger_mut(id).ok_or_else(no_ledger)?;
    if !ledger.promos.expire(promo, at) {
        return Err(ApiError::not_found("No such promo credit"));
    }
    no_content()
}

#[derive(Debug, Deserialize)]
struct DebtRequest {
    amount: String,
    /// For how long there has been nothing left.
    #[serde(default)]
    since_s: u32,
}

/// `POST /users/{id}/debt`: charges the balance until the user owes that amount, and applies the rules of debt.
pub(super) async fn make_debt(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: DebtRequest = parse_body(&bytes)?;
    let debt = parse_amount(&request.amount)?;
    let now = sandbox.clock.now();
    let since = now - Duration::seconds(i64::from(request.since_s));
    let mut console = sandbox.console();
    let ledger = console.today.ledger_mut(id).ok_or_else(no_ledger)?;
    let due = ledger.prepaid().saturating_add(usd::signed(debt));
    if due < 0 {
        return Err(ApiError::unprocessable("The user owes more already"));
    }
    ledger.charge(due.unsigned_abs(), now);
    if request.since_s > 0 {
        ledger.set_debt_since(since, now);
    }
    ok(&ledger_json(&console, id))
}

#[derive(Debug, Deserialize)]
struct X402Request {
    amount: String,
    /// Under review instead of completed.
    #[serde(default)]
    needs_review: bool,
    /// Whether the API knows the transaction on Base.
    #[serde(default = "yes")]
    transaction: bool,
    #[serde(default)]
    ago_s: u32,
}

fn yes() -> bool {
    true
}

/// `POST /users/{id}/x402`: a top-up that a script has paid.
pub(super) async fn add_x402(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: X402Request = parse_body(&bytes)?;
    let micros = parse_amount(&request.amount)?;
    let cents = i64::try_from(micros / MICROS_PER_CENT).unwrap_or(i64::MAX);
    let is_whole = micros % MICROS_PER_CENT == 0;
    if !is_whole || !(1_000..=100_000).contains(&cents) {
        return Err(ApiError::unprocessable(
            "x402 takes 10 to 1000 USD, in whole cents",
        ));
    }
    let user = find(&sandbox, id)?;
    let now = sandbox.clock.now();
    let at = now - Duration::seconds(i64::from(request.ago_s));
    let transaction = request.transaction.then(random_hash);
    let mut top_up = top_ups::x402(&user, cents, transaction, at);
    let mut console = sandbox.console();
    let ledger = console.today.ledger_mut(id).ok_or_else(no_ledger)?;
    if request.needs_review {
        top_up.status = TopUpStatus::AmlFailed;
    } else {
        ledger.credit(micros, now);
    }
    console.insert_top_up(top_up.clone());
    drop(console);
    let body = top_up_json(&sandbox, &top_up);
    Ok(json_response(StatusCode::CREATED, &body))
}
