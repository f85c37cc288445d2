//! Users of today's era: created with resources and promo credits, moved between the eras, and shown with their books.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::balance_contract;
use crate::clock::rfc3339;
use crate::console::state::{ConsoleState, IdScheme, User};
use crate::control::users::{find, user_json};
use crate::http::{ApiError, ApiResult, json_response, no_content, ok, parse_body};
use crate::money;
use crate::random::random_address;
use crate::sandbox::Sandbox;
use crate::today::era::Era;
use crate::today::ledger::{DebtForm, Ledger, PromoForm};
use crate::today::resource::{Resource, ResourceKind, configuration};
use crate::today::{seed, usd};

/// The part of `POST /users` that is for today's era.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TodayUser {
    /// A user who signed up with a wallet: the e-mail address is the placeholder that Fluence gives.
    wallet: bool,
    resources: Vec<ResourceRequest>,
    promo: Option<String>,
    promo_expires_in_s: Option<u32>,
    debt_form: DebtForm,
    promo_form: PromoForm,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ResourceRequest {
    kind: ResourceKind,
    name: String,
    hourly: String,
    configuration: Option<String>,
    volume_gb: Option<u64>,
    /// The name of the machine that a disk or an address is attached to.
    attached_to: Option<String>,
}

impl ResourceRequest {
    fn to_resource(&self, ledger: &Ledger, sandbox: &Sandbox) -> Result<Resource, ApiError> {
        let hourly = money::parse(&self.hourly)
            .ok_or_else(|| ApiError::unprocessable("not an amount: hourly"))?;
        let now = sandbox.clock.now();
        let mut resource = Resource::new(self.name.clone(), self.kind, hourly, now);
        if let Some(slug) = &self.configuration {
            let plan = configuration(slug).filter(|_| self.kind == ResourceKind::Vm);
            let plan = plan.ok_or_else(|| ApiError::unprocessable("no such configuration"))?;
            resource.configuration = Some(plan);
        }
        resource.volume_gb = self.volume_gb.unwrap_or(resource.volume_gb);
        if let Some(name) = &self.attached_to {
            let machine = ledger
                .resources()
                .iter()
                .find(|other| other.kind == ResourceKind::Vm && other.name == *name);
            let machine = machine.ok_or_else(|| ApiError::unprocessable("no such machine"))?;
            resource.attached_to = Some(machine.id);
        }
        Ok(resource)
    }
}

/// Creates a user of today's era; `balance` in micros.
pub(crate) fn create(
    sandbox: &Sandbox,
    email: Option<String>,
    name: Option<String>,
    ids: IdScheme,
    balance: u128,
    request: &TodayUser,
) -> Result<User, ApiError> {
    let email = match (email, request.wallet) {
        (None, true) => Some(format!("wallet-{}@x402.invalid", random_address())),
        (email, _) => email,
    };
    let promo = match &request.promo {
        None => 0,
        Some(text) => {
            money::parse(text).ok_or_else(|| ApiError::unprocessable("not an amount: promo"))?
        }
    };
    let now = sandbox.clock.now();
    let mut ledger = Ledger::open(Uuid::nil(), balance, now);
    for resource in &request.resources {
        let resource = resource.to_resource(&ledger, sandbox)?;
        ledger.rent(resource);
    }
    // Everything is valid, so the user can be made.
    let resources = ledger.resources().to_vec();
    let user = seed::register(sandbox, email, name, ids, balance);
    let mut console = sandbox.console();
    if let Some(ledger) = console.today.ledger_mut(user.id) {
        ledger.debt_form = request.debt_form;
        ledger.promo_form = request.promo_form;
        for resource in resources {
            ledger.rent(resource);
        }
        if promo > 0 {
            let lifetime = request.promo_expires_in_s.map(i64::from);
            let expires_at = lifetime.map(|seconds| now + time::Duration::seconds(seconds));
            ledger.promos.grant(promo, expires_at);
        }
    }
    Ok(user)
}

#[derive(Debug, Deserialize)]
struct EraRequest {
    era: Era,
    /// The opening balance of today's era; by default what the contract holds.
    balance: Option<String>,
}

