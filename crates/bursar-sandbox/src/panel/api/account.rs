//! The account, its limits and payers, and the panel's maintenance status.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::auth::Caller;
use super::problem::ApiResult;
use super::response::ok;
use crate::clock::rfc3339;
use crate::panel::method::Payer;
use crate::sandbox::Sandbox;

/// `GET /status`
pub(super) async fn status(State(sandbox): State<Arc<Sandbox>>) -> ApiResult {
    let panel = sandbox.panel();
    let maintenance = panel.maintenance.as_ref();
    ok(&json!({
        "api": "1.0", "maintenance": maintenance.is_some(),
        "message": maintenance.and_then(|maintenance| maintenance.message.clone()),
        "until": maintenance.and_then(|maintenance| maintenance.until).map(rfc3339),
    }))
}

/// `GET /account`
pub(super) async fn read(State(sandbox): State<Arc<Sandbox>>, caller: Caller) -> ApiResult {
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    let currency = account.currency;
    let daily = account.daily_spend().filter(|daily| *daily > 0);
    ok(&json!({
        "id": format!("acc_{}", account.id.simple()), "name": account.name, "email": account.email,
        "currency": currency.code(), "currency_decimals": currency.decimals(),
        "balance": currency.money_json(account.balance), "daily_spend": daily.map(|daily| currency.money_json(daily)),
        "days_left": daily.map(|daily| account.balance / daily),
    }))
}

/// `GET /top-up/options`
pub(super) async fn options(State(sandbox): State<Arc<Sandbox>>, caller: Caller) -> ApiResult {
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    let (currency, limits) = (account.currency, &account.limits);
    let presets: Vec<Value> = limits
        .presets
        .iter()
        .map(|minor| currency.money_json(*minor))
        .collect();
    ok(&json!({
        "min": currency.money_json(limits.min), "max": currency.money_json(limits.max), "presets": presets,
    }))
}

/// `GET /payers`
pub(super) async fn payers(State(sandbox): State<Arc<Sandbox>>, caller: Caller) -> ApiResult {
    let mut panel = sandbox.panel();
    let account = caller.account(&mut panel)?;
    let mut payers: Vec<&Payer> = account.payers.iter().collect();
    payers.sort_by_key(|payer| !payer.is_default);
    let items: Vec<Value> = payers.into_iter().map(Payer::to_json).collect();
    ok(&json!({"items": items}))
}
