//! Users: create, list and change them, and read their true state.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path as PathParam, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::amount::parse_amount;
use super::top_ups;
use crate::balance_contract;
use crate::clock::rfc3339;
use crate::console::balances;
use crate::console::seed;
use crate::console::state::{APP_SCOPES, ApiKey, IdScheme, User, Workload};
use crate::console::workloads;
use crate::http::{ApiError, ApiResult, json_response, ok, parse_body};
use crate::money;
use crate::sandbox::Sandbox;
use crate::today::control::{self, TodayUser};
use crate::today::era::Era;
use crate::today::ledger::{DebtForm, PromoForm};
use crate::today::{self, entitlements};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct UserRequest {
    email: Option<String>,
    name: Option<String>,
    credits: Option<String>,
    scopes: Option<BTreeSet<String>>,
    history: u32,
    history_on_chain: u32,
    workload: Option<WorkloadRequest>,
    ids: IdScheme,
    era: Era,
    #[serde(flatten)]
    today: TodayUser,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct WorkloadRequest {
    name: String,
    daily: String,
    days: u16,
    reserve: String,
}

impl Default for WorkloadRequest {
    fn default() -> Self {
        Self {
            name: "web-1".to_owned(),
            daily: "4.5".to_owned(),
            days: 35,
            reserve: "9".to_owned(),
        }
    }
}

impl WorkloadRequest {
    pub(super) fn to_workload(&self) -> Result<workloads::NewWorkload, ApiError> {
        let reserve = money::parse(&self.reserve)
            .ok_or_else(|| ApiError::unprocessable("not an amount: reserve"))?;
        Ok(workloads::NewWorkload {
            name: self.name.clone(),
            configuration: "cpu-regular-4vcpu-8gb",
            daily: parse_amount(&self.daily)?,
            days: self.days,
            reserve,
        })
    }
}

pub(crate) fn find(sandbox: &Sandbox, id: Uuid) -> Result<User, ApiError> {
    sandbox
        .console()
        .user(id)
        .cloned()
        .ok_or_else(|| ApiError::not_found("No such user"))
}

pub(super) async fn create(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: UserRequest = parse_body(&bytes)?;
    let credits = match &request.credits {
        Some(text) => {
            money::parse(text).ok_or_else(|| ApiError::unprocessable("not an amount: credits"))?
        }
        None => seed::FREE_CREDITS_MICROS,
    };
    let user = match request.era {
        Era::Copperx => create_copperx_user(&sandbox, &request, credits).await?,
        Era::Today => create_today_user(&sandbox, &request, credits)?,
    };
    let scopes = request.scopes.unwrap_or_else(app_scopes);
    let key = sandbox.console().create_api_key(user.id, "first", scopes);
    let mut body = user_json(&sandbox, &user);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("api_key".to_owned(), key.secret.into());
        fields.insert("key_id".to_owned(), json!(key.id));
    }
    Ok(json_response(StatusCode::CREATED, &body))
}

async fn create_copperx_user(
    sandbox: &Sandbox,
    request: &UserRequest,
    credits: u128,
) -> Result<User, ApiError> {
    let workload = request
        .workload
        .as_ref()
        .map(WorkloadRequest::to_workload)
        .transpose()?;
    let (email, name) = (request.email.clone(), request.name.clone());
    let user = seed::register(sandbox, email, name, request.ids, Era::Copperx);
    seed::grant_free_credits(sandbox, &user, credits).await?;
    let (history, on_chain) = (
        to_usize(request.history),
        to_usize(request.history_on_chain),
    );
    seed::add_history(sandbox, &user, history, on_chain).await?;
    if let Some(workload) = workload {
        workloads::start(sandbox, &user, workload).await?;
    }
    Ok(user)
}

fn create_today_user(
    sandbox: &Sandbox,
    request: &UserRequest,
    credits: u128,
) -> Result<User, ApiError> {
    if request.workload.is_some() || request.history_on_chain > 0 {
        return Err(ApiError::unprocessable(
            "a user of today's era has resources instead of a workload, and nothing on a chain",
        ));
    }
    let user = control::create(
        sandbox,
        request.email.clone(),
        request.name.clone(),
        request.ids,
        credits,
        &request.today,
    )?;
    today::seed::add_history(sandbox, &user, to_usize(request.history));
    Ok(user)
}

pub(super) fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(super) fn app_scopes() -> BTreeSet<String> {
    APP_SCOPES.map(str::to_owned).into()
}

/// A user as the control API shows one.
pub(crate) fn user_json(sandbox: &Sandbox, user: &User) -> Value {
    let console = sandbox.console();
    let keys: Vec<&ApiKey> = console
        .keys
        .iter()
        .filter(|key| key.user == user.id)
        .collect();
    let now = sandbox.clock.now();
    let usable = keys.iter().find(|key| key.is_active(now));
    let listed: Vec<Value> = keys
        .iter()
        .map(|key| {
            json!({"id": key.id, "name": key.name, "scopes": key.scopes, "revoked": key.revoked,
                "expires_at": key.expires_at.map(rfc3339)})
        })
        .collect();
    json!({
        "id": user.id, "email": user.email, "name": user.name, "address": user.address.to_string(), "ids": user.ids,
        "era": user.era, "api_url": sandbox.console_url(user.era),
        "api_key": usable.map(|key| key.secret.clone()), "key_id": usable.map(|key| key.id), "network": network_file(sandbox, user.era),
        "network_of_both": sandbox.today_files.with_chain, "keys": listed,
    })
}

