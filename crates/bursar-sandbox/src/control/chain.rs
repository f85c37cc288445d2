//! The chains themselves and the proxies in front of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::chains::lies::Mode;
use crate::chains::{Chain, ETHEREUM, FLUENCE, POLYGON};
use crate::http::{Answer, ApiError, body, ok};
use crate::world::World;

pub(super) async fn proxies(State(world): State<Arc<World>>) -> Answer {
    ok(&world.proxies.to_json())
}

pub(super) async fn proxy(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Answer {
    let mut mode: Mode = body(&bytes)?;
    if let Mode::Stale { block } = &mut mode {
        let chain = match name.as_str() {
            "ethereum" => ETHEREUM,
            "polygon" => POLYGON,
            _ => FLUENCE,
        };
        *block = find(&world, chain)?.rpc.block_number().await?;
    }
    if !world.proxies.set(&name, mode) {
        return Err(ApiError::not_found("No such proxy"));
    }
    ok(&world.proxies.to_json())
}

fn find(world: &World, id: u64) -> Result<&Chain, ApiError> {
    world
        .chain(id)
        .ok_or_else(|| ApiError::not_found("No such chain"))
}

#[derive(Debug, Deserialize)]
struct Mine {
    blocks: Option<u16>,
}

pub(super) async fn mine(
    State(world): State<Arc<World>>,
    Path(id): Path<u64>,
    bytes: Bytes,
) -> Answer {
    let wanted: Mine = body(&bytes)?;
    let chain = find(&world, id)?;
    for _ in 0..wanted.blocks.unwrap_or(1) {
        chain.rpc.call("evm_mine", json!([])).await?;
    }
    ok(&json!({"block": chain.rpc.block_number().await?}))
}

#[derive(Debug, Deserialize)]
struct Pause {
    paused: bool,
}

pub(super) async fn pause(
    State(world): State<Arc<World>>,
    Path(id): Path<u64>,
    bytes: Bytes,
) -> Answer {
    let wanted: Pause = body(&bytes)?;
    let chain = find(&world, id)?;
    chain.paused.store(wanted.paused, Ordering::Relaxed);
    ok(&json!({"paused": wanted.paused, "block": chain.rpc.block_number().await?}))
}

pub(super) async fn snapshot(State(world): State<Arc<World>>, Path(id): Path<u64>) -> Answer {
    let snapshot = find(&world, id)?
        .rpc
        .call("evm_snapshot", json!([]))
        .await?;
    ok(&json!({"snapshot": snapshot}))
}

#[derive(Debug, Deserialize)]
struct Revert {
    snapshot: String,
}

pub(super) async fn revert(
    State(world): State<Arc<World>>,
    Path(id): Path<u64>,
    bytes: Bytes,
) -> Answer {
    let wanted: Revert = body(&bytes)?;
    let chain = find(&world, id)?;
    let done = chain
        .rpc
        .call("evm_revert", json!([wanted.snapshot]))
        .await?;
    if done != Value::Bool(true) {
        return Err(ApiError::not_found("No such snapshot"));
    }
    ok(&json!({"block": chain.rpc.block_number().await?}))
}

#[derive(Debug, Deserialize)]
struct Reorg {
    depth: Option<u64>,
    /// The lowest block that is replaced.
    from_block: Option<u64>,
}

/// Replaces the last blocks by as many empty ones: what was in them did not happen.
pub(super) async fn reorg(
    State(world): State<Arc<World>>,
    Path(id): Path<u64>,
    bytes: Bytes,
) -> Answer {
    let wanted: Reorg = body(&bytes)?;
    let chain = find(&world, id)?;
    // No empty block may come between reading the head and going back from it.
    let was_paused = chain.paused.swap(true, Ordering::Relaxed);
    let done = replace_blocks(chain, &wanted).await;
    chain.paused.store(was_paused, Ordering::Relaxed);
    ok(&json!({"depth": done?, "block": chain.rpc.block_number().await?}))
}

async fn replace_blocks(chain: &Chain, wanted: &Reorg) -> Result<u64, ApiError> {
    let head = chain.rpc.block_number().await?;
    let from = |from: u64| (head + 1).checked_sub(from);
    let depth = wanted
        .depth
        .or_else(|| wanted.from_block.and_then(from))
        .unwrap_or(0);
    if depth == 0 || depth >= head {
        return Err(ApiError::unprocessable(
            "the depth is at least 1 and less than the height",
        ));
    }
    chain.rpc.call("anvil_reorg", json!([depth, []])).await?;
    Ok(depth)
}
