//! Switches along a payment's way, the clock, faults, and the list of what was asked.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::amount;
use crate::clock::rfc3339;
use crate::faults::Wanted;
use crate::http::{Answer, ApiError, Params, body, json_answer, no_content, ok};
use crate::money;
use crate::requests::Filter;
use crate::world::World;

#[derive(Debug, Deserialize)]
struct Relayer {
    hold: Option<bool>,
    delay_ms: Option<u64>,
}

pub(super) async fn relayer(State(world): State<Arc<World>>, bytes: Bytes) -> Answer {
    let wanted: Relayer = body(&bytes)?;
    world.switches.change(|set| {
        set.relayer_hold = wanted.hold.unwrap_or(set.relayer_hold);
        set.relayer_delay_ms = wanted.delay_ms.unwrap_or(set.relayer_delay_ms);
    });
    world.to_credit.notify_one();
    ok(&switches(&world))
}

#[derive(Debug, Deserialize)]
struct Hold {
    hold: bool,
}

pub(super) async fn watcher(State(world): State<Arc<World>>, bytes: Bytes) -> Answer {
    let wanted: Hold = body(&bytes)?;
    world.switches.change(|set| set.watcher_hold = wanted.hold);
    ok(&switches(&world))
}

#[derive(Debug, Deserialize)]
struct Webhooks {
    hold: Option<bool>,
    tamper: Option<bool>,
}

pub(super) async fn webhooks(State(world): State<Arc<World>>, bytes: Bytes) -> Answer {
    let wanted: Webhooks = body(&bytes)?;
    world.switches.change(|set| {
        set.webhooks_hold = wanted.hold.unwrap_or(set.webhooks_hold);
        set.webhooks_tamper = wanted.tamper.unwrap_or(set.webhooks_tamper);
    });
    world.sessions.to_tell.notify_one();
    ok(&switches(&world))
}

#[derive(Debug, Deserialize)]
struct Advance {
    advance_s: u32,
}

pub(super) async fn clock(State(world): State<Arc<World>>, bytes: Bytes) -> Answer {
    let wanted: Advance = body(&bytes)?;
    world.clock.advance(i64::from(wanted.advance_s));
    ok(&json!({"now": rfc3339(world.clock.now()), "offset_s": world.clock.offset_s()}))
}

#[derive(Debug, Deserialize)]
struct On {
    on: bool,
}

pub(super) async fn maintenance(State(world): State<Arc<World>>, bytes: Bytes) -> Answer {
    let wanted: On = body(&bytes)?;
    world.switches.change(|set| set.maintenance = wanted.on);
    ok(&switches(&world))
}

#[derive(Debug, Deserialize)]
struct Cap {
    amount: String,
}

pub(super) async fn cap(State(world): State<Arc<World>>, bytes: Bytes) -> Answer {
    let cap = amount(&body::<Cap>(&bytes)?.amount)?;
    world.switches.change(|set| set.cap = cap);
    ok(&switches(&world))
}

fn switches(world: &World) -> Value {
    let set = world.switches.get();
    json!({
        "relayer": {"hold": set.relayer_hold, "delay_ms": set.relayer_delay_ms}, "watcher": {"hold": set.watcher_hold},
        "webhooks": {"hold": set.webhooks_hold, "tamper": set.webhooks_tamper}, "maintenance": set.maintenance,
        "cap": money::fixed(set.cap),
    })
}

pub(super) async fn state(State(world): State<Arc<World>>) -> Answer {
    let mut heads = serde_json::Map::new();
    for chain in world.chains() {
        heads.insert(chain.id.to_string(), chain.rpc.block_number().await?.into());
    }
    ok(&json!({
        "now": rfc3339(world.clock.now()), "offset_s": world.clock.offset_s(), "switches": switches(&world),
        "contracts": {"balance": world.contracts.balance.to_string(), "token": world.contracts.token.to_string()}, "heads": heads,
        "rpc": world.proxies.to_json(), "faults": world.faults.list(),
    }))
}

pub(super) async fn faults(State(world): State<Arc<World>>) -> Answer {
    ok(&world.faults.list())
}

pub(super) async fn place_fault(State(world): State<Arc<World>>, bytes: Bytes) -> Answer {
    let wanted: Wanted = body(&bytes)?;
    Ok(json_answer(
        StatusCode::CREATED,
        &json!({"id": world.faults.place(wanted)}),
    ))
}

pub(super) async fn remove_faults(State(world): State<Arc<World>>) -> Answer {
    world.faults.remove(None);
    no_content()
}

pub(super) async fn remove_fault(State(world): State<Arc<World>>, Path(id): Path<Uuid>) -> Answer {
    if world.faults.remove(Some(id)) == 0 {
        return Err(ApiError::not_found("No such fault"));
    }
    no_content()
}

pub(super) async fn requests(State(world): State<Arc<World>>, params: Params) -> Answer {
    let filter = Filter {
        target: params.get("target"),
        method: params.get("method"),
        path: params.get("path"),
        after: params.number("after")?.unwrap_or(0),
    };
    ok(&world.requests.find(&filter))
}

pub(super) async fn clear_requests(State(world): State<Arc<World>>) -> Answer {
    world.requests.clear();
    no_content()
}
