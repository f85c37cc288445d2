//! Whether a node serves this chain and has the contracts on it.

use super::balance_contract;
use super::eth_calls::{BlockId, eth_call};
use super::fault::Fault;
use super::json_rpc::{BatchResults, Call};
use super::rpc_types::{Data, Quantity};
use alloy_primitives::Address;
use bursar_domain::network::ChainPlace;
use serde_json::json;

/// What a check of the RPC found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChainCheck {
    /// Of the token.
    pub(super) decimals: u8,
}

/// The calls that tell whether a node is one of this chain, for [`read_check`].
pub(super) fn check_calls(place: &ChainPlace) -> Vec<Call> {
    let code = |address: Address| Call::new("eth_getCode", json!([address, "latest"]));
    vec![
        Call::new("eth_chainId", json!([])),
        code(place.balance),
        code(place.token),
        eth_call(
            place.token,
            &balance_contract::decimals_call(),
            BlockId::Latest,
        ),
    ]
}

/// # Errors
/// [`Fault::WrongChain`], [`Fault::NoContract`], or what the answers lack.
pub(super) fn read_check(
    place: &ChainPlace,
    answers: &mut BatchResults,
) -> Result<ChainCheck, Fault> {
    read_chain_id(place, answers)?;
    for address in [place.balance, place.token] {
        if answers.next::<Data>("a contract's code")?.0.is_empty() {
            return Err(Fault::NoContract(address));
        }
    }
    let decimals = balance_contract::decode_decimals(&answers.next::<Data>("decimals")?.0)?;
    Ok(ChainCheck { decimals })
}

pub(super) fn read_chain_id(place: &ChainPlace, answers: &mut BatchResults) -> Result<(), Fault> {
    let seen = answers.next::<Quantity>("the chain's id")?.0;
    if seen == place.id {
        Ok(())
    } else {
        Err(Fault::WrongChain {
            expected: place.id,
            seen,
        })
    }
}
