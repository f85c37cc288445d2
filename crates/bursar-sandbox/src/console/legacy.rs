//! The older API: amounts in units of 10^-8, with the checkout's fee and session and the transaction that credited
//! the user.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::Caller;
use super::paging;
use super::top_ups::{self, TopUpRequest};
use crate::clock::rfc3339;
use crate::console::state::{TopUp, TopUpStatus};
use crate::http::{ApiError, ApiResult, Params, parse_body};
use crate::money::{self, BASE_UNITS_PER_MICRO, MICROS_PER_CENT};
use crate::sandbox::Sandbox;
use crate::today::era::Era;

const BASE_UNITS_PER_CENT: u128 = MICROS_PER_CENT * BASE_UNITS_PER_MICRO;

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
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    bytes: Bytes,
) -> ApiResult {
    caller.require_scope("billing:top_up")?;
    let request: CreateRequest = parse_body(&bytes)?;
    let (accepted, name) = match caller.user.era {
        Era::Copperx => (Currency::Usdc, "USDC"),
        Era::Today => (Currency::Usd, "USD"),
    };
    if request
        .currency
        .is_some_and(|currency| currency != accepted)
    {
        return Err(ApiError::unprocessable(format!(
            "Only {name} can be topped up here"
        )));
    }
    let amount_cents = u128::try_from(request.amount)
        .ok()
        .filter(|amount| amount % BASE_UNITS_PER_CENT == 0)
        .and_then(|amount| i64::try_from(amount / BASE_UNITS_PER_CENT).ok())
        .ok_or_else(|| {
            ApiError::unprocessable("The amount must be whole cents in units of 10^-8")
        })?;
    let new_top_up = TopUpRequest {
        amount_cents,
        method: None,
        provider: None,
        return_url: None,
    };
    let top_up = top_ups::start(&sandbox, &caller, new_top_up).await?;
    caller.respond(&to_json(&top_up))
}

/// `GET /v1/billing/top_up/pending`
pub(super) async fn pending(State(sandbox): State<Arc<Sandbox>>, caller: Caller) -> ApiResult {
    caller.require_scope("billing:get_history")?;
    let open = sandbox.console().open_top_up(caller.user.id).map(to_json);
    caller.respond(&json!({"pendingTopUp": open}))
}

/// `GET /v2/billing/get_history`
pub(super) async fn history(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Caller,
    params: Params,
) -> ApiResult {
    caller.require_scope("billing:get_history")?;
    let status = params.parse_as("status", "a status", |text| {
        TopUpStatus::ALL
            .into_iter()
            .find(|s| s.legacy_name() == text)
    })?;
    let (min_amount, max_amount) = (params.number("minAmount")?, params.number("maxAmount")?);
    let keep = |top_up: &TopUp| {
        let amount = money::from_cents(top_up.amount_cents) * BASE_UNITS_PER_MICRO;
        status.is_none_or(|status| status == top_up.status)
            && min_amount.is_none_or(|min_amount| amount >= u128::from(min_amount))
            && max_amount.is_none_or(|max_amount| amount <= u128::from(max_amount))
    };
    let filtered = status.is_some() || min_amount.is_some() || max_amount.is_some();
    let keep: Option<&dyn Fn(&TopUp) -> bool> = if filtered { Some(&keep) } else { None };
    let page = paging::top_ups(&sandbox.console(), caller.user.id, &params, keep, to_json)?;
    caller.respond(&page)
}

fn to_json(top_up: &TopUp) -> Value {
    let to_base_units =
        |micros: u128| u64::try_from(micros * BASE_UNITS_PER_MICRO).unwrap_or(u64::MAX);
    json!({
        "id": top_up.id, "userId": top_up.user, "currency": top_up.provider.currency(),
        "amount": to_base_units(money::from_cents(top_up.amount_cents)), "copperxFee": to_base_units(top_up.fee_micros),
        "copperxGasFee": 0, "copperxSessionId": top_up.session_id, "copperxSessionUrl": top_up.session_url,
        "status": top_up.status.legacy_name(), "balanceContractTxAddress": top_up.transaction, "provider": top_up.provider.name(),
        "createdAt": rfc3339(top_up.created_at), "updatedAt": rfc3339(top_up.updated_at),
        "expiresAt": top_up.expires_at.map(rfc3339),
    })
}
