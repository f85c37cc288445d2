//! Ways in for the fuzz targets: an RPC's bytes, read as the reader reads them. What is false in what they give
//! back is theirs to notice.

use super::keeper::{self, Subject};
use super::line::{Answers, read_check};
use super::rpc;
use super::wire::{Block, Data, Log, Receipt};
use alloy_primitives::Address;
use bursar_domain::chain_event::BalanceEvent;
use bursar_domain::clock::Timestamp;
use bursar_domain::network::ChainPlace;

/// Reads a body as the answer to `count` calls, and each result as everything that is ever asked for.
pub fn body(bytes: &[u8], count: usize, place: &ChainPlace) {
    let Ok(outcomes) = rpc::read(bytes, 1, count) else {
        return;
    };
    for result in outcomes.iter().flatten() {
        let _ = rpc::parse::<Block>(result, "a block");
        let _ = rpc::parse::<Option<Receipt>>(result, "a receipt");
        let _ = rpc::parse::<Vec<Log>>(result, "logs");
        let _ = rpc::parse::<Data>(result, "data");
    }
    let _ = read_check(place, &mut Answers::new(outcomes));
}

/// The user's event in a log, written as JSON, if it is one.
pub fn event(json: &[u8], user: Address, place: &ChainPlace, decimals: u8) -> Option<BalanceEvent> {
    let log: Log = serde_json::from_slice(json).ok()?;
    subject(user, place)
        .event(&log, decimals, Timestamp(0))
        .ok()
}

/// Free, reserved and held at a block, from the four calls' answers.
pub fn figures(answers: &[Vec<u8>; 4], decimals: u8) -> Option<[bursar_domain::money::Amount; 3]> {
    let figures = keeper::figures(answers, decimals).ok()?;
    Some([figures.free, figures.reserved, figures.held])
}

fn subject(user: Address, place: &ChainPlace) -> Subject {
    Subject {
        balance: place.balance,
        token: place.token,
        user,
    }
}
