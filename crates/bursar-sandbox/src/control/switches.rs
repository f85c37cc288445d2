//! The switches of the payment flow, the clock, and the overview of the state.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::amount::parse_amount;
use crate::clock::rfc3339;
use crate::http::{ApiResult, ok, parse_body};
use crate::money;
use crate::sandbox::Sandbox;

#[derive(Debug, Deserialize)]
struct RelayerRequest {
    hold: Option<bool>,
    delay_ms: Option<u64>,
}

pub(super) async fn set_relayer(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: RelayerRequest = parse_body(&bytes)?;
    sandbox.switches.update(|values| {
        values.relayer_hold = request.hold.unwrap_or(values.relayer_hold);
        values.relayer_delay_ms = request.delay_ms.unwrap_or(values.relayer_delay_ms);
    });
    sandbox.credit_due.notify_one();
    ok(&switches_json(&sandbox))
}

#[derive(Debug, Deserialize)]
struct HoldRequest {
    hold: bool,
}

pub(super) async fn set_watcher(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: HoldRequest = parse_body(&bytes)?;
    sandbox
        .switches
        .update(|values| values.watcher_hold = request.hold);
    ok(&switches_json(&sandbox))
}

#[derive(Debug, Deserialize)]
struct WebhooksRequest {
    hold: Option<bool>,
    tamper: Option<bool>,
}

pub(super) async fn set_webhooks(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: WebhooksRequest = parse_body(&bytes)?;
    sandbox.switches.update(|values| {
        values.webhooks_hold = request.hold.unwrap_or(values.webhooks_hold);
        values.webhooks_tamper = request.tamper.unwrap_or(values.webhooks_tamper);
    });
    sandbox.sessions.webhook_due.notify_one();
    ok(&switches_json(&sandbox))
}

#[derive(Debug, Deserialize)]
struct AdvanceClockRequest {
    advance_s: u32,
}

pub(super) async fn advance_clock(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: AdvanceClockRequest = parse_body(&bytes)?;
    sandbox.clock.advance(i64::from(request.advance_s));
    ok(&json!({"now": rfc3339(sandbox.clock.now()), "offset_s": sandbox.clock.offset_s()}))
}

#[derive(Debug, Deserialize)]
struct MaintenanceRequest {
    on: bool,
}

pub(super) async fn set_maintenance(
    State(sandbox): State<Arc<Sandbox>>,
    bytes: Bytes,
) -> ApiResult {
    let request: MaintenanceRequest = parse_body(&bytes)?;
    sandbox
        .switches
        .update(|values| values.maintenance = request.on);
    ok(&switches_json(&sandbox))
}

#[derive(Debug, Deserialize)]
struct CapRequest {
    amount: String,
}

pub(super) async fn set_balance_cap(
    State(sandbox): State<Arc<Sandbox>>,
    bytes: Bytes,
) -> ApiResult {
    let cap = parse_amount(&parse_body::<CapRequest>(&bytes)?.amount)?;
    sandbox.switches.update(|values| values.balance_cap = cap);
    ok(&switches_json(&sandbox))
}

fn switches_json(sandbox: &Sandbox) -> Value {
    let values = sandbox.switches.get();
    json!({
        "relayer": {"hold": values.relayer_hold, "delay_ms": values.relayer_delay_ms}, "watcher": {"hold": values.watcher_hold},
        "webhooks": {"hold": values.webhooks_hold, "tamper": values.webhooks_tamper}, "maintenance": values.maintenance,
        "cap": money::format_micros(values.balance_cap),
    })
}

pub(super) async fn overview(State(sandbox): State<Arc<Sandbox>>) -> ApiResult {
    let mut heads = serde_json::Map::new();
    for chain in sandbox.chains() {
        heads.insert(chain.id.to_string(), chain.rpc.block_number().await?.into());
    }
    ok(&json!({
        "now": rfc3339(sandbox.clock.now()), "offset_s": sandbox.clock.offset_s(), "switches": switches_json(&sandbox),
        "contracts": {"balance": sandbox.contracts.balance.to_string(), "token": sandbox.contracts.token.to_string()}, "heads": heads,
        "rpc": sandbox.proxy_modes.to_json(), "faults": sandbox.faults.list(),
    }))
}
