//! Reads the user's balances, all from one block.

use super::balance_contract::{BalanceContract, decode_balances};
use super::chain::Chain;
use super::fault::{Fault, combine_faults};
use super::rpc_answers::{Block, Data};
use super::rpc_calls::{Answers, Call};
use super::rpc_connection::RpcConnection;
use super::rpc_error::RpcErrorKind;
use alloy::eips::BlockId;
use alloy::primitives::{Address, B256, Bytes};
use bursar_domain::balances::Balances;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_platform::http::MAX_BODY_BYTES;

impl Chain {
    /// The user's balances at the newest block of the best endpoint, all from that one block.
    ///
    /// # Errors
    /// The error of the only endpoint, or `chain_unavailable` if none of several is usable.
    pub async fn read(&self, user: Address, now: Timestamp) -> Result<ChainReading> {
        self.set_caller_time(now);
        let contract = &self.balance_contract(user);
        self.with_failover(|connection: RpcConnection, head: Block| async move {
            read_newest(&connection, contract, head, now).await
        })
        .await
        .map_err(combine_faults)
    }

    /// The user's balances after an earlier block, as one endpoint reports them. `None` if it does not keep state that
    /// old, or has a block there whose hash is not `hash`.
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
            let mut calls = contract.balance_calls(number.into()).to_vec();
            calls.push(Call::block(number));
            let mut answers = match connection.call_batch(&calls, MAX_BODY_BYTES).await {
                Err(fault) if may_lack_state(&fault) => return Ok(None),
                answers => answers?,
            };
            let mut read = || -> Result<_, Fault> {
                let balances_data = read_figures(&mut answers)?;
                let seen = answers.next::<Option<Block>>("a block")?;
                Ok((
                    decode_balances(&balances_data, &connection.token_facts()?)?,
                    seen,
                ))
            };
            // An endpoint that keeps no old state is as healthy as any other.
            let Ok((balances_data, Some(seen))) = read() else {
                return Ok(None);
            };
            let is_it = seen.number == number && hash.is_none_or(|hash| hash == seen.hash);
            Ok(is_it.then_some(Balances {
                free: balances_data.free,
                reserved: balances_data.reserved,
                held: balances_data.held,
            }))
        })
        .await
        .map_err(combine_faults)
    }
}

/// All balances at `head`, or at the newest block by then if `head` is gone.
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

/// All balances at `head`, named by its hash. An endpoint that does not accept hashes is asked by number, and the block
/// is compared to be sure that the number still means the same one.
async fn read_at(
    connection: &RpcConnection,
    contract: &BalanceContract,
    head: Block,
    now: Timestamp,
) -> Result<ChainReading, Fault> {
    let refuses_hashes = connection.rpc.health().refuses_hashes;
    let answers = if refuses_hashes {
        balances_by_number(connection, contract, head).await?
    } else {
        match balances_at(connection, contract, head.hash.into(), None).await {
            // An error that goes away when the block is named by number was about the hash, whatever its text says.
            Err(fault) if may_reject_hashes(&fault) => {
                let answers = balances_by_number(connection, contract, head).await?;
                connection.rpc.health().refuses_hashes = true;
                answers
            }
            answers => answers?,
        }
    };
    Ok(decode_balances(&answers, &connection.token_facts()?)?.at_block(head, now))
}

/// Whether the failure may be due to naming the block by its hash.
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

async fn balances_by_number(
    connection: &RpcConnection,
    contract: &BalanceContract,
    head: Block,
) -> Result<[Bytes; 4], Fault> {
    balances_at(connection, contract, head.number.into(), Some(head)).await
}

async fn balances_at(
    connection: &RpcConnection,
    contract: &BalanceContract,
    at: BlockId,
    expected_head: Option<Block>,
) -> Result<[Bytes; 4], Fault> {
    let mut calls = contract.balance_calls(at).to_vec();
    calls.extend(expected_head.map(|head| Call::block(head.number)));
    let mut answers = connection.call_batch(&calls, MAX_BODY_BYTES).await?;
    let figures = read_figures(&mut answers)?;
    let Some(head) = expected_head else {
        return Ok(figures);
    };
    match answers.next::<Option<Block>>("a block")? {
        Some(seen) if seen == head => Ok(figures),
        Some(_) | None => Err(Fault::Behind),
    }
}

/// The next answers as the figures that [`decode_balances`] takes.
pub(super) fn read_figures(answers: &mut Answers) -> Result<[Bytes; 4], Fault> {
    let mut figure = || answers.next::<Data>("a figure").map(|data| data.0);
    Ok([figure()?, figure()?, figure()?, figure()?])
}

/// Whether the error may only mean that the endpoint does not keep state that old.
fn may_lack_state(fault: &Fault) -> bool {
    fault
        .rpc_error_kind()
        .is_some_and(|kind| !matches!(kind, RpcErrorKind::RateLimited | RpcErrorKind::NotAllowed))
}
