//! Controls the chains and the proxies in front of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::chains::proxy_mode::ProxyMode;
use crate::chains::{Chain, ETHEREUM, FLUENCE, POLYGON};
use crate::http::{ApiError, ApiResult, ok, parse_body};
use crate::sandbox::Sandbox;

pub(super) async fn list_proxies(State(sandbox): State<Arc<Sandbox>>) -> ApiResult {
    ok(&sandbox.proxy_modes.to_json())
}

pub(super) async fn set_proxy_mode(
    State(sandbox): State<Arc<Sandbox>>,
    Path(name): Path<String>,
    bytes: Bytes,
) -> ApiResult {
    let mut mode: ProxyMode = parse_body(&bytes)?;
    if let ProxyMode::Stale { block } = &mut mode {
        let chain = match name.as_str() {
            "ethereum" => ETHEREUM,
            "polygon" => POLYGON,
            _ => FLUENCE,
        };
        *block = find(&sandbox, chain)?.rpc.block_number().await?;
    }
    if !sandbox.proxy_modes.set(&name, mode) {
        return Err(ApiError::not_found("No such proxy"));
    }
    ok(&sandbox.proxy_modes.to_json())
}

fn find(sandbox: &Sandbox, id: u64) -> Result<&Chain, ApiError> {
    sandbox
        .chain(id)
        .ok_or_else(|| ApiError::not_found("No such chain"))
}

#[derive(Debug, Deserialize)]
struct MineRequest {
    blocks: Option<u16>,
}

pub(super) async fn mine(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<u64>,
    bytes: Bytes,
) -> ApiResult {
    let request: MineRequest = parse_body(&bytes)?;
    let chain = find(&sandbox, id)?;
    for _ in 0..request.blocks.unwrap_or(1) {
        chain.rpc.call("evm_mine", json!([])).await?;
    }
    ok(&json!({"block": chain.rpc.block_number().await?}))
}

#[derive(Debug, Deserialize)]
struct PauseRequest {
    paused: bool,
}

pub(super) async fn pause(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<u64>,
    bytes: Bytes,
) -> ApiResult {
    let request: PauseRequest = parse_body(&bytes)?;
    let chain = find(&sandbox, id)?;
    chain.paused.store(request.paused, Ordering::Relaxed);
    ok(&json!({"paused": request.paused, "block": chain.rpc.block_number().await?}))
}

pub(super) async fn snapshot(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<u64>,
) -> ApiResult {
    let snapshot = find(&sandbox, id)?
        .rpc
        .call("evm_snapshot", json!([]))
        .await?;
    ok(&json!({"snapshot": snapshot}))
}

#[derive(Debug, Deserialize)]
struct RevertRequest {
    snapshot: String,
}

pub(super) async fn revert(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<u64>,
    bytes: Bytes,
) -> ApiResult {
    let request: RevertRequest = parse_body(&bytes)?;
    let chain = find(&sandbox, id)?;
    let reverted = chain
        .rpc
        .call("evm_revert", json!([request.snapshot]))
        .await?;
    if reverted != Value::Bool(true) {
        return Err(ApiError::not_found("No such snapshot"));
    }
    ok(&json!({"block": chain.rpc.block_number().await?}))
}

#[derive(Debug, Deserialize)]
struct ReorgRequest {
    depth: Option<u64>,
    /// The lowest block to replace.
    from_block: Option<u64>,
}

/// Replaces the newest blocks with as many empty ones, so that their transactions never happened.
pub(super) async fn reorg(
    State(sandbox): State<Arc<Sandbox>>,
    Path(id): Path<u64>,
    bytes: Bytes,
) -> ApiResult {
    let request: ReorgRequest = parse_body(&bytes)?;
    let chain = find(&sandbox, id)?;
    // No empty block may be mined between reading the head and replacing blocks.
    let was_paused = chain.paused.swap(true, Ordering::Relaxed);
    let replaced_depth = replace_blocks(chain, &request).await;
    chain.paused.store(was_paused, Ordering::Relaxed);
    ok(&json!({"depth": replaced_depth?, "block": chain.rpc.block_number().await?}))
}

async fn replace_blocks(chain: &Chain, request: &ReorgRequest) -> Result<u64, ApiError> {
    let head = chain.rpc.block_number().await?;
    let from = |from: u64| (head + 1).checked_sub(from);
    let depth = request
        .depth
        .or_else(|| request.from_block.and_then(from))
        .unwrap_or(0);
    if depth == 0 || depth >= head {
        return Err(ApiError::unprocessable(
            "the depth must be at least 1 and less than the chain's height",
        ));
    }
    chain.rpc.call("anvil_reorg", json!([depth, []])).await?;
    Ok(depth)
}