fn network_file(sandbox: &Sandbox, era: Era) -> &Path {
    match era {
        Era::Copperx => &sandbox.network_file,
        Era::Today => &sandbox.today_files.without_chain,
    }
}

pub(super) async fn list(State(sandbox): State<Arc<Sandbox>>) -> ApiResult {
    let users = sandbox.console().users.clone();
    ok(&users.iter().map(|user| user_json(&sandbox, user)).collect())
}

/// A user's true state: the contract's figures, what the API reports, and the top-ups.
pub(super) async fn full_record(
    State(sandbox): State<Arc<Sandbox>>,
    PathParam(id): PathParam<Uuid>,
) -> ApiResult {
    let user = find(&sandbox, id)?;
    let chain = balance_contract::read_balance(&sandbox, user.address).await?;
    let api = api_figures(&sandbox, &user).await?;
    let mut body = user_json(&sandbox, &user);
    let console = sandbox.console();
    let top_ups: Vec<_> = console.top_ups_of(id).rev().take(200).cloned().collect();
    let count = console.top_up_count(id);
    let open = console.open_top_up(id).cloned();
    let running: Vec<Value> = console
        .workloads
        .iter()
        .filter(|w| w.user == id)
        .map(workload_json)
        .collect();
    let ledger = control::ledger_json(&console, id);
    drop(console);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("chain".to_owned(), chain.to_json());
        fields.insert("api".to_owned(), api);
        fields.insert("today".to_owned(), ledger);
        fields.insert(
            "top_ups".to_owned(),
            top_ups
                .iter()
                .map(|top_up| top_ups::top_up_json(&sandbox, top_up))
                .collect(),
        );
        fields.insert("top_up_count".to_owned(), count.into());
        fields.insert(
            "open_top_up".to_owned(),
            json!(open.map(|top_up| top_ups::top_up_json(&sandbox, &top_up))),
        );
        fields.insert("workloads".to_owned(), running.into());
    }
    ok(&body)
}

/// What the API reports of a user.
async fn api_figures(sandbox: &Sandbox, user: &User) -> Result<Value, ApiError> {
    let charged = sandbox.console().total_charged(user.id);
    if user.era == Era::Today {
        let console = sandbox.console();
        let reported = entitlements::balance(&console, user);
        return Ok(json!({
            "balance": reported.get("balance"), "overage": reported.get("overage"),
            "usage_days_left": reported.get("usageDaysLeft"), "daily": reported.get("estimatedUsage"),
            "charged": money::format_micros(charged),
        }));
    }
    let (balance, days_left, daily) = balances::reported_balance(sandbox, user).await?;
    Ok(json!({
        "balance": money::format_micros(balance), "usage_days_left": days_left,
        "daily": money::format_micros(daily), "charged": money::format_micros(charged),
    }))
}

pub(super) fn workload_json(workload: &Workload) -> Value {
    json!({
        "id": workload.id, "name": workload.name, "deal": workload.deal.to_string(), "daily": money::format_micros(workload.daily_micros),
        "reserve": money::format_micros(workload.reserve_micros), "running": workload.running,
    })
}

#[derive(Debug, Deserialize)]
struct Patch {
    ids: Option<IdScheme>,
    #[serde(default, deserialize_with = "crate::http::double_option")]
    api_balance: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::double_option")]
    usage_days_left: Option<Option<u16>>,
    extra_entitlement: Option<bool>,
    email: Option<String>,
    debt_form: Option<DebtForm>,
    promo_form: Option<PromoForm>,
}

pub(super) async fn patch(
    State(sandbox): State<Arc<Sandbox>>,
    PathParam(id): PathParam<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let patch: Patch = parse_body(&bytes)?;
    let read = |text: &String| {
        money::parse(text).ok_or_else(|| ApiError::unprocessable("not an amount: api_balance"))
    };
    let api_balance = match &patch.api_balance {
        None => None,
        Some(None) => Some(None),
        Some(Some(text)) => Some(Some(read(text)?)),
    };
    find(&sandbox, id)?;
    let mut console = sandbox.console();
    if let Some(ledger) = console.today.ledger_mut(id) {
        ledger.debt_form = patch.debt_form.unwrap_or(ledger.debt_form);
        ledger.promo_form = patch.promo_form.unwrap_or(ledger.promo_form);
    }
    if let Some(user) = console.user_mut(id) {
        user.email = patch.email.unwrap_or_else(|| user.email.clone());
        user.ids = patch.ids.unwrap_or(user.ids);
        user.balance_override = api_balance.unwrap_or(user.balance_override);
        user.days_left_override = patch.usage_days_left.unwrap_or(user.days_left_override);
        user.extra_entitlement = patch.extra_entitlement.unwrap_or(user.extra_entitlement);
    }
    drop(console);
    ok(&user_json(&sandbox, &find(&sandbox, id)?))
}
