//! Checks that a node serves this chain and has both contracts. No answer is taken from a node that fails the check.

use super::balance_contract;
use super::eth_calls::{BlockId, eth_call};
use super::fault::Fault;
use super::rpc_calls::{Answers, Call};
use super::rpc_types::{Data, Quantity};
use alloy_primitives::Address;
use bursar_domain::network::ChainConfig;
use serde_json::json;

/// What the check of an endpoint found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChainCheck {
    /// The token's decimals.
    pub(super) decimals: u8,
}

/// The calls whose answers [`read_check`] takes.
pub(super) fn check_calls(config: &ChainConfig) -> Vec<Call> {
    let code = |address: Address| Call::new("eth_getCode", json!([address, "latest"]));
    vec![
        Call::new("eth_chainId", json!([])),
        code(config.balance),
        code(config.token),
        eth_call(
            config.token,
            &balance_contract::decimals_call(),
            BlockId::Latest,
        ),
    ]
}

/// Checks the answers to [`check_calls`].
///
/// # Errors
/// [`Fault::WrongChain`], [`Fault::NoContract`], or what is missing from the answers.
pub(super) fn read_check(config: &ChainConfig, answers: &mut Answers) -> Result<ChainCheck, Fault> {
    read_chain_id(config, answers)?;
    for address in [config.balance, config.token] {
        if answers.next::<Data>("a contract's code")?.0.is_empty() {
            return Err(Fault::NoContract(address));
        }
    }
    let decimals = balance_contract::decode_decimals(&answers.next::<Data>("decimals")?.0)?;
    Ok(ChainCheck { decimals })
}

pub(super) fn read_chain_id(config: &ChainConfig, answers: &mut Answers) -> Result<(), Fault> {
    let actual = answers.next::<Quantity>("the chain's id")?.0;
    if actual == config.id {
        Ok(())
    } else {
        Err(Fault::WrongChain {
            expected: config.id,
            actual,
        })
    }
}
