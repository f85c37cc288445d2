//! The older calls: amounts in 10^-8, the checkout's fee, its session, and the transaction that credited the user.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::Caller;
use super::listing;
use super::top_ups::{self, PROVIDER, Wish};
use crate::clock::rfc3339;
use crate::http::{Answer, ApiError, Params, body};
use crate::money::{self, EIGHTS_PER_MICRO, MICROS_PER_CENT};
use crate::state::{Status, TopUp};
use crate::world::World;

const EIGHTS_PER_CENT: u128 = MICROS_PER_CENT * EIGHTS_PER_MICRO;

#[derive(Debug, Deserialize)]
struct CreateRequest {
    amount: i64,
    currency: Option<Currency>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Currency {
    Usdc,
    Usdt,
    Usd,
}

/// `POST /v1/billing/top_up`
pub(super) async fn create(
    State(world): State<Arc<World>>,
    caller: Caller,
    bytes: Bytes,
) -> Answer {
    caller.needs("billing:top_up")?;
    let request: CreateRequest = body(&bytes)?;
    if request
        .currency
        .is_some_and(|currency| currency != Currency::Usdc)
    {
        return Err(ApiError::unprocessable("Only USDC can be topped up here"));
    }
    let cents = u128::try_from(request.amount)
        .ok()
        .filter(|amount| amount % EIGHTS_PER_CENT == 0)
        .and_then(|amount| i64::try_from(amount / EIGHTS_PER_CENT).ok())
        .ok_or_else(|| ApiError::unprocessable("The amount is whole cents in units of 10^-8"))?;
    let wish = Wish {
        cents,
        method: None,
        provider: None,
        return_url: None,
    };
    let top_up = top_ups::start(&world, &caller, wish).await?;
    caller.answers(&to_json(&top_up))
}

/// `GET /v1/billing/top_up/pending`
pub(super) async fn pending(State(world): State<Arc<World>>, caller: Caller) -> Answer {
    caller.needs("billing:get_history")?;
    let open = world.state().open_top_up(caller.user.id).map(to_json);
    caller.answers(&json!({"pendingTopUp": open}))
}

/// `GET /v2/billing/get_history`
pub(super) async fn history(
    State(world): State<Arc<World>>,
    caller: Caller,
    params: Params,
) -> Answer {
    caller.needs("billing:get_history")?;
    let status = params.read_as("status", "a status", |text| {
        Status::ALL.into_iter().find(|s| s.v1() == text)
    })?;
    let (least, most) = (params.number("minAmount")?, params.number("maxAmount")?);
    let keep = |top_up: &TopUp| {
        let amount = money::from_cents(top_up.cents) * EIGHTS_PER_MICRO;
        status.is_none_or(|status| status == top_up.status)
            && least.is_none_or(|least| amount >= u128::from(least))
            && most.is_none_or(|most| amount <= u128::from(most))
    };
    let filtered = status.is_some() || least.is_some() || most.is_some();
    let keep: Option<&dyn Fn(&TopUp) -> bool> = if filtered { Some(&keep) } else { None };
    let page = listing::top_ups(&world.state(), caller.user.id, &params, keep, to_json)?;
    caller.answers(&page)
}

fn to_json(top_up: &TopUp) -> Value {
    let eights = |micros: u128| u64::try_from(micros * EIGHTS_PER_MICRO).unwrap_or(u64::MAX);
    json!({
        "id": top_up.id, "userId": top_up.user, "currency": "usdc",
        "amount": eights(money::from_cents(top_up.cents)), "copperxFee": eights(top_up.fee_micros),
        "copperxGasFee": 0, "copperxSessionId": top_up.session_id, "copperxSessionUrl": top_up.session_url,
        "status": top_up.status.v1(), "balanceContractTxAddress": top_up.transaction, "provider": PROVIDER,
        "createdAt": rfc3339(top_up.created_at), "updatedAt": rfc3339(top_up.updated_at),
        "expiresAt": top_up.expires_at.map(rfc3339),
    })
}
