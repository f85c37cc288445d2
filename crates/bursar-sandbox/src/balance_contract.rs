//! Reads and writes the Balance contract. A top-up follows the real path of the money: the payment provider fills the
//! pool, then the coordinator credits the user from the pool.

use alloy_primitives::{Address, U256};
use serde_json::{Value, json};

use crate::chains::rpc::MinedTransaction;
use crate::contracts::{Balance, Token};
use crate::error::{Error, Result};
use crate::money;
use crate::sandbox::Sandbox;

/// A user's balance on the chain, in micros.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnChainBalance {
    pub(crate) block: u64,
    pub(crate) free: u128,
    pub(crate) full: u128,
    pub(crate) limbo: u128,
    pub(crate) frozen: bool,
}

impl OnChainBalance {
    pub(crate) fn to_json(self) -> Value {
        json!({
            "block": self.block, "free": money::format_micros(self.free), "full": money::format_micros(self.full),
            "reserved": money::format_micros(self.full.saturating_sub(self.free)), "limbo": money::format_micros(self.limbo),
            "frozen": self.frozen,
        })
    }
}

pub(crate) async fn read_balance(sandbox: &Sandbox, user: Address) -> Result<OnChainBalance> {
    let (rpc, to, token) = (
        &sandbox.fluence.rpc,
        sandbox.contracts.balance,
        sandbox.contracts.token,
    );
    let block = rpc.block_number().await?;
    let free = rpc
        .call_view(to, Balance::getFreeBalanceCall { token, user })
        .await?;
    let full = rpc
        .call_view(to, Balance::getFullBalanceCall { token, user })
        .await?;
    let limbo = rpc
        .call_view(to, Balance::limboCall { token, user })
        .await?;
    let frozen = rpc.call_view(to, Balance::frozenCall { user }).await?;
    Ok(OnChainBalance {
        block,
        free: to_micros(free)?,
        full: to_micros(full)?,
        limbo: to_micros(limbo)?,
        frozen,
    })
}

/// Credits a user. The contract accepts each `id` only once.
pub(crate) async fn top_up(
    sandbox: &Sandbox,
    user: Address,
    amount: u128,
    id: &str,
) -> Result<MinedTransaction> {
    fill_pool(sandbox, amount).await?;
    let token = sandbox.contracts.token;
    send(
        sandbox,
        Balance::userTopUpCall {
            token,
            user,
            amount: U256::from(amount),
            topUpId: id.to_owned(),
        },
    )
    .await
}

pub(crate) async fn is_credited(sandbox: &Sandbox, id: &str) -> Result<bool> {
    sandbox
        .fluence
        .rpc
        .call_view(
            sandbox.contracts.balance,
            Balance::topUpIdsCall {
                topUpId: id.to_owned(),
            },
        )
        .await
}

pub(crate) async fn refund(
    sandbox: &Sandbox,
    user: Address,
    amount: u128,
) -> Result<MinedTransaction> {
    fill_pool(sandbox, amount).await?;
    send(
        sandbox,
        Balance::refundCall {
            token: sandbox.contracts.token,
            user,
            amount: U256::from(amount),
        },
    )
    .await
}

/// Moves free balance into a deal, which reserves it for a workload.
pub(crate) async fn move_to_deal(
    sandbox: &Sandbox,
    user: Address,
    deal: Address,
    amount: u128,
) -> Result<MinedTransaction> {
    let token = sandbox.contracts.token;
    send(
        sandbox,
        Balance::moveBalanceToDealCall {
            token,
            user,
            deal,
            amount: U256::from(amount),
        },
    )
    .await
}

/// Returns what is left in a deal to the user's free balance.
pub(crate) async fn move_from_deal(
    sandbox: &Sandbox,
    user: Address,
    deal: Address,
    amount: u128,
) -> Result<MinedTransaction> {
    let token = sandbox.contracts.token;
    send(
        sandbox,
        Balance::moveBalanceFromDealCall {
            token,
            user,
            deal,
            amount: U256::from(amount),
        },
    )
    .await
}

/// Pays for a workload's usage from its deal, to whoever runs the workload.
pub(crate) async fn pay_from_deal(
    sandbox: &Sandbox,
    user: Address,
    deal: Address,
    amount: u128,
) -> Result<MinedTransaction> {
    let (token, to) = (sandbox.contracts.token, sandbox.fluence.account(2));
    send(
        sandbox,
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

pub(crate) async fn freeze(
    sandbox: &Sandbox,
    user: Address,
    frozen: bool,
) -> Result<MinedTransaction> {
    if frozen {
        send(sandbox, Balance::freezeAccountCall { user }).await
    } else {
        send(sandbox, Balance::unfreezeAccountCall { user }).await
    }
}

pub(crate) async fn send_to_limbo(sandbox: &Sandbox, user: Address) -> Result<MinedTransaction> {
    send(
        sandbox,
        Balance::sendToLimboCall {
            token: sandbox.contracts.token,
            user,
        },
    )
    .await
}

pub(crate) async fn fund_from_limbo(sandbox: &Sandbox, user: Address) -> Result<MinedTransaction> {
    send(
        sandbox,
        Balance::fundFromLimboCall {
            token: sandbox.contracts.token,
            user,
        },
    )
    .await
}

pub(crate) async fn withdraw_from_limbo(
    sandbox: &Sandbox,
    user: Address,
) -> Result<MinedTransaction> {
    let to = sandbox.fluence.account(3);
    send(
        sandbox,
        Balance::withdrawFromLimboCall {
            token: sandbox.contracts.token,
            user,
            to,
        },
    )
    .await
}

async fn fill_pool(sandbox: &Sandbox, amount: u128) -> Result<()> {
    let (token, amount) = (sandbox.contracts.token, U256::from(amount));
    let coordinator = sandbox.coordinator();
    sandbox
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
    send(sandbox, Balance::poolTopUpCall { token, amount }).await?;
    Ok(())
}

async fn send<C: alloy_sol_types::SolCall>(sandbox: &Sandbox, call: C) -> Result<MinedTransaction> {
    sandbox
        .fluence
        .rpc
        .send(sandbox.coordinator(), sandbox.contracts.balance, call)
        .await
}

fn to_micros(units: U256) -> Result<u128> {
    u128::try_from(units).map_err(|_| Error::new("the contract returned an amount out of range"))
}
