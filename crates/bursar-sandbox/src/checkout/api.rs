//! The merchant's API: create, read and list sessions. It has no call to cancel one.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::sessions::{Customer, Session, SessionStatus, receiving_assets};
use crate::clock;
use crate::http::{json_response, parse_body};
use crate::money::{self, BASE_UNITS_PER_MICRO};
use crate::sandbox::Sandbox;

/// How long a session lives if the merchant sets no expiry.
const DEFAULT_LIFETIME: Duration = Duration::hours(1);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateSession {
    line_items: LineItems,
    client_reference_id: Option<String>,
    success_url: Option<String>,
    cancel_url: Option<String>,
    payment_setting: Option<PaymentSetting>,
    #[serde(default)]
    metadata: Value,
    expires_at: Option<String>,
    #[serde(default)]
    customer: CustomerFields,
}

#[derive(Debug, Default, Deserialize)]
struct CustomerFields {
    name: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Deserialize)]
struct LineItems {
    data: Vec<LineItem>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineItem {
    price_data: PriceData,
    quantity: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PriceData {
    unit_amount: String,
    product_data: Product,
}

#[derive(Debug, Deserialize)]
struct Product {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentSetting {
    #[serde(default)]
    allowed_chains: Vec<AllowedChain>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AllowedChain {
    chain_id: u64,
}

/// An error in the format of this API.
fn error_response(status: StatusCode, message: &str) -> Response {
    let error = status.canonical_reason().unwrap_or("Error");
    json_response(
        status,
        &json!({"statusCode": status.as_u16(), "message": message, "error": error}),
    )
}

fn is_authorized(sandbox: &Sandbox, headers: &HeaderMap) -> bool {
    let header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    header.and_then(|text| text.strip_prefix("Bearer "))
        == Some(sandbox.secrets.merchant_key.as_str())
}

fn invalid_key() -> Response {
    error_response(StatusCode::UNAUTHORIZED, "Invalid API key")
}

pub(super) async fn create(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if !is_authorized(&sandbox, &headers) {
        return invalid_key();
    }
    let request: CreateSession = match parse_body(&bytes) {
        Ok(request) => request,
        Err(error) => return error.into_response(),
    };
    let now = sandbox.clock.now();
    let Some(session) = new_session(request, &sandbox.urls.checkout, now) else {
        return error_response(
            StatusCode::BAD_REQUEST,
            "There must be at least one line item, and amounts must be strings in units of 10^-8 with a total of at least 100",
        );
    };
    let answer = session.to_json();
    sandbox.sessions.lock().by_id.insert(session.id, session);
    json_response(StatusCode::CREATED, &answer)
}

fn new_session(request: CreateSession, checkout: &str, now: OffsetDateTime) -> Option<Session> {
    let mut subtotal: u128 = 0;
    for item in &request.line_items.data {
        let unit: u128 = item.price_data.unit_amount.parse().ok()?;
        let whole = unit.checked_mul(u128::from(item.quantity.unwrap_or(1)))?;
        subtotal = subtotal.checked_add(whole / BASE_UNITS_PER_MICRO)?;
    }
    if subtotal == 0 {
        return None;
    }
    let item = request
        .line_items
        .data
        .into_iter()
        .next()?
        .price_data
        .product_data
        .name;
    let chains = request
        .payment_setting
        .map(|setting| setting.allowed_chains)
        .unwrap_or_default();
    let allowed: Vec<u64> = chains.into_iter().map(|chain| chain.chain_id).collect();
    let id = Uuid::new_v4();
    Some(Session {
        id,
        created_at: now,
        updated_at: now,
        expires_at: request
            .expires_at
            .as_deref()
            .and_then(clock::parse_rfc3339)
            .unwrap_or(now + DEFAULT_LIFETIME),
        status: SessionStatus::Open,
        late: false,
        item,
        subtotal,
        fee: money::processing_fee(subtotal),
        client_reference_id: request.client_reference_id,
        success_url: request
            .success_url
            .map(|url| url.replace("{CHECKOUT_SESSION_ID}", &id.to_string())),
        cancel_url: request.cancel_url,
        url: format!("{checkout}/payment/checkout-session/{id}"),
        metadata: request.metadata,
        customer: Customer {
            name: request.customer.name.unwrap_or_default(),
            email: request.customer.email.unwrap_or_default(),
        },
        assets: receiving_assets(&allowed),
        transfers: Vec::new(),
    })
}

pub(super) async fn get(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    if !is_authorized(&sandbox, &headers) {
        return invalid_key();
    }
    match id.parse().ok().and_then(|id| sandbox.sessions.get(id)) {
        Some(session) => json_response(StatusCode::OK, &session.to_json()),
        None => error_response(StatusCode::NOT_FOUND, "No such checkout session"),
    }
}

pub(super) async fn list(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap) -> Response {
    if !is_authorized(&sandbox, &headers) {
        return invalid_key();
    }
    let mut all: Vec<Session> = sandbox.sessions.lock().by_id.values().cloned().collect();
    all.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    let page: Vec<Value> = all.iter().take(100).map(Session::to_json).collect();
    json_response(
        StatusCode::OK,
        &json!({"page": 1, "limit": 100, "count": all.len(), "data": page}),
    )
}
