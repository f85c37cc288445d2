//! The user's balances, all at one block.

use super::balance_contract::{BalanceContract, decode_balances};
use super::chain::Chain;
use super::eth_calls::{BlockId, eth_call, get_block};
use super::fault::{Fault, combine_faults};
use super::rpc_connection::RpcConnection;
use super::rpc_error::RpcErrorKind;
use super::rpc_types::{Block, Data};
use alloy_primitives::{Address, B256};
use bursar_domain::balances::Balances;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_platform::http::BODY_LIMIT;

impl Chain {
    /// The user's balances at the newest block of the best RPC, all at that one block.
    ///
    /// # Errors
    /// Of the one RPC, or `chain_unavailable` when none of several is usable.
    pub async fn read(&self, user: Address, now: Timestamp) -> Result<ChainReading> {
        self.set_caller_time(now);
        let contract = &self.balance_contract(user);
        self.with_failover(|connection: RpcConnection, head: Block| async move {
            read_newest(&connection, contract, head, now).await
        })
        .await
        .map_err(combine_faults)
    }

    /// The user's balances after an earlier block, by one endpoint's word. `None` where it keeps no such old state, or
    /// has another block there than `hash`.
    ///
    /// # Errors
    /// As [`Chain::read`].
    pub async fn balances_after(
        &self,
        user: Address,
        number: u64,
        hash: Option<B256>,
    ) -> Result<Option<Balances>> {
        let contract = &self.balance_contract(user);
        self.with_failover(|connection: RpcConnection, head: Block| async move {
            if head.number < number {
                return Err(Fault::Behind);
            }
            let mut calls: Vec<_> = contract
                .balance_calls()
                .iter()
                .map(|data| eth_call(contract.address, data, BlockId::Number(number)))
                .collect();
            calls.push(get_block(BlockId::Number(number)));
            let mut answers = match connection.call_batch(&calls, BODY_LIMIT).await {
                Err(fault) if may_lack_state(&fault) => return Ok(None),
                answers => answers?,
            };
            let mut read = || -> Result<_, Fault> {
                let mut figure = || answers.next::<Data>("a figure").map(|data| data.0);
                let figures_data = [figure()?, figure()?, figure()?, figure()?];
                let seen = answers.next::<Option<Block>>("a block")?;
                Ok((
                    decode_balances(&figures_data, connection.decimals()?)?,
                    seen,
                ))
            };
            // An endpoint without old states is as good as any other.
            let Ok((figures_data, Some(seen))) = read() else {
                return Ok(None);
            };
            let is_it = seen.number == number && hash.is_none_or(|hash| hash == seen.hash);
            Ok(is_it.then_some(Balances {
                free: figures_data.free,
                reserved: figures_data.reserved,
                held: figures_data.held,
            }))
        })
        .await
        .map_err(combine_faults)
    }
}

/// All figures at `head`, or at the newest block by then where that one is gone.
pub(super) async fn read_newest(
    connection: &RpcConnection,
    contract: &BalanceContract,
    head: Block,
    now: Timestamp,
) -> Result<ChainReading, Fault> {
    match read_at(connection, contract, head, now).await {
        // The block was replaced, or another node behind the same address has yet to see it.
        Err(Fault::ErrorResponse(_) | Fault::Behind) => {
            let head = connection.fetch_head().await?;
            read_at(connection, contract, head, now).await
        }
        answer => answer,
    }
}

/// All figures at `head`, named by its hash; where the RPC does not take that, by its number, with a look
/// whether the number still means the same block.
async fn read_at(
    connection: &RpcConnection,
    contract: &BalanceContract,
    head: Block,
    now: Timestamp,
) -> Result<ChainReading, Fault> {
    let refuses_hashes = connection.rpc.health().refuses_hashes;
    let answers = if refuses_hashes {
        figures_by_number(connection, contract, head).await?
    } else {
        match figures_at(connection, contract, BlockId::Hash(head.hash), None).await {
            // Whatever it says against the hash: what it does not say against the number is only about hashes.
            Err(fault) if may_reject_hashes(&fault) => {
                let answers = figures_by_number(connection, contract, head).await?;
                connection.rpc.health().refuses_hashes = true;
                answers
            }
            answers => answers?,
        }
    };
    Ok(decode_balances(&answers, connection.decimals()?)?.at_block(head, now))
}

/// Whether figures were not given for a reason that may lie in a block's being named by its hash.
fn may_reject_hashes(fault: &Fault) -> bool {
    match fault {
        Fault::ErrorResponse(error) => !matches!(
            error.kind,
            RpcErrorKind::RateLimited | RpcErrorKind::NotAllowed
        ),
        Fault::HttpStatus { status, .. } => matches!(status, 400 | 422 | 500 | 501),
        Fault::Malformed(_) => true,
        Fault::Transport(_)
        | Fault::WrongChain { .. }
        | Fault::NoContract(_)
        | Fault::Behind
        | Fault::Pruned => false,
    }
}

async fn figures_by_number(
    connection: &RpcConnection,
    contract: &BalanceContract,
    head: Block,
) -> Result<[Vec<u8>; 4], Fault> {
    figures_at(
        connection,
        contract,
        BlockId::Number(head.number),
        Some(head),
    )
    .await
}

async fn figures_at(
    connection: &RpcConnection,
    contract: &BalanceContract,
    at: BlockId,
    expected_head: Option<Block>,
) -> Result<[Vec<u8>; 4], Fault> {
    let mut calls: Vec<_> = contract
        .balance_calls()
        .iter()
        .map(|data| eth_call(contract.address, data, at))
        .collect();
    calls.extend(expected_head.map(|head| get_block(BlockId::Number(head.number))));
    let mut answers = connection.call_batch(&calls, BODY_LIMIT).await?;
    let mut figure = || answers.next::<Data>("a figure").map(|data| data.0);
    let figures = [figure()?, figure()?, figure()?, figure()?];
    let Some(head) = expected_head else {
        return Ok(figures);
    };
    match answers.next::<Option<Block>>("a block")? {
        Some(seen) if seen == head => Ok(figures),
        Some(_) | None => Err(Fault::Behind),
    }
}

/// Whether an answer may only mean that the endpoint keeps no such old state.
fn may_lack_state(fault: &Fault) -> bool {
    fault
        .rpc_error_kind()
        .is_some_and(|kind| !matches!(kind, RpcErrorKind::RateLimited | RpcErrorKind::NotAllowed))
}
