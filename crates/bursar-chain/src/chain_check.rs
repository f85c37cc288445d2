//! Checks that a node serves this chain and has both contracts. No answer is taken from a node that fails the check.

use super::balance_contract;
use super::fault::Fault;
use super::rpc_answers::{Data, Quantity};
use super::rpc_calls::{Answers, Call};
use alloy::eips::BlockId;
use alloy::primitives::Address;
use bursar_domain::network::ChainConfig;
use serde_json::json;

/// What the check of an endpoint found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChainCheck {
    /// The token's decimals.
    pub(super) decimals: u8,
}

/// The calls whose answers [`read_check`] takes: the whole check, or only the chain's id while a check holds.
pub(super) fn check_calls(config: &ChainConfig, known: Option<ChainCheck>) -> Vec<Call> {
    let mut calls = vec![Call::new("eth_chainId", json!([]))];
    if known.is_none() {
        let code = |address: Address| Call::new("eth_getCode", json!([address, "latest"]));
        let decimals = balance_contract::decimals_call();
        calls.extend([code(config.balance), code(config.token)]);
        calls.push(Call::contract(config.token, decimals, BlockId::latest()));
    }
    calls
}

/// Checks the answers to [`check_calls`].
///
/// # Errors
/// [`Fault::WrongChain`], [`Fault::NoContract`], or what is missing from the answers.
pub(super) fn read_check(
    config: &ChainConfig,
    known: Option<ChainCheck>,
    answers: &mut Answers,
) -> Result<ChainCheck, Fault> {
    let (expected, Quantity(actual)) = (config.id, answers.next("the chain's id")?);
    if actual != expected {
        return Err(Fault::WrongChain { expected, actual });
    }
    if let Some(known) = known {
        return Ok(known);
    }
    for address in [config.balance, config.token] {
        if answers.next::<Data>("a contract's code")?.0.is_empty() {
            return Err(Fault::NoContract(address));
        }
    }
    let decimals = balance_contract::decode_decimals(&answers.next::<Data>("decimals")?.0)?;
    Ok(ChainCheck { decimals })
}
