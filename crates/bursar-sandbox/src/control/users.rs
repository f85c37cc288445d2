//! Users: fresh ones on demand, their keys and sign-ins, their money on the chain, and the truth about them.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{amount, top_ups};
use crate::console::balances;
use crate::console::pages::new_key;
use crate::http::{Answer, ApiError, body, json_answer, ok};
use crate::ledger;
use crate::money;
use crate::seed;
use crate::state::{APP_SCOPES, Ids, Key, User, Workload};
use crate::workloads;
use crate::world::World;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    email: Option<String>,
    name: Option<String>,
    credits: Option<String>,
    scopes: Option<BTreeSet<String>>,
    history: u32,
    history_on_chain: u32,
    workload: Option<WantedWorkload>,
    ids: Ids,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct WantedWorkload {
    name: String,
    daily: String,
    days: u16,
    reserve: String,
}

impl Default for WantedWorkload {
    fn default() -> Self {
        Self {
            name: "web-1".to_owned(),
            daily: "4.5".to_owned(),
            days: 35,
            reserve: "9".to_owned(),
        }
    }
}

impl WantedWorkload {
    pub(super) fn wish(&self) -> Result<workloads::Wish, ApiError> {
        let reserve = money::parse(&self.reserve)
            .ok_or_else(|| ApiError::unprocessable("not an amount: reserve"))?;
        Ok(workloads::Wish {
            name: self.name.clone(),
            configuration: "cpu-regular-4vcpu-8gb",
            daily: amount(&self.daily)?,
            days: self.days,
            reserve,
        })
    }
}

pub(super) fn find(world: &World, id: Uuid) -> Result<User, ApiError> {
    world
        .state()
        .user(id)
        .cloned()
        .ok_or_else(|| ApiError::not_found("No such user"))
}

pub(super) async fn create(State(world): State<Arc<World>>, bytes: Bytes) -> Answer {
    let wanted: Wanted = body(&bytes)?;
    let credits = match &wanted.credits {
        Some(text) => {
            money::parse(text).ok_or_else(|| ApiError::unprocessable("not an amount: credits"))?
        }
        None => seed::FREE_CREDITS,
    };
    let wish = wanted
        .workload
        .as_ref()
        .map(WantedWorkload::wish)
        .transpose()?;
    let user = seed::register(&world, wanted.email, wanted.name, wanted.ids);
    seed::grant(&world, &user, credits).await?;
    let (history, on_chain) = (index(wanted.history), index(wanted.history_on_chain));
    seed::history(&world, &user, history, on_chain).await?;
    if let Some(wish) = wish {
        workloads::start(&world, &user, wish).await?;
    }
    let scopes = wanted.scopes.unwrap_or_else(app_scopes);
    let key = new_key(&mut world.state(), user.id, "first", scopes);
    let mut described = describe(&world, &user);
    if let Some(fields) = described.as_object_mut() {
        fields.insert("api_key".to_owned(), key.secret.into());
        fields.insert("key_id".to_owned(), json!(key.id));
    }
    Ok(json_answer(StatusCode::CREATED, &described))
}

pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(super) fn app_scopes() -> BTreeSet<String> {
    APP_SCOPES.map(str::to_owned).into()
}

fn describe(world: &World, user: &User) -> Value {
    let state = world.state();
    let keys: Vec<&Key> = state
        .keys
        .iter()
        .filter(|key| key.user == user.id)
        .collect();
    let usable = keys.iter().find(|key| !key.revoked);
    let listed: Vec<Value> = keys
        .iter()
        .map(|key| json!({"id": key.id, "name": key.name, "scopes": key.scopes, "revoked": key.revoked}))
        .collect();
    json!({
        "id": user.id, "email": user.email, "name": user.name, "address": user.address.to_string(), "ids": user.ids,
        "api_key": usable.map(|key| key.secret.clone()), "key_id": usable.map(|key| key.id), "network": world.network,
        "keys": listed,
    })
}

pub(super) async fn list(State(world): State<Arc<World>>) -> Answer {
    let users = world.state().users.clone();
    ok(&users.iter().map(|user| describe(&world, user)).collect())
}

/// The truth: the contract's figures, what the API claims, and every top-up.
pub(super) async fn truth(State(world): State<Arc<World>>, Path(id): Path<Uuid>) -> Answer {
    let user = find(&world, id)?;
    let chain = ledger::figures(&world, user.address).await?;
    let (balance, days_left, daily) = balances::figures(&world, &user).await?;
    let mut described = describe(&world, &user);
    let state = world.state();
    let top_ups: Vec<_> = state.top_ups_of(id).rev().take(200).cloned().collect();
    let count = state.top_up_count(id);
    let open = state.open_top_up(id).cloned();
    let running: Vec<Value> = state
        .workloads
        .iter()
        .filter(|w| w.user == id)
        .map(describe_workload)
        .collect();
    let charged = state.charged(id);
    drop(state);
    if let Some(fields) = described.as_object_mut() {
        fields.insert("chain".to_owned(), chain.to_json());
        fields.insert(
            "api".to_owned(),
            json!({"balance": money::fixed(balance), "usage_days_left": days_left, "daily": money::fixed(daily),
                "charged": money::fixed(charged)}),
        );
        fields.insert(
            "top_ups".to_owned(),
            top_ups
                .iter()
                .map(|top_up| top_ups::describe(&world, top_up))
                .collect(),
        );
        fields.insert("top_up_count".to_owned(), count.into());
        fields.insert(
            "open_top_up".to_owned(),
            json!(open.map(|top_up| top_ups::describe(&world, &top_up))),
        );
        fields.insert("workloads".to_owned(), running.into());
    }
    ok(&described)
}

pub(super) fn describe_workload(workload: &Workload) -> Value {
    json!({
        "id": workload.id, "name": workload.name, "deal": workload.deal.to_string(), "daily": money::fixed(workload.daily_micros),
        "reserve": money::fixed(workload.reserve_micros), "running": workload.running,
    })
}

#[derive(Debug, Deserialize)]
struct Patch {
    ids: Option<Ids>,
    #[serde(default, deserialize_with = "crate::http::given")]
    api_balance: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::given")]
    usage_days_left: Option<Option<u16>>,
    extra_entitlement: Option<bool>,
}

pub(super) async fn patch(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let patch: Patch = body(&bytes)?;
    let read = |text: &String| {
        money::parse(text).ok_or_else(|| ApiError::unprocessable("not an amount: api_balance"))
    };
    let claimed = match &patch.api_balance {
        None => None,
        Some(None) => Some(None),
        Some(Some(text)) => Some(Some(read(text)?)),
    };
    find(&world, id)?;
    if let Some(user) = world.state().user_mut(id) {
        user.ids = patch.ids.unwrap_or(user.ids);
        user.balance_override = claimed.unwrap_or(user.balance_override);
        user.days_left_override = patch.usage_days_left.unwrap_or(user.days_left_override);
        user.extra_entitlement = patch.extra_entitlement.unwrap_or(user.extra_entitlement);
    }
    ok(&describe(&world, &find(&world, id)?))
}
