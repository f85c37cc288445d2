//! A user's money on the chain: credits, refunds, charges, workloads, review and freezing.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::amount;
use super::users::{WantedWorkload, describe_workload, find, index};
use crate::chains::rpc::Mined;
use crate::http::{Answer, ApiError, body, json_answer, no_content, ok};
use crate::ledger;
use crate::money;
use crate::seed;
use crate::workloads;
use crate::world::World;

fn transaction(mined: &Mined) -> Answer {
    ok(&json!({"transaction": mined.transaction, "block": mined.block}))
}

#[derive(Debug, Deserialize)]
struct Credit {
    amount: String,
    top_up_id: Option<String>,
}

pub(super) async fn credit(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: Credit = body(&bytes)?;
    let (user, micros) = (find(&world, id)?, amount(&wanted.amount)?);
    let top_up_id = wanted
        .top_up_id
        .unwrap_or_else(|| Uuid::new_v4().to_string());
    let mined = ledger::top_up(&world, user.address, micros, &top_up_id).await?;
    seed::deposited(&world, id, micros);
    transaction(&mined)
}

#[derive(Debug, Deserialize)]
struct Amount {
    amount: String,
}

pub(super) async fn refund(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let micros = amount(&body::<Amount>(&bytes)?.amount)?;
    let mined = ledger::refund(&world, find(&world, id)?.address, micros).await?;
    seed::deposited(&world, id, micros);
    transaction(&mined)
}

#[derive(Debug, Deserialize)]
struct Drain {
    to: String,
}

pub(super) async fn drain(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: Drain = body(&bytes)?;
    let to =
        money::parse(&wanted.to).ok_or_else(|| ApiError::unprocessable("not an amount: to"))?;
    transaction(&workloads::drain(&world, &find(&world, id)?, to).await?)
}

pub(super) async fn start_workload(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wish = body::<WantedWorkload>(&bytes)?.wish()?;
    let user = find(&world, id)?;
    let workload = workloads::start(&world, &user, wish)
        .await
        .map_err(|failure| ApiError::unprocessable(failure.to_string()))?;
    Ok(json_answer(
        StatusCode::CREATED,
        &describe_workload(&workload),
    ))
}

pub(super) async fn stop_workload(
    State(world): State<Arc<World>>,
    Path((id, workload)): Path<(Uuid, Uuid)>,
) -> Answer {
    let user = find(&world, id)?;
    workloads::stop(&world, &user, workload)
        .await
        .map_err(|failure| ApiError::not_found(failure.to_string()))?;
    no_content()
}

#[derive(Debug, Deserialize)]
struct History {
    count: u32,
    #[serde(default)]
    on_chain: u32,
}

pub(super) async fn history(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: History = body(&bytes)?;
    let user = find(&world, id)?;
    seed::history(&world, &user, index(wanted.count), index(wanted.on_chain)).await?;
    ok(&json!({"count": wanted.count}))
}

#[derive(Debug, Deserialize)]
struct Freeze {
    frozen: bool,
}

pub(super) async fn freeze(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let wanted: Freeze = body(&bytes)?;
    transaction(&ledger::freeze(&world, find(&world, id)?.address, wanted.frozen).await?)
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LimboAction {
    Send,
    Fund,
    Withdraw,
}

#[derive(Debug, Deserialize)]
struct Limbo {
    action: LimboAction,
}

pub(super) async fn limbo(
    State(world): State<Arc<World>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Answer {
    let action = body::<Limbo>(&bytes)?.action;
    let address = find(&world, id)?.address;
    let mined = match action {
        LimboAction::Send => ledger::send_to_limbo(&world, address).await?,
        LimboAction::Fund => ledger::fund_from_limbo(&world, address).await?,
        LimboAction::Withdraw => ledger::withdraw_from_limbo(&world, address).await?,
    };
    transaction(&mined)
}
