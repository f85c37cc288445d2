//! Running workloads and their cost: a reserve in a deal on the chain, and a daily charge from the user's balance.
//! Days that pass while the sandbox runs are charged too.

use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::Address;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use time::Date;
use uuid::Uuid;

use crate::balance_contract;
use crate::chains::rpc::MinedTransaction;
use crate::console::state::{Charge, ConsoleState, User, Workload};
use crate::error::{Error, Result};
use crate::random::random_address;
use crate::sandbox::Sandbox;

const MINUTES_A_DAY: u32 = 24 * 60;
const METER_INTERVAL: Duration = Duration::from_millis(500);

/// A workload to start; amounts in micros.
#[derive(Clone, Debug)]
pub(crate) struct NewWorkload {
    pub(crate) name: String,
    pub(crate) configuration: &'static str,
    pub(crate) daily: u128,
    /// The number of days before today to charge.
    pub(crate) days: u16,
    pub(crate) reserve: u128,
}

/// Charges for the given number of days up to yesterday, oldest first, which vary around a daily cost. The same seed
/// gives the same charges.
pub(crate) fn daily_charges(daily: u128, days: u16, today: Date, seed: u64) -> Vec<(Date, u128)> {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut day = today;
    let mut all: Vec<(Date, u128)> = (0..days)
        .filter_map(|_| {
            day = day.previous_day()?;
            // 75 to 125 percent, in steps of 100 micros.
            let share = random.random_range(75..=125_u128);
            Some((day, daily * share / 100 / 100 * 100))
        })
        .collect();
    all.reverse();
    all
}

/// Starts a workload: charges the past days, then moves the reserve into a deal.
pub(crate) async fn start(sandbox: &Sandbox, user: &User, new: NewWorkload) -> Result<Workload> {
    let today = sandbox.clock.now().date();
    let deal = random_address();
    let id = Uuid::new_v4();
    let charges = daily_charges(new.daily, new.days, today, u64::from(new.days) + 1);
    let spent: u128 = charges.iter().map(|(_, micros)| micros).sum();
    let needed = spent.saturating_add(new.reserve);
    if balance_contract::read_balance(sandbox, user.address)
        .await?
        .free
        < needed
    {
        return Err(Error::new(
            "the user's free balance does not cover the charges and the reserve",
        ));
    }
    charge(sandbox, user.address, deal, spent).await?;
    if new.reserve > 0 {
        balance_contract::move_to_deal(sandbox, user.address, deal, new.reserve).await?;
    }
    let workload = Workload {
        id,
        user: user.id,
        name: new.name,
        configuration: new.configuration,
        deal,
        daily_micros: new.daily,
        reserve_micros: new.reserve,
        running: true,
        charged_to: today,
    };
    let mut console = sandbox.console();
    console.workloads.push(workload.clone());
    for (day, micros) in charges {
        record_charge(&mut console, &workload, day, micros);
    }
    Ok(workload)
}

/// Records the charge for a full day.
pub(crate) fn record_charge(
    console: &mut ConsoleState,
    workload: &Workload,
    day: Date,
    micros: u128,
) {
    let (user, workload) = (workload.user, workload.id);
    console.charges.push(Charge {
        user,
        workload,
        day,
        micros,
        minutes: MINUTES_A_DAY,
    });
}

/// Stops a workload and returns the rest of its reserve.
pub(crate) async fn stop(sandbox: &Sandbox, user: &User, id: Uuid) -> Result<()> {
    let (deal, reserve) = {
        let mut console = sandbox.console();
        let found = console
            .workloads
            .iter_mut()
            .find(|workload| workload.id == id && workload.user == user.id);
        let workload = found
            .filter(|workload| workload.running)
            .ok_or_else(|| Error::new("no such running workload"))?;
        workload.running = false;
        (workload.deal, std::mem::take(&mut workload.reserve_micros))
    };
    if reserve > 0 {
        balance_contract::move_from_deal(sandbox, user.address, deal, reserve).await?;
    }
    Ok(())
}

/// Charges the free balance down to `to`, as one charge of today.
pub(crate) async fn drain(sandbox: &Sandbox, user: &User, to: u128) -> Result<MinedTransaction> {
    let free = balance_contract::read_balance(sandbox, user.address)
        .await?
        .free;
    let spent = free.checked_sub(to).filter(|spent| *spent > 0);
    let spent = spent.ok_or_else(|| Error::new("the free balance is not above that amount"))?;
    let deal = random_address();
    let mined = charge(sandbox, user.address, deal, spent)
        .await?
        .ok_or_else(|| Error::new("nothing to spend"))?;
    let day = sandbox.clock.now().date();
    sandbox.console().charges.push(Charge {
        user: user.id,
        workload: Uuid::nil(),
        day,
        micros: spent,
        minutes: 60,
    });
    Ok(mined)
}

/// Moves an amount into a deal and pays it out at once.
pub(crate) async fn charge(
    sandbox: &Sandbox,
    user: Address,
    deal: Address,
    micros: u128,
) -> Result<Option<MinedTransaction>> {
    if micros == 0 {
        return Ok(None);
    }
    balance_contract::move_to_deal(sandbox, user, deal, micros).await?;
    balance_contract::pay_from_deal(sandbox, user, deal, micros)
        .await
        .map(Some)
}

/// Charges every running workload for each day that passes on the sandbox's clock.
pub(crate) async fn run_meter(sandbox: Arc<Sandbox>) {
    loop {
        tokio::time::sleep(METER_INTERVAL).await;
        let today = sandbox.clock.now().date();
        let due: Vec<Workload> = {
            let console = sandbox.console();
            console
                .workloads
                .iter()
                .filter(|workload| workload.running && workload.charged_to < today)
                .cloned()
                .collect()
        };
        for workload in due {
            if let Err(error) = charge_days(&sandbox, &workload, today).await {
                tracing::warn!(
                    "{} could not be charged and is stopped: {error}",
                    workload.name
                );
                if let Some(workload) = sandbox
                    .console()
                    .workloads
                    .iter_mut()
                    .find(|other| other.id == workload.id)
                {
                    workload.running = false;
                }
            }
        }
    }
}

async fn charge_days(sandbox: &Sandbox, workload: &Workload, today: Date) -> Result<()> {
    let user = sandbox
        .console()
        .user(workload.user)
        .cloned()
        .ok_or_else(|| Error::new("no such user"))?;
    let mut day = workload.charged_to;
    while day < today {
        charge(sandbox, user.address, workload.deal, workload.daily_micros).await?;
        let next = day.next_day().unwrap_or(today);
        let mut console = sandbox.console();
        record_charge(&mut console, workload, day, workload.daily_micros);
        if let Some(workload) = console
            .workloads
            .iter_mut()
            .find(|other| other.id == workload.id)
        {
            workload.charged_to = next;
        }
        day = next;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn daily_charges_vary_but_are_reproducible() {
        let charges = daily_charges(9_000_000, 35, date!(2026 - 03 - 01), 7);
        assert_eq!(charges.len(), 35);
        assert_eq!(
            charges.last().map(|(day, _)| *day),
            Some(date!(2026 - 02 - 28))
        );
        assert!(
            charges
                .iter()
                .all(|(_, micros)| (6_750_000..=11_250_000).contains(micros))
        );
        assert_eq!(
            charges,
            daily_charges(9_000_000, 35, date!(2026 - 03 - 01), 7)
        );
    }
}
