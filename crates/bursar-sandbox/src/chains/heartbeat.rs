//! Empty blocks at a steady pace, so that a chain's head is as young as a real chain's. Transactions make their own
//! block at once; a paused chain gets old.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use crate::world::World;

pub(crate) async fn run(world: Arc<World>, pace: Duration) {
    if pace.is_zero() {
        return;
    }
    let mut ticks = tokio::time::interval(pace);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        for chain in world.chains() {
            if chain.paused.load(Ordering::Relaxed) {
                continue;
            }
            if let Err(failure) = chain.rpc.call("evm_mine", json!([])).await {
                tracing::debug!("{}: no block: {failure}", chain.name);
            }
        }
    }
}
