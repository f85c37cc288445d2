//! A user's money on the chain: credits, refunds, charges, workloads, limbo and freezing.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::amount::parse_amount;
use super::users::{WorkloadRequest, find, to_usize, workload_json};
use crate::balance_contract;
use crate::chains::rpc::MinedTransaction;
use crate::console::seed;
use crate::console::workloads;
use crate::http::{ApiError, ApiResult, json_response, no_content, ok, parse_body};
use crate::money;
use crate::sandbox::Sandbox;
use crate::today::control;
use crate::today::era::Era;
use crate::today::ledger::Ledger;

fn transaction_response(mined: &MinedTransaction) -> ApiResult {
    ok(&json!({"transaction": mined.transaction, "block": mined.block}))
}

#[derive(Debug, Deserialize)]
struct CreditRequest {
    amount: String,
    top_up_id: Option<String>,
    /// On the contract, also for a user of today's era.
    #[serde(default)]
    on_contract: bool,
}

pub(super) async fn credit(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: CreditRequest = parse_body(&bytes)?;
    let (user, micros) = (find(&sandbox, id)?, parse_amount(&request.amount)?);
    if user.era == Era::Today && !request.on_contract {
        return change_ledger(&sandbox, id, |ledger, now| {
            ledger.credit(micros, now);
            Ok(())
        });
    }
    let top_up_id = request
        .top_up_id
        .unwrap_or_else(|| Uuid::new_v4().to_string());
    let mined = balance_contract::top_up(&sandbox, user.address, micros, &top_up_id).await?;
    seed::record_deposit(&sandbox, id, micros);
    transaction_response(&mined)
}

#[derive(Debug, Deserialize)]
struct AmountRequest {
    amount: String,
}

pub(super) async fn refund(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let micros = parse_amount(&parse_body::<AmountRequest>(&bytes)?.amount)?;
    let mined = balance_contract::refund(&sandbox, find(&sandbox, id)?.address, micros).await?;
    seed::record_deposit(&sandbox, id, micros);
    transaction_response(&mined)
}

#[derive(Debug, Deserialize)]
struct DrainRequest {
    to: String,
    /// From the contract, also for a user of today's era.
    #[serde(default)]
    on_contract: bool,
}

pub(super) async fn drain(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: DrainRequest = parse_body(&bytes)?;
    let to =
        money::parse(&request.to).ok_or_else(|| ApiError::unprocessable("not an amount: to"))?;
    let user = find(&sandbox, id)?;
    if user.era == Era::Today && !request.on_contract {
        return change_ledger(&sandbox, id, |ledger, now| {
            let prepaid = u128::try_from(ledger.prepaid()).unwrap_or_default();
            let spent = prepaid.checked_sub(to).filter(|spent| *spent > 0);
            let spent = spent
                .ok_or_else(|| ApiError::unprocessable("the balance is not above that amount"))?;
            ledger.charge(spent, now);
            Ok(())
        });
    }
    transaction_response(&workloads::drain(&sandbox, &user, to).await?)
}

/// Changes the books of a user of today's era and answers with them.
fn change_ledger(
    sandbox: &Sandbox,
    id: Uuid,
    change: impl FnOnce(&mut Ledger, OffsetDateTime) -> Result<(), ApiError>,
) -> ApiResult {
    let now = sandbox.clock.now();
    let mut console = sandbox.console();
    let ledger = console
        .today
        .ledger_mut(id)
        .ok_or_else(|| ApiError::not_found("No such user of today's era"))?;
    change(ledger, now)?;
    ok(&control::ledger_json(&console, id))
}

pub(super) async fn start_workload(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let workload = parse_body::<WorkloadRequest>(&bytes)?.to_workload()?;
    let user = find(&sandbox, id)?;
    let workload = workloads::start(&sandbox, &user, workload)
        .await
        .map_err(|error| ApiError::unprocessable(error.to_string()))?;
    Ok(json_response(
        StatusCode::CREATED,
        &workload_json(&workload),
    ))
}

pub(super) async fn stop_workload(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, workload)): Path<(Uuid, Uuid)>,
) -> ApiResult {
    let user = find(&sandbox, id)?;
    workloads::stop(&sandbox, &user, workload)
        .await
        .map_err(|error| ApiError::not_found(error.to_string()))?;
    no_content()
}

#[derive(Debug, Deserialize)]
struct HistoryRequest {
    count: u32,
    #[serde(default)]
    on_chain: u32,
}

pub(super) async fn history(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: HistoryRequest = parse_body(&bytes)?;
    let user = find(&sandbox, id)?;
    seed::add_history(
        &sandbox,
        &user,
        to_usize(request.count),
        to_usize(request.on_chain),
    )
    .await?;
    ok(&json!({"count": request.count}))
}

#[derive(Debug, Deserialize)]
struct FreezeRequest {
    frozen: bool,
}

pub(super) async fn freeze(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let request: FreezeRequest = parse_body(&bytes)?;
    transaction_response(
        &balance_contract::freeze(&sandbox, find(&sandbox, id)?.address, request.frozen).await?,
    )
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LimboAction {
    Send,
    Fund,
    Withdraw,
}

#[derive(Debug, Deserialize)]
struct LimboRequest {
    action: LimboAction,
}

pub(super) async fn limbo(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> ApiResult {
    let action = parse_body::<LimboRequest>(&bytes)?.action;
    let address = find(&sandbox, id)?.address;
    let mined = match action {
        LimboAction::Send => balance_contract::send_to_limbo(&sandbox, address).await?,
        LimboAction::Fund => balance_contract::fund_from_limbo(&sandbox, address).await?,
        LimboAction::Withdraw => balance_contract::withdraw_from_limbo(&sandbox, address).await?,
    };
    transaction_response(&mined)
}