/// Moves a user to the other era. Payments, charges and keys stay. Each era keeps its own money: the contract keeps what
/// it holds, and the ledger opens with the same amount, unless another one is given.
pub(super) async fn move_to_era(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: EraRequest = parse_body(&bytes)?;
    let user = find(&sandbox, id)?;
    let opening = match &request.balance {
        Some(text) => {
            money::parse(text).ok_or_else(|| ApiError::unprocessable("not an amount: balance"))?
        }
        None => {
            balance_contract::read_balance(&sandbox, user.address)
                .await?
                .full
        }
    };
    let now = sandbox.clock.now();
    let mut console = sandbox.console();
    if request.era != user.era {
        move_user(&mut console, &user, request.era, opening, now);
    }
    drop(console);
    ok(&user_json(&sandbox, &find(&sandbox, id)?))
}

fn move_user(
    console: &mut ConsoleState,
    user: &User,
    era: Era,
    opening: u128,
    now: time::OffsetDateTime,
) {
    if era == Era::Today {
        let mut running = Vec::new();
        for workload in &mut console.workloads {
            if workload.user == user.id && workload.running {
                workload.running = false;
                running.push((
                    workload.id,
                    workload.name.clone(),
                    workload.configuration,
                    workload.daily_micros,
                ));
            }
        }
        if console.today.ledger(user.id).is_none() {
            let mut ledger = Ledger::open(user.id, opening, now);
            seed::adopt_workloads(&mut ledger, &running, now);
            console.today.insert_ledger(user.id, ledger);
        } else if let Some(ledger) = console.today.ledger_mut(user.id) {
            ledger.resume(now);
        }
    }
    if let Some(user) = console.user_mut(user.id) {
        user.era = era;
    }
}

/// `POST /users/{id}/resources`
pub(super) async fn rent(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: ResourceRequest = parse_body(&bytes)?;
    let mut console = sandbox.console();
    let ledger = console
        .today
        .ledger_mut(id)
        .ok_or_else(|| ApiError::not_found("No such user of today's era"))?;
    let resource = request.to_resource(ledger, &sandbox)?;
    let body = resource_json(&resource);
    ledger.rent(resource);
    Ok(json_response(StatusCode::CREATED, &body))
}

/// `DELETE /users/{id}/resources/{resource}`
pub(super) async fn remove(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, resource)): Path<(Uuid, Uuid)>,
) -> ApiResult {
    let now = sandbox.clock.now();
    let mut console = sandbox.console();
    let ledger = console.today.ledger_mut(id);
    if !ledger.is_some_and(|ledger| ledger.remove(resource, now)) {
        return Err(ApiError::not_found("No such resource"));
    }
    no_content()
}

fn resource_json(resource: &Resource) -> Value {
    json!({
        "id": resource.id, "kind": resource.kind, "name": resource.name,
        "hourly": usd::format_unsigned(resource.hourly), "running": resource.is_running(),
        "attached_to": resource.attached_to, "removed_at": resource.removed_at.map(rfc3339),
    })
}

/// A user's books, as they are; null if the user never was of today's era.
pub(crate) fn ledger_json(console: &ConsoleState, user: Uuid) -> Value {
    let Some(ledger) = console.today.ledger(user) else {
        return Value::Null;
    };
    let promos: Vec<Value> = ledger
        .promos
        .iter()
        .map(|promo| {
            json!({
                "id": promo.id, "granted": usd::format_unsigned(promo.granted), "left": usd::format_unsigned(promo.left),
                "expires_at": promo.expires_at.map(rfc3339),
            })
        })
        .collect();
    let resources: Vec<Value> = ledger.resources().iter().map(resource_json).collect();
    let clock = ledger.debt_clock;
    json!({
        "balance": usd::format(ledger.prepaid()), "debt": usd::format_unsigned(ledger.debt()),
        "debt_form": ledger.debt_form, "nothing_left_since": clock.since.map(rfc3339),
        "machines_removed_at": clock.machines_removed_at.map(rfc3339),
        "disks_deleted_at": clock.disks_deleted_at.map(rfc3339),
        "promo": usd::format_unsigned(ledger.promo_left()), "promo_form": ledger.promo_form, "promos": promos,
        "daily": usd::format_unsigned(ledger.daily_cost()), "resources": resources,
    })
}
