//! Accounts: create and list them, manage their keys and payers, change how the panel treats them, and read their
//! true state.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::lookup::{account, parse_amount};
use crate::clock::rfc3339;
use crate::http::{ApiError, ApiResult, json_response, no_content, ok, parse_body};
use crate::panel::currency::Currency;
use crate::panel::instrument::wallet_account;
use crate::panel::method::{Method, Payer, SavedMethodStatus};
use crate::panel::seed;
use crate::panel::state::{Account, ApiKey};
use crate::sandbox::Sandbox;

const MAX_HISTORY: usize = 200_000;
const MAX_LISTED_PAYMENTS: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(default)]
struct AccountRequest {
    email: Option<String>,
    name: Option<String>,
    currency: String,
    balance: Option<String>,
    daily: Option<String>,
    payers: usize,
    /// Whether the first payer gets saved methods: a card and a PayPal account.
    saved: bool,
    services: usize,
    migrations: usize,
    history: usize,
}

impl Default for AccountRequest {
    fn default() -> Self {
        Self {
            email: None,
            name: None,
            currency: "USD".to_owned(),
            balance: None,
            daily: None,
            payers: 2,
            saved: true,
            services: 2,
            migrations: 1,
            history: 0,
        }
    }
}

pub(super) async fn create(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: AccountRequest = parse_body(&bytes)?;
    let now = sandbox.clock.now();
    let currency = Currency::from_code(&request.currency)
        .ok_or_else(|| ApiError::unprocessable("not a currency: currency"))?;
    let read = |text: &Option<String>| {
        text.as_deref()
            .map(|text| parse_amount(currency, text))
            .transpose()
    };
    let balance = read(&request.balance)?.unwrap_or(currency.minor_units(100));
    let daily = read(&request.daily)?;
    let name = request.name.unwrap_or_else(|| "Test Customer".to_owned());
    let mut account = Account::new(String::new(), name, currency, now.date());
    let short_id: String = account.id.simple().to_string().chars().take(8).collect();
    account.email = request
        .email
        .unwrap_or_else(|| format!("customer-{short_id}@sandbox.test"));
    account.balance = balance;
    seed::add_payers(&mut account, request.payers.min(50));
    if request.saved {
        add_saved_methods(&mut account, now);
    }
    seed::add_services(&mut account, request.services.min(1000), now);
    seed::add_migrations(&mut account, request.migrations.min(1000), now);
    if let Some(daily) = daily {
        seed::add_running_servers(&mut account, daily, 0);
    }
    seed::add_history(&mut account, request.history.min(MAX_HISTORY), now);
    let key = account.create_api_key("first", false);
    let mut body_json = account_json(&sandbox, &account);
    if let Some(members) = body_json.as_object_mut() {
        members.insert("api_key".to_owned(), key.secret.into());
        members.insert("key_id".to_owned(), json!(key.id));
    }
    sandbox.panel().accounts.push(account);
    Ok(json_response(StatusCode::CREATED, &body_json))
}

fn add_saved_methods(account: &mut Account, now: time::OffsetDateTime) {
    let Some(payer) = account.payers.first().map(|payer| payer.id.clone()) else {
        return;
    };
    let instruments = [
        (seed::test_card("4242424242424242"), 2),
        (wallet_account("customer@sandbox.test"), 1),
    ];
    for (instrument, days) in instruments {
        if let Some(instrument) = instrument {
            let at = now - time::Duration::days(days);
            seed::add_saved_method(
                account,
                &payer,
                instrument,
                SavedMethodStatus::Confirmed,
                at,
            );
        }
    }
}

fn account_json(sandbox: &Sandbox, account: &Account) -> Value {
    let usable = account.keys.iter().find(|key| !key.revoked);
    let keys: Vec<Value> = account.keys.iter().map(key_json).collect();
    let payers: Vec<Value> = account.payers.iter().map(Payer::to_json).collect();
    json!({
        "id": account.id, "email": account.email, "name": account.name, "currency": account.currency.code(),
        "api_key": usable.map(|key| key.secret.clone()), "key_id": usable.map(|key| key.id),
        "network": sandbox.panel_network_file, "keys": keys, "payers": payers,
    })
}

fn key_json(key: &ApiKey) -> Value {
    json!({"id": key.id, "name": key.name, "read_only": key.read_only, "revoked": key.revoked})
}

pub(super) async fn list(State(sandbox): State<Arc<Sandbox>>) -> ApiResult {
    let panel = sandbox.panel();
    ok(&panel
        .accounts
        .iter()
        .map(|account| account_json(&sandbox, account))
        .collect())
}

/// The account's true state: balance, methods, latest payments, services and orders.
pub(super) async fn full_record(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
) -> ApiResult {
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    let currency = account.currency;
    let mut body_json = account_json(&sandbox, account);
    let mut methods: Vec<&Method> = account.methods.iter().collect();
    methods.sort_by(|one, other| one.rank().cmp(&other.rank()));
    let methods: Vec<Value> = methods.into_iter().map(Method::to_json).collect();
    let payments: Vec<Value> = account
        .payments()
        .values()
        .rev()
        .take(MAX_LISTED_PAYMENTS)
        .map(|payment| super::payments::payment_json(account, payment))
        .collect();
    let services: Vec<Value> = account
        .services
        .iter()
        .map(|service| service.to_json(currency))
        .collect();
    let migrations: Vec<Value> = account
        .migrations
        .iter()
        .map(|order| order.to_json(currency, now))
        .collect();
    let full_record = json!({
        "balance": currency.format(account.balance),
        "daily": account.daily_spend().map(|daily| currency.format(daily)), "methods": methods,
        "payments": payments, "payment_count": account.payments().len(), "services": services,
        "migrations": migrations, "expense_count": account.expenses.len(), "manner": behaviour_json(account),
        "now": rfc3339(now),
    });
    if let (Some(members), Value::Object(full_record)) = (body_json.as_object_mut(), full_record) {
        members.extend(full_record);
    }
    ok(&body_json)
}

