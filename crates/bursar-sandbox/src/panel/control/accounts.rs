//! Accounts: fresh ones on demand, their keys and payers, how they are treated, and the truth about them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{account, amount};
use crate::clock::rfc3339;
use crate::http::{Answer, ApiError, body, json_answer, no_content, ok};
use crate::panel::amount::Currency;
use crate::panel::instrument::wallet;
use crate::panel::method::{Method, Payer, SavedStatus};
use crate::panel::state::{Account, Key};
use crate::panel::{new_key, seed};
use crate::world::World;

const MOST_HISTORY: usize = 200_000;
const SHOWN: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(default)]
struct Wanted {
    email: Option<String>,
    name: Option<String>,
    currency: String,
    balance: Option<String>,
    daily: Option<String>,
    payers: usize,
    /// Saved methods of the first payer: a card and an account at the PayPal-like house.
    saved: bool,
    services: usize,
    migrations: usize,
    history: usize,
}

impl Default for Wanted {
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

pub(super) async fn create(State(world): State<Arc<World>>, bytes: Bytes) -> Answer {
    let wanted: Wanted = body(&bytes)?;
    let now = world.clock.now();
    let currency = Currency::read(&wanted.currency)
        .ok_or_else(|| ApiError::unprocessable("not a currency: currency"))?;
    let read = |text: &Option<String>| {
        text.as_deref()
            .map(|text| amount(currency, text))
            .transpose()
    };
    let balance = read(&wanted.balance)?.unwrap_or(currency.whole(100));
    let daily = read(&wanted.daily)?;
    let name = wanted.name.unwrap_or_else(|| "Test Customer".to_owned());
    let mut account = Account::new(String::new(), name, currency, now.date());
    let short: String = account.id.simple().to_string().chars().take(8).collect();
    account.email = wanted
        .email
        .unwrap_or_else(|| format!("customer-{short}@sandbox.test"));
    account.balance = balance;
    seed::payers(&mut account, wanted.payers.min(50));
    if wanted.saved {
        add_saved(&mut account, now);
    }
    seed::services(&mut account, wanted.services.min(1000), now);
    seed::migrations(&mut account, wanted.migrations.min(1000), now);
    if let Some(daily) = daily {
        seed::running(&mut account, daily, 0);
    }
    seed::history(&mut account, wanted.history.min(MOST_HISTORY), now);
    let key = new_key(&mut account, "first", false);
    let mut described = describe(&world, &account);
    if let Some(members) = described.as_object_mut() {
        members.insert("api_key".to_owned(), key.secret.into());
        members.insert("key_id".to_owned(), json!(key.id));
    }
    world.panel().accounts.push(account);
    Ok(json_answer(StatusCode::CREATED, &described))
}

fn add_saved(account: &mut Account, now: time::OffsetDateTime) {
    let Some(payer) = account.payers.first().map(|payer| payer.id.clone()) else {
        return;
    };
    let both = [
        (seed::test_card("4242424242424242"), 2),
        (wallet("customer@sandbox.test"), 1),
    ];
    for (instrument, days) in both {
        if let Some(instrument) = instrument {
            let at = now - time::Duration::days(days);
            seed::add_saved(account, &payer, instrument, SavedStatus::Confirmed, at);
        }
    }
}

fn describe(world: &World, account: &Account) -> Value {
    let usable = account.keys.iter().find(|key| !key.revoked);
    let keys: Vec<Value> = account.keys.iter().map(key_json).collect();
    let payers: Vec<Value> = account.payers.iter().map(Payer::to_json).collect();
    json!({
        "id": account.id, "email": account.email, "name": account.name, "currency": account.currency.code(),
        "api_key": usable.map(|key| key.secret.clone()), "key_id": usable.map(|key| key.id),
        "network": world.panel_network, "keys": keys, "payers": payers,
    })
}

fn key_json(key: &Key) -> Value {
    json!({"id": key.id, "name": key.name, "read_only": key.read_only, "revoked": key.revoked})
}

pub(super) async fn list(State(world): State<Arc<World>>) -> Answer {
    let panel = world.panel();
    ok(&panel
        .accounts
        .iter()
        .map(|account| describe(&world, account))
        .collect())
}

/// The truth: balance, methods, the latest payments, services and orders.
pub(super) async fn truth(State(world): State<Arc<World>>, Path(id): Path<Uuid>) -> Answer {
    let now = world.clock.now();
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    let currency = account.currency;
    let mut described = describe(&world, account);
    let mut methods: Vec<&Method> = account.methods.iter().collect();
    methods.sort_by(|one, other| one.rank().cmp(&other.rank()));
    let methods: Vec<Value> = methods.into_iter().map(Method::to_json).collect();
    let payments: Vec<Value> = account
        .payments()
        .values()
        .rev()
        .take(SHOWN)
        .map(|payment| super::payments::describe(account, payment))
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
    let truth = json!({
        "balance": currency.text(account.balance),
        "daily": account.daily_spend().map(|daily| currency.text(daily)), "methods": methods,
        "payments": payments, "payment_count": account.payments().len(), "services": services,
        "migrations": migrations, "expense_count": account.expenses.len(), "manner": manner(account),
        "now": rfc3339(now),
    });
    if let (Some(members), Value::Object(truth)) = (described.as_object_mut(), truth) {
        members.extend(truth);
    }
    ok(&described)
}

fn manner(account: &Account) -> Value {
    let manner = &account.manner;
    json!({
        "blocked": manner.blocked, "requests_per_minute": manner.requests_per_minute,
        "hold_debits": manner.hold_debits, "debit_ms": manner.debit_ms,
        "hold_confirmations": manner.hold_confirmations, "confirm_ms": manner.confirm_ms,
        "refuse_confirmations": manner.refuse_confirmations,
    })
}

#[derive(Debug, Deserialize)]
struct Patch {
    balance: Option<String>,
    min: Option<String>,
    max: Option<String>,
    presets: Option<Vec<String>>,
    blocked: Option<bool>,
    #[serde(default, deserialize_with = "crate::http::given")]
    requests_per_minute: Option<Option<usize>>,
    hold_debits: Option<bool>,
    debit_ms: Option<u32>,
    hold_confirmations: Option<bool>,
    confirm_ms: Option<u32>,
    refuse_confirmations: Option<bool>,
}

pub(super) async fn patch(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let patch: Patch = body(&bytes)?;
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    let currency = account.currency;
    let read = |text: &Option<String>, present: u64| match text {
        Some(text) => amount(currency, text),
        None => Ok(present),
    };
    account.balance = read(&patch.balance, account.balance)?;
    account.limits.min = read(&patch.min, account.limits.min)?;
    account.limits.max = read(&patch.max, account.limits.max)?;
    if let Some(presets) = &patch.presets {
        account.limits.presets = presets
            .iter()
            .map(|text| amount(currency, text))
            .collect::<Result<_, _>>()?;
    }
    let manner = &mut account.manner;
    manner.blocked = patch.blocked.unwrap_or(manner.blocked);
    manner.requests_per_minute = patch
        .requests_per_minute
        .unwrap_or(manner.requests_per_minute);
    manner.hold_debits = patch.hold_debits.unwrap_or(manner.hold_debits);
    manner.debit_ms = patch.debit_ms.unwrap_or(manner.debit_ms);
    manner.hold_confirmations = patch
        .hold_confirmations
        .unwrap_or(manner.hold_confirmations);
    manner.confirm_ms = patch.confirm_ms.unwrap_or(manner.confirm_ms);
    manner.refuse_confirmations = patch
        .refuse_confirmations
        .unwrap_or(manner.refuse_confirmations);
    ok(&describe(&world, account))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WantedKey {
    name: Option<String>,
    read_only: bool,
}

pub(super) async fn create_key(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: WantedKey = body(&bytes)?;
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    let name = wanted.name.as_deref().unwrap_or("unnamed");
    let key = new_key(account, name, wanted.read_only);
    Ok(json_answer(
        StatusCode::CREATED,
        &json!({"id": key.id, "api_key": key.secret, "read_only": key.read_only}),
    ))
}

pub(super) async fn revoke_key(
    State(world): State<Arc<World>>,
    Path((id, key)): Path<(Uuid, Uuid)>,
) -> Answer {
    let mut panel = world.panel();
    let key = account(&mut panel, id)?
        .keys
        .iter_mut()
        .find(|known| known.id == key)
        .ok_or_else(|| ApiError::not_found("No such key"))?;
    key.revoked = true;
    no_content()
}

#[derive(Debug, Deserialize)]
struct WantedPayer {
    name: String,
    #[serde(default)]
    kind: String,
    email: Option<String>,
}

pub(super) async fn add_payer(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: WantedPayer = body(&bytes)?;
    let mut panel = world.panel();
    let account = account(&mut panel, id)?;
    let is_company = wanted.kind == "company";
    let id = seed::add_payer(account, is_company, wanted.name, wanted.email);
    let payer = account.payer(&id).map_or(Value::Null, Payer::to_json);
    Ok(json_answer(StatusCode::CREATED, &payer))
}

/// A payer goes with its methods; its payments keep its name.
pub(super) async fn remove_payer(
    State(world): State<Arc<World>>,
    Path((id, payer)): Path<(Uuid, String)>,
) -> Answer {
    let mut panel = world.panel();
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
struct WantedHistory {
    count: usize,
}

pub(super) async fn history(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let count = body::<WantedHistory>(&bytes)?.count.min(MOST_HISTORY);
    let now = world.clock.now();
    let mut panel = world.panel();
    seed::history(account(&mut panel, id)?, count, now);
    ok(&json!({"count": count}))
}
