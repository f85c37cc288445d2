//! The switches of the payment flow, the clock, and the overview of the state.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::amount::parse_amount;
use crate::clock::rfc3339;
use crate::http::{ApiResult, body, ok};
use crate::money;
use crate::sandbox::Sandbox;

#[derive(Debug, Deserialize)]
struct RelayerRequest {
    hold: Option<bool>,
    delay_ms: Option<u64>,
}

pub(super) async fn relayer(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: RelayerRequest = body(&bytes)?;
    sandbox.switches.change(|values| {
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

pub(super) async fn watcher(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: HoldRequest = body(&bytes)?;
    sandbox
        .switches
        .change(|values| values.watcher_hold = request.hold);
    ok(&switches_json(&sandbox))
}

#[derive(Debug, Deserialize)]
struct WebhooksRequest {
    hold: Option<bool>,
    tamper: Option<bool>,
}

pub(super) async fn webhooks(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: WebhooksRequest = body(&bytes)?;
    sandbox.switches.change(|values| {
        values.webhooks_hold = request.hold.unwrap_or(values.webhooks_hold);
        values.webhooks_tamper = request.tamper.unwrap_or(values.webhooks_tamper);
    });
    sandbox.sessions.webhook_due.notify_one();
    ok(&switches_json(&sandbox))
}

#[derive(Debug, Deserialize)]
struct AdvanceClock {
    advance_s: u32,
}

pub(super) async fn clock(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: AdvanceClock = body(&bytes)?;
    sandbox.clock.advance(i64::from(request.advance_s));
    ok(&json!({"now": rfc3339(sandbox.clock.now()), "offset_s": sandbox.clock.offset_s()}))
}

#[derive(Debug, Deserialize)]
struct MaintenanceRequest {
    on: bool,
}

pub(super) async fn maintenance(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let request: MaintenanceRequest = body(&bytes)?;
    sandbox
        .switches
        .change(|values| values.maintenance = request.on);
    ok(&switches_json(&sandbox))
}

#[derive(Debug, Deserialize)]
struct CapRequest {
    amount: String,
}

pub(super) async fn cap(State(sandbox): State<Arc<Sandbox>>, bytes: Bytes) -> ApiResult {
    let cap = parse_amount(&body::<CapRequest>(&bytes)?.amount)?;
    sandbox.switches.change(|values| values.balance_cap = cap);
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

pub(super) async fn state(State(sandbox): State<Arc<Sandbox>>) -> ApiResult {
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
