//! The console's relayer: calls `userTopUp` on the Balance contract once for each paid top-up, and then completes the
//! top-up.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::balance_contract;
use crate::console::payment_provider::PaymentProvider;
use crate::console::state::TopUpStatus;
use crate::error::{Error, Result};
use crate::money;
use crate::sandbox::Sandbox;
use crate::today;

const POLL_INTERVAL: Duration = Duration::from_millis(200);

pub(crate) async fn run(sandbox: Arc<Sandbox>) {
    loop {
        let _ = tokio::time::timeout(POLL_INTERVAL, sandbox.credit_due.notified()).await;
        let switches = sandbox.switches.get();
        if switches.relayer_hold {
            continue;
        }
        let delay = Duration::from_millis(switches.relayer_delay_ms);
        let now = sandbox.clock.now();
        let due = sandbox.console().awaiting_credit();
        for (id, _) in due.into_iter().filter(|(_, since)| *since + delay <= now) {
            if let Err(error) = credit(&sandbox, id).await {
                tracing::warn!("top-up {id} was not credited: {error}");
            }
        }
    }
}

/// Credits one top-up, on the chain unless its id has been credited, or in the ledger of today's era, and completes it.
pub(crate) async fn credit(sandbox: &Sandbox, id: Uuid) -> Result<()> {
    let _one_at_a_time = sandbox.credit_lock.lock().await;
    if !is_credited_on_chain(sandbox, id) {
        let now = sandbox.clock.now();
        return today::top_ups::credit(&mut sandbox.console(), id, now);
    }
    let (user, amount, on_chain_id) = {
        let console = sandbox.console();
        let top_up = console
            .top_up(id)
            .ok_or_else(|| Error::new("no such top-up"))?;
        let user = console
            .user(top_up.user)
            .ok_or_else(|| Error::new("no such user"))?;
        (
            user.clone(),
            money::from_cents(top_up.amount_cents),
            top_up.on_chain_id.clone(),
        )
    };
    let mined = if balance_contract::is_credited(sandbox, &on_chain_id).await? {
        None
    } else {
        Some(balance_contract::top_up(sandbox, user.address, amount, &on_chain_id).await?)
    };
    let now = sandbox.clock.now();
    let mut console = sandbox.console();
    let Some(top_up) = console.top_up_mut(id) else {
        return Ok(());
    };
    let id = top_up.id;
    if let Some(mined) = mined {
        top_up.transaction = Some(mined.transaction);
        if let Some(user) = console.user_mut(user.id) {
            user.total_deposited = user.total_deposited.saturating_add(amount);
        }
    }
    console.set_status(id, TopUpStatus::Completed, now);
    Ok(())
}

/// Whether the money of that top-up goes through the Balance contract.
fn is_credited_on_chain(sandbox: &Sandbox, id: Uuid) -> bool {
    let console = sandbox.console();
    let provider = console.top_up(id).map(|top_up| top_up.provider);
    provider.is_none_or(|provider| provider == PaymentProvider::Copperx)
}
