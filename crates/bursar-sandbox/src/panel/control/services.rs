//! Changes services and migration orders outside the API: adds them, changes prices, removes them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use time::Duration;
use uuid::Uuid;

use super::lookup::{account, parse_amount};
use crate::http::{ApiError, ApiResult, json_response, no_content, ok, parse_body};
use crate::panel::new_id;
use crate::panel::payment::Server;
use crate::panel::service::{Migration, Service};
use crate::sandbox::Sandbox;

#[derive(Debug, Deserialize)]
struct ServiceRequest {
    name: String,
    #[serde(default = "default_tariff")]
    tariff: String,
    monthly: String,
    /// Days from today; may be negative.
    #[serde(default)]
    due_in_days: i64,
}

fn default_tariff() -> String {
    "VPS S".to_owned()
}

pub(super) async fn add(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: ServiceRequest = parse_body(&bytes)?;
    let midnight = sandbox.clock.now().replace_time(time::Time::MIDNIGHT);
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    let service = Service {
        id: new_id("srv"),
        name: request.name,
        tariff: request.tariff,
        monthly: parse_amount(account.currency, &request.monthly)?,
        due_at: midnight + Duration::days(request.due_in_days.clamp(-3650, 3650)),
    };
    let described = service.to_json(account.currency);
    account.services.push(service);
    Ok(json_response(StatusCode::CREATED, &described))
}

#[derive(Debug, Deserialize)]
struct Patch {
    monthly: String,
}

pub(super) async fn patch(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, service)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> ApiResult {
    let patch: Patch = parse_body(&bytes)?;
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    let currency = account.currency;
    let monthly = parse_amount(currency, &patch.monthly)?;
    let service = account
        .services
        .iter_mut()
        .find(|known| known.id == service)
        .ok_or_else(|| ApiError::not_found("No such service"))?;
    service.monthly = monthly;
    ok(&service.to_json(currency))
}

pub(super) async fn remove(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, service)): Path<(Uuid, String)>,
) -> ApiResult {
    let mut panel = sandbox.panel();
    let services = &mut account(&mut panel, id)?.services;
    let before = services.len();
    services.retain(|known| known.id != service);
    if services.len() == before {
        return Err(ApiError::not_found("No such service"));
    }
    no_content()
}

#[derive(Debug, Deserialize)]
struct OrderRequest {
    server: String,
    description: Option<String>,
    location: Option<String>,
    monthly: String,
}

pub(super) async fn add_order(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: OrderRequest = parse_body(&bytes)?;
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    let order = Migration {
        id: new_id("mig"),
        number: format!("M-{:04}", account.migrations.len() + 1),
        ordered_at: now,
        server: Server {
            id: new_id("srv"),
            name: request.server,
            description: request.description,
            location: request.location,
        },
        monthly: parse_amount(account.currency, &request.monthly)?,
    };
    let described = order.to_json(account.currency, now);
    account.migrations.push(order);
    Ok(json_response(StatusCode::CREATED, &described))
}

pub(super) async fn cancel_order(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, order)): Path<(Uuid, String)>,
) -> ApiResult {
    let mut panel = sandbox.panel();
    let orders = &mut account(&mut panel, id)?.migrations;
    let before = orders.len();
    orders.retain(|known| known.id != order);
    if orders.len() == before {
        return Err(ApiError::not_found("No such order"));
    }
    no_content()
}
