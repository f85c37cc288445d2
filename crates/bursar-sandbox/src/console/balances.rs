//! Balances: the contract's figures in the console's format, or the values that the control API makes it report.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::auth::Caller;
use crate::balance_contract;
use crate::console::state::User;
use crate::error::Result;
use crate::http::{ApiResult, Params};
use crate::money;
use crate::sandbox::Sandbox;
use crate::today::entitlements;
use crate::today::era::Era;

const FEATURE_KEY: &str = "usdc";

/// `GET /v2/users/balances`
pub(super) async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    let mut all = match caller.user.era {
        Era::Copperx => vec![entitlement(&sandbox, &caller.user).await?],
        Era::Today => entitlements::all(&sandbox.console(), &caller.user),
    };
    if caller.user.extra_entitlement {
        all.push(json!({
            "balance": "0.000000", "usage": "0.000000", "estimatedUsage": "0.000000", "overage": "0.000000",
            "totalDepositedAmount": "0.000000", "usageDaysLeft": null, "userId": caller.user.id, "featureKey": "gpu-credits",
        }));
    }
    if let Some(key) = params.get("entitlementKey") {
        all.retain(|value| value.get("featureKey").and_then(Value::as_str) == Some(key));
    }
    caller.respond(&Value::Array(all))
}

/// `POST /v1/users/balances/refresh`
pub(super) async fn refresh(State(sandbox): State<Arc<Sandbox>>, caller: Caller) -> ApiResult {
    let value = match caller.user.era {
        Era::Copperx => entitlement(&sandbox, &caller.user).await?,
        Era::Today => entitlements::balance(&sandbox.console(), &caller.user),
    };
    caller.respond(&value)
}

async fn entitlement(sandbox: &Sandbox, user: &User) -> Result<Value> {
    let (balance, days_left, daily) = reported_balance(sandbox, user).await?;
    let charged = sandbox.console().total_charged(user.id);
    Ok(json!({
        "balance": money::format_micros(balance), "usage": money::format_micros(charged), "estimatedUsage": money::format_micros(daily),
        "overage": "0.000000", "totalDepositedAmount": money::format_micros(user.total_deposited), "usageDaysLeft": days_left,
        "userId": user.id, "featureKey": FEATURE_KEY,
    }))
}

/// What the API reports: the balance in micros, the days left, and the daily cost in micros.
pub(crate) async fn reported_balance(
    sandbox: &Sandbox,
    user: &User,
) -> Result<(u128, Option<u16>, u128)> {
    let daily = sandbox.console().daily_cost(user.id);
    let balance = match user.balance_override {
        Some(claimed) => claimed,
        None => {
            balance_contract::read_balance(sandbox, user.address)
                .await?
                .free
        }
    };
    let days = balance
        .checked_div(daily)
        .map(|days| u16::try_from(days).unwrap_or(u16::MAX));
    Ok((balance, user.days_left_override.or(days), daily))
}