fn behaviour_json(account: &Account) -> Value {
    let behaviour = &account.behaviour;
    json!({
        "blocked": behaviour.blocked, "requests_per_minute": behaviour.requests_per_minute,
        "hold_debits": behaviour.hold_debits, "debit_ms": behaviour.debit_ms,
        "hold_confirmations": behaviour.hold_confirmations, "confirm_ms": behaviour.confirm_ms,
        "refuse_confirmations": behaviour.refuse_confirmations,
    })
}

#[derive(Debug, Deserialize)]
struct Patch {
    balance: Option<String>,
    min: Option<String>,
    max: Option<String>,
    presets: Option<Vec<String>>,
    blocked: Option<bool>,
    #[serde(default, deserialize_with = "crate::http::double_option")]
    requests_per_minute: Option<Option<usize>>,
    hold_debits: Option<bool>,
    debit_ms: Option<u32>,
    hold_confirmations: Option<bool>,
    confirm_ms: Option<u32>,
    refuse_confirmations: Option<bool>,
}

pub(super) async fn patch(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let patch: Patch = parse_body(&bytes)?;
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    let currency = account.currency;
    let read = |text: &Option<String>, current: u64| match text {
        Some(text) => parse_amount(currency, text),
        None => Ok(current),
    };
    account.balance = read(&patch.balance, account.balance)?;
    account.limits.min = read(&patch.min, account.limits.min)?;
    account.limits.max = read(&patch.max, account.limits.max)?;
    if let Some(presets) = &patch.presets {
        account.limits.presets = presets
            .iter()
            .map(|text| parse_amount(currency, text))
            .collect::<Result<_, _>>()?;
    }
    let behaviour = &mut account.behaviour;
    behaviour.blocked = patch.blocked.unwrap_or(behaviour.blocked);
    behaviour.requests_per_minute = patch
        .requests_per_minute
        .unwrap_or(behaviour.requests_per_minute);
    behaviour.hold_debits = patch.hold_debits.unwrap_or(behaviour.hold_debits);
    behaviour.debit_ms = patch.debit_ms.unwrap_or(behaviour.debit_ms);
    behaviour.hold_confirmations = patch
        .hold_confirmations
        .unwrap_or(behaviour.hold_confirmations);
    behaviour.confirm_ms = patch.confirm_ms.unwrap_or(behaviour.confirm_ms);
    behaviour.refuse_confirmations = patch
        .refuse_confirmations
        .unwrap_or(behaviour.refuse_confirmations);
    ok(&account_json(&sandbox, account))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct KeyRequest {
    name: Option<String>,
    read_only: bool,
}

pub(super) async fn create_key(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: KeyRequest = parse_body(&bytes)?;
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    let name = request.name.as_deref().unwrap_or("unnamed");
    let key = account.create_api_key(name, request.read_only);
    Ok(json_response(
        StatusCode::CREATED,
        &json!({"id": key.id, "api_key": key.secret, "read_only": key.read_only}),
    ))
}

pub(super) async fn revoke_key(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, key)): Path<(Uuid, Uuid)>,
) -> ApiResult {
    let mut panel = sandbox.panel();
    let key = account(&mut panel, id)?
        .keys
        .iter_mut()
        .find(|known| known.id == key)
        .ok_or_else(|| ApiError::not_found("No such key"))?;
    key.revoked = true;
    no_content()
}

#[derive(Debug, Deserialize)]
struct PayerRequest {
    name: String,
    #[serde(default)]
    kind: String,
    email: Option<String>,
}

pub(super) async fn add_payer(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: PayerRequest = parse_body(&bytes)?;
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    let is_company = request.kind == "company";
    let id = seed::add_payer(account, is_company, request.name, request.email);
    let payer = account.payer(&id).map_or(Value::Null, Payer::to_json);
    Ok(json_response(StatusCode::CREATED, &payer))
}

/// Removes a payer with its methods. Its payments keep its name.
pub(super) async fn remove_payer(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, payer)): Path<(Uuid, String)>,
) -> ApiResult {
    let mut panel = sandbox.panel();
    let account = account(&mut panel, id)?;
    if account.payer(&payer).is_none() {
        return Err(ApiError::not_found("No such payer"));
    }
    account.payers.retain(|known| known.id != payer);
    account.methods.retain(|method| method.payer != payer);
    let has_default = account.payers.iter().any(|payer| payer.is_default);
    if let Some(first) = account.payers.first_mut().filter(|_| !has_default) {
        first.is_default = true;
    }
    no_content()
}

#[derive(Debug, Deserialize)]
struct HistoryRequest {
    count: usize,
}

pub(super) async fn history(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let count = parse_body::<HistoryRequest>(&bytes)?.count.min(MAX_HISTORY);
    let now = sandbox.clock.now();
    let mut panel = sandbox.panel();
    seed::add_history(account(&mut panel, id)?, count, now);
    ok(&json!({"count": count}))
}
