//! Entry points for the fuzz targets, which read an endpoint's bytes as the crate reads them. The targets check the
//! results.

use super::balance_contract::{self, BalanceContract, TokenFacts};
use super::chain_check::{CheckScope, read_check};
use super::rpc_answers::{Block, Data, Log, Receipt};
use super::rpc_calls::{Answers, CallResult, decode, fault};
use super::rpc_response::read_responses;
use alloy::primitives::Address;
use alloy::rpc::json_rpc::transform_response;
use bursar_domain::chain_event::BalanceEvent;
use bursar_domain::clock::Timestamp;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::network::ChainConfig;

/// Reads a body as the answer to `count` calls, and each result as every type that a call can return.
pub fn body(bytes: &[u8], count: usize, config: &ChainConfig) {
    let ids: Vec<u64> = (1..).take(count).collect();
    let Ok(responses) = read_responses(bytes, &ids, None) else {
        return;
    };
    let results = responses
        .into_iter()
        .map(|response| transform_response(response).map_err(fault));
    let results: Vec<CallResult> = results.collect();
    for result in results.iter().flatten() {
        let _ = decode::<Block>(result, "a block");
        let _ = decode::<Option<Receipt>>(result, "a receipt");
        let _ = decode::<Vec<Log>>(result, "logs");
        if let Ok(data) = decode::<Data>(result, "data") {
            let _ = balance_contract::decode_symbol(&data.0);
        }
    }
    let scope = CheckScope {
        known: None,
        wants_symbol: true,
    };
    let _ = read_check(config, scope, &mut Answers::new(results));
}

/// The user's event in a log written as JSON, if it is one.
pub fn event(
    json: &[u8],
    user: Address,
    config: &ChainConfig,
    (decimals, unit): (u8, Currency),
) -> Option<BalanceEvent> {
    let log: Log = serde_json::from_slice(json).ok()?;
    balance_contract(user, config)
        .decode_event(&log, &TokenFacts { decimals, unit }, Timestamp(0))
        .ok()
}

/// Free, reserved and held balances, from the answers to the four calls.
pub fn figures(answers: &[Vec<u8>; 4], (decimals, unit): (u8, Currency)) -> Option<[Amount; 3]> {
    let token_facts = &TokenFacts { decimals, unit };
    let figures = balance_contract::decode_balances(answers, token_facts).ok()?;
    Some([figures.free, figures.reserved, figures.held])
}

fn balance_contract(user: Address, config: &ChainConfig) -> BalanceContract {
    BalanceContract {
        address: config.balance,
        token: config.token,
        user,
    }
}
