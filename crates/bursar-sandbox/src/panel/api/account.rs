//! The account, its limits and payers, and whether the panel is in maintenance.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::auth::Caller;
use super::ok;
use super::problem::Answer;
use crate::clock::rfc3339;
use crate::panel::method::Payer;
use crate::world::World;

/// `GET /status`
pub(super) async fn status(State(world): State<Arc<World>>) -> Answer {
    let panel = world.panel();
    let maintenance = panel.maintenance.as_ref();
    ok(&json!({
        "api": "1.0", "maintenance": maintenance.is_some(),
        "message": maintenance.and_then(|maintenance| maintenance.message.clone()),
        "until": maintenance.and_then(|maintenance| maintenance.until).map(rfc3339),
    }))
}

/// `GET /account`
pub(super) async fn read(State(world): State<Arc<World>>, caller: Caller) -> Answer {
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    let currency = account.currency;
    let daily = account.daily_spend().filter(|daily| *daily > 0);
    ok(&json!({
        "id": format!("acc_{}", account.id.simple()), "name": account.name, "email": account.email,
        "currency": currency.code(), "currency_decimals": currency.decimals(),
        "balance": currency.money(account.balance), "daily_spend": daily.map(|daily| currency.money(daily)),
        "days_left": daily.map(|daily| account.balance / daily),
    }))
}

/// `GET /top-up/options`
pub(super) async fn options(State(world): State<Arc<World>>, caller: Caller) -> Answer {
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    let (currency, limits) = (account.currency, &account.limits);
    let presets: Vec<Value> = limits
        .presets
        .iter()
        .map(|minor| currency.money(*minor))
        .collect();
    ok(&json!({
        "min": currency.money(limits.min), "max": currency.money(limits.max), "presets": presets,
    }))
}

/// `GET /payers`
pub(super) async fn payers(State(world): State<Arc<World>>, caller: Caller) -> Answer {
    let mut panel = world.panel();
    let account = caller.account(&mut panel)?;
    let mut payers: Vec<&Payer> = account.payers.iter().collect();
    payers.sort_by_key(|payer| !payer.is_default);
    let items: Vec<Value> = payers.into_iter().map(Payer::to_json).collect();
    ok(&json!({"items": items}))
}
