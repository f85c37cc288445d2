//! Balances: the contract's figures as the console tells them, or what the control API makes it claim.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::auth::Caller;
use crate::failure::Result;
use crate::http::{Answer, Params};
use crate::ledger;
use crate::money;
use crate::state::User;
use crate::world::World;

const FEATURE: &str = "usdc";

/// `GET /v2/users/balances`
pub(super) async fn list(
    State(world): State<Arc<World>>,
    caller: Caller,
    params: Params,
) -> Answer {
    let mut all = vec![entitlement(&world, &caller.user).await?];
    if caller.user.extra_entitlement {
        all.push(json!({
            "balance": "0.000000", "usage": "0.000000", "estimatedUsage": "0.000000", "overage": "0.000000",
            "totalDepositedAmount": "0.000000", "usageDaysLeft": null, "userId": caller.user.id, "featureKey": "gpu-credits",
        }));
    }
    if let Some(key) = params.get("entitlementKey") {
        all.retain(|value| value.get("featureKey").and_then(Value::as_str) == Some(key));
    }
    caller.answers(&Value::Array(all))
}

/// `POST /v1/users/balances/refresh`
pub(super) async fn refresh(State(world): State<Arc<World>>, caller: Caller) -> Answer {
    let value = entitlement(&world, &caller.user).await?;
    caller.answers(&value)
}

async fn entitlement(world: &World, user: &User) -> Result<Value> {
    let (balance, days_left, daily) = figures(world, user).await?;
    let charged = world.state().charged(user.id);
    Ok(json!({
        "balance": money::fixed(balance), "usage": money::fixed(charged), "estimatedUsage": money::fixed(daily),
        "overage": "0.000000", "totalDepositedAmount": money::fixed(user.deposited), "usageDaysLeft": days_left,
        "userId": user.id, "featureKey": FEATURE,
    }))
}

/// What the API claims: balance in micros, days left, daily cost in micros.
pub(crate) async fn figures(world: &World, user: &User) -> Result<(u128, Option<u16>, u128)> {
    let daily = world.state().daily(user.id);
    let balance = match user.balance_override {
        Some(claimed) => claimed,
        None => ledger::figures(world, user.address).await?.free,
    };
    let days = balance
        .checked_div(daily)
        .map(|days| u16::try_from(days).unwrap_or(u16::MAX));
    Ok((balance, user.days_left_override.or(days), daily))
}
