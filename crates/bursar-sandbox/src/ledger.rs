//! What the sandbox does on the Balance contract, and what it reads there. Money enters the way it does in life: the
//! payment provider's money fills the pool, and the coordinator credits a user out of it.

use alloy_primitives::{Address, U256};
use serde_json::{Value, json};

use crate::chains::rpc::Mined;
use crate::contracts::{Balance, Token};
use crate::failure::{Failure, Result};
use crate::money;
use crate::world::World;

/// A user's figures on the chain, in micros.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    pub(crate) block: u64,
    pub(crate) free: u128,
    pub(crate) full: u128,
    pub(crate) limbo: u128,
    pub(crate) frozen: bool,
}

impl Figures {
    pub(crate) fn to_json(self) -> Value {
        json!({
            "block": self.block, "free": money::fixed(self.free), "full": money::fixed(self.full),
            "reserved": money::fixed(self.full.saturating_sub(self.free)), "limbo": money::fixed(self.limbo),
            "frozen": self.frozen,
        })
    }
}

pub(crate) async fn figures(world: &World, user: Address) -> Result<Figures> {
    let (rpc, to, token) = (
        &world.fluence.rpc,
        world.contracts.balance,
        world.contracts.token,
    );
    let block = rpc.block_number().await?;
    let free = rpc
        .view(to, Balance::getFreeBalanceCall { token, user })
        .await?;
    let full = rpc
        .view(to, Balance::getFullBalanceCall { token, user })
        .await?;
    let limbo = rpc.view(to, Balance::limboCall { token, user }).await?;
    let frozen = rpc.view(to, Balance::frozenCall { user }).await?;
    Ok(Figures {
        block,
        free: micros(free)?,
        full: micros(full)?,
        limbo: micros(limbo)?,
        frozen,
    })
}

/// Credits a user under an id that the contract takes only once.
pub(crate) async fn top_up(world: &World, user: Address, amount: u128, id: &str) -> Result<Mined> {
    fill_pool(world, amount).await?;
    let token = world.contracts.token;
    call(
        world,
        Balance::userTopUpCall {
            token,
            user,
            amount: U256::from(amount),
            topUpId: id.to_owned(),
        },
    )
    .await
}

pub(crate) async fn is_credited(world: &World, id: &str) -> Result<bool> {
    world
        .fluence
        .rpc
        .view(
            world.contracts.balance,
            Balance::topUpIdsCall {
                topUpId: id.to_owned(),
            },
        )
        .await
}

pub(crate) async fn refund(world: &World, user: Address, amount: u128) -> Result<Mined> {
    fill_pool(world, amount).await?;
    call(
        world,
        Balance::refundCall {
            token: world.contracts.token,
            user,
            amount: U256::from(amount),
        },
    )
    .await
}

/// Moves free balance into a deal: reserved for a workload.
pub(crate) async fn reserve(
    world: &World,
    user: Address,
    deal: Address,
    amount: u128,
) -> Result<Mined> {
    let token = world.contracts.token;
    call(
        world,
        Balance::moveBalanceToDealCall {
            token,
            user,
            deal,
            amount: U256::from(amount),
        },
    )
    .await
}

/// Gives what is left in a deal back.
pub(crate) async fn release(
    world: &World,
    user: Address,
    deal: Address,
    amount: u128,
) -> Result<Mined> {
    let token = world.contracts.token;
    call(
        world,
        Balance::moveBalanceFromDealCall {
            token,
            user,
            deal,
            amount: U256::from(amount),
        },
    )
    .await
}

/// Pays what a workload used up to the one who runs it.
pub(crate) async fn use_up(
    world: &World,
    user: Address,
    deal: Address,
    amount: u128,
) -> Result<Mined> {
    let (token, to) = (world.contracts.token, world.fluence.account(2));
    call(
        world,
        Balance::withdrawByDealCall {
            token,
            user,
            deal,
            to,
            amount: U256::from(amount),
        },
    )
    .await
}

pub(crate) async fn freeze(world: &World, user: Address, frozen: bool) -> Result<Mined> {
    if frozen {
        call(world, Balance::freezeAccountCall { user }).await
    } else {
        call(world, Balance::unfreezeAccountCall { user }).await
    }
}

pub(crate) async fn send_to_limbo(world: &World, user: Address) -> Result<Mined> {
    call(
        world,
        Balance::sendToLimboCall {
            token: world.contracts.token,
            user,
        },
    )
    .await
}

pub(crate) async fn fund_from_limbo(world: &World, user: Address) -> Result<Mined> {
    call(
        world,
        Balance::fundFromLimboCall {
            token: world.contracts.token,
            user,
        },
    )
    .await
}

pub(crate) async fn withdraw_from_limbo(world: &World, user: Address) -> Result<Mined> {
    let to = world.fluence.account(3);
    call(
        world,
        Balance::withdrawFromLimboCall {
            token: world.contracts.token,
            user,
            to,
        },
    )
    .await
}

async fn fill_pool(world: &World, amount: u128) -> Result<()> {
    let (token, amount) = (world.contracts.token, U256::from(amount));
    let coordinator = world.coordinator();
    world
        .fluence
        .rpc
        .send(
            coordinator,
            token,
            Token::mintCall {
                to: coordinator,
                amount,
            },
        )
        .await?;
    call(world, Balance::poolTopUpCall { token, amount }).await?;
    Ok(())
}

async fn call<C: alloy_sol_types::SolCall>(world: &World, call: C) -> Result<Mined> {
    world
        .fluence
        .rpc
        .send(world.coordinator(), world.contracts.balance, call)
        .await
}

fn micros(units: U256) -> Result<u128> {
    u128::try_from(units).map_err(|_| Failure::new("the contract answered an absurd amount"))
}
