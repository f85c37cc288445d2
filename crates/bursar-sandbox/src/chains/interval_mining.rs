//! Interval mining: empty blocks at a steady rate, so that a chain's head is as recent as on a real chain.
//! Transactions are mined at once; a paused chain falls behind.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use crate::sandbox::Sandbox;

pub(crate) async fn run(sandbox: Arc<Sandbox>, interval: Duration) {
    if interval.is_zero() {
        return;
    }
    let mut ticker = tokio::time::interval(interval);
    ticker.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        ticker.tick().await;
        for chain in sandbox.chains() {
            if chain.paused.load(Ordering::Relaxed) {
                continue;
            }
            if let Err(error) = chain.rpc.call("evm_mine", json!([])).await {
                tracing::debug!("{}: cannot mine a block: {error}", chain.name);
            }
        }
    }
}
