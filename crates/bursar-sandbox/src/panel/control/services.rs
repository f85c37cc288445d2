//! Services and ordered migrations in other hands: added, their prices changed, taken back.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use time::Duration;
use uuid::Uuid;

use super::{account, amount};
use crate::http::{Answer, ApiError, body, json_answer, no_content, ok};
use crate::panel::fresh_id;
use crate::panel::payment::Server;
use crate::panel::service::{Migration, Service};
use crate::world::World;

#[derive(Debug, Deserialize)]
struct WantedService {
    name: String,
    #[serde(default = "tariff")]
    tariff: String,
    monthly: String,
    /// From today; may be negative.
    #[serde(default)]
    due_in_days: i64,
}

fn tariff() -> String {
    "VPS S".to_owned()
}

pub(super) async fn add(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: WantedService = body(&bytes)?;
    let midnight = world.clock.now().replace_time(time::Time::MIDNIGHT);
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    let service = Service {
        id: fresh_id("srv"),
        name: wanted.name,
        tariff: wanted.tariff,
        monthly: amount(account.currency, &wanted.monthly)?,
        due_at: midnight + Duration::days(wanted.due_in_days.clamp(-3650, 3650)),
    };
    let described = service.to_json(account.currency);
    account.services.push(service);
    Ok(json_answer(StatusCode::CREATED, &described))
}

#[derive(Debug, Deserialize)]
struct Patch {
    monthly: String,
}

pub(super) async fn patch(
    State(world): State<Arc<World>>,
    Path((id, service)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> Answer {
    let patch: Patch = body(&bytes)?;
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    let currency = account.currency;
    let monthly = amount(currency, &patch.monthly)?;
    let service = account
        .services
        .iter_mut()
        .find(|known| known.id == service)
        .ok_or_else(|| ApiError::not_found("No such service"))?;
    service.monthly = monthly;
    ok(&service.to_json(currency))
}

pub(super) async fn remove(
    State(world): State<Arc<World>>,
    Path((id, service)): Path<(Uuid, String)>,
) -> Answer {
    let mut panel = world.panel();
    let services = &mut account(&mut panel, id)?.services;
    let before = services.len();
    services.retain(|known| known.id != service);
    if services.len() == before {
        return Err(ApiError::not_found("No such service"));
    }
    no_content()
}

#[derive(Debug, Deserialize)]
struct WantedOrder {
    server: String,
    description: Option<String>,
    location: Option<String>,
    monthly: String,
}

pub(super) async fn order(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: WantedOrder = body(&bytes)?;
    let now = world.clock.now();
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    let order = Migration {
        id: fresh_id("mig"),
        number: format!("M-{:04}", account.migrations.len() + 1),
        ordered_at: now,
        server: Server {
            id: fresh_id("srv"),
            name: wanted.server,
            description: wanted.description,
            location: wanted.location,
        },
        monthly: amount(account.currency, &wanted.monthly)?,
    };
    let described = order.to_json(account.currency, now);
    account.migrations.push(order);
    Ok(json_answer(StatusCode::CREATED, &described))
}

pub(super) async fn take_back(
    State(world): State<Arc<World>>,
    Path((id, order)): Path<(Uuid, String)>,
) -> Answer {
    let mut panel = world.panel();
    let orders = &mut account(&mut panel, id)?.migrations;
    let before = orders.len();
    orders.retain(|known| known.id != order);
    if orders.len() == before {
        return Err(ApiError::not_found("No such order"));
    }
    no_content()
}
