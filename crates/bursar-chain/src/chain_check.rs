//! Checks that a node serves this chain and has both contracts. No answer is taken from a node that fails the check.

use super::balance_contract;
use super::fault::Fault;
use super::rpc_answers::{Data, Quantity};
use super::rpc_calls::{Answers, Call};
use alloy::eips::BlockId;
use alloy::primitives::Address;
use bursar_domain::money::Currency;
use bursar_domain::network::ChainConfig;
use serde_json::json;

/// What the check of an endpoint found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChainCheck {
    /// The token's decimals.
    pub(super) decimals: u8,
}

/// Which parts of the check an endpoint is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CheckScope {
    /// What an earlier check found, while it holds: then only the chain's id is checked.
    pub(super) known: Option<ChainCheck>,
    /// Whether the token is asked for its symbol as well.
    pub(super) wants_symbol: bool,
}

/// What an endpoint answered to [`check_calls`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CheckAnswer {
    pub(super) check: ChainCheck,
    /// `None` if it was not asked for, or if the token has no usable one.
    pub(super) symbol: Option<Currency>,
}

/// The calls whose answers [`read_check`] takes.
pub(super) fn check_calls(config: &ChainConfig, scope: CheckScope) -> Vec<Call> {
    let mut calls = vec![Call::new("eth_chainId", json!([]))];
    let of_token = |data| Call::contract(config.token, data, BlockId::latest());
    if scope.known.is_none() {
        let code = |address: Address| Call::new("eth_getCode", json!([address, "latest"]));
        calls.extend([code(config.balance), code(config.token)]);
        calls.push(of_token(balance_contract::decimals_call()));
    }
    if scope.wants_symbol {
        calls.push(of_token(balance_contract::symbol_call()));
    }
    calls
}

/// Checks the answers to [`check_calls`].
///
/// # Errors
/// [`Fault::WrongChain`], [`Fault::NoContract`], or what is missing from the answers. The symbol is not needed.
pub(super) fn read_check(
    config: &ChainConfig,
    scope: CheckScope,
    answers: &mut Answers,
) -> Result<CheckAnswer, Fault> {
    let (expected, Quantity(actual)) = (config.id, answers.next("the chain's id")?);
    if actual != expected {
        return Err(Fault::WrongChain { expected, actual });
    }
    let check = match scope.known {
        Some(known) => known,
        None => {
            for address in [config.balance, config.token] {
                if answers.next::<Data>("a contract's code")?.0.is_empty() {
                    return Err(Fault::NoContract(address));
                }
            }
            let decimals = &answers.next::<Data>("decimals")?.0;
            ChainCheck {
                decimals: balance_contract::decode_decimals(decimals)?,
            }
        }
    };
    let symbol = if scope.wants_symbol {
        let answer = answers.next::<Data>("a symbol").ok();
        answer.and_then(|answer| balance_contract::decode_symbol(&answer.0))
    } else {
        None
    };
    Ok(CheckAnswer { check, symbol })
}
