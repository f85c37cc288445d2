//! The panel's part of the control API: creates accounts, changes them outside the panel's API, and sets how the panel
//! and its payment systems treat them.

mod accounts;
mod lookup;
mod methods;
mod payments;
mod services;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{delete, get, patch, post};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;

use super::state::Maintenance;
use crate::clock::{self, rfc3339};
use crate::http::{ApiError, ApiResult, ok, parse_body};
use crate::sandbox::Sandbox;

pub(crate) fn router() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/panel/users", get(accounts::list).post(accounts::create))
        .route(
            "/panel/users/{id}",
            get(accounts::full_record).patch(accounts::patch),
        )
        .route("/panel/users/{id}/keys", post(accounts::create_key))
        .route("/panel/users/{id}/keys/{key}", delete(accounts::revoke_key))
        .route("/panel/users/{id}/payers", post(accounts::add_payer))
        .route(
            "/panel/users/{id}/payers/{payer}",
            delete(accounts::remove_payer),
        )
        .route("/panel/users/{id}/history", post(accounts::history))
        .route("/panel/users/{id}/methods", post(methods::add))
        .route(
            "/panel/users/{id}/methods/{method}",
            patch(methods::patch).delete(methods::remove),
        )
        .route("/panel/users/{id}/services", post(services::add))
        .route(
            "/panel/users/{id}/services/{service}",
            patch(services::patch).delete(services::remove),
        )
        .route("/panel/users/{id}/migrations", post(services::add_order))
        .route(
            "/panel/users/{id}/migrations/{order}",
            delete(services::cancel_order),
        )
        .route("/panel/users/{id}/payments", post(payments::create))
        .route("/panel/payments/{id}", get(payments::read))
        .route("/panel/payments/{id}/status", post(payments::set_status))
        .route("/panel/payments/{id}/settle", post(payments::settle))
        .route("/panel/payments/{id}/expire", post(payments::expire))
        .route("/panel/payments/{id}/age", post(payments::age))
        .route("/panel/maintenance", post(maintenance))
}

#[derive(Debug, Deserialize)]
struct MaintenanceRequest {
    on: bool,
    message: Option<String>,
    until: Option<String>,
}

async fn maintenance(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: MaintenanceRequest = parse_body(&bytes)?;
    let until = request.until.as_deref().map(parse_time).transpose()?;
    sandbox.panel().maintenance = request.on.then_some(Maintenance {
        message: request.message,
        until,
    });
    ok(&json!({"on": request.on, "until": until.map(rfc3339)}))
}

fn parse_time(text: &str) -> Result<OffsetDateTime, ApiError> {
    clock::parse_rfc3339(text).ok_or_else(|| ApiError::unprocessable(format!("not a time: {text}")))
}
