//! The console's relayer: for each paid top-up it calls `userTopUp` on the Balance contract, once, and only then calls the
//! top-up completed.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::failure::{Failure, Result};
use crate::ledger;
use crate::money;
use crate::state::Status;
use crate::world::World;

pub(crate) async fn run(world: Arc<World>) {
    loop {
        let _ = tokio::time::timeout(Duration::from_millis(200), world.to_credit.notified()).await;
        let switches = world.switches.get();
        if switches.relayer_hold {
            continue;
        }
        let delay = Duration::from_millis(switches.relayer_delay_ms);
        let now = world.clock.now();
        let due = world.state().to_credit();
        for (id, _) in due.into_iter().filter(|(_, since)| *since + delay <= now) {
            if let Err(failure) = credit(&world, id).await {
                tracing::warn!("top-up {id} was not credited: {failure}");
            }
        }
    }
}

/// Credits one top-up on the chain, unless its id was used before, and completes it.
pub(crate) async fn credit(world: &World, id: Uuid) -> Result<()> {
    let _one_at_a_time = world.crediting.lock().await;
    let (user, amount, chain_id) = {
        let state = world.state();
        let top_up = state
            .top_up(id)
            .ok_or_else(|| Failure::new("no such top-up"))?;
        let user = state
            .user(top_up.user)
            .ok_or_else(|| Failure::new("no such user"))?;
        (
            user.clone(),
            money::from_cents(top_up.cents),
            top_up.chain_id.clone(),
        )
    };
    let mined = if ledger::is_credited(world, &chain_id).await? {
        None
    } else {
        Some(ledger::top_up(world, user.address, amount, &chain_id).await?)
    };
    let now = world.clock.now();
    let mut state = world.state();
    let Some(top_up) = state.top_up_mut(id) else {
        return Ok(());
    };
    let id = top_up.id;
    if let Some(mined) = mined {
        top_up.transaction = Some(mined.transaction);
        if let Some(user) = state.user_mut(user.id) {
            user.deposited = user.deposited.saturating_add(amount);
        }
    }
    state.set_status(id, Status::Completed, now);
    Ok(())
}
