//! Gives the reader over alloy and the one by hand the same answers, and asserts that both decide the same.

mod answers;
mod exchanges;
mod mutation;
mod subscriptions;

use super::chain::Chain;
use alloy_primitives::Address;
use bursar_domain::network::ChainConfig;
use bursar_platform::http::Http;
use rand::SeedableRng;
use rand::rngs::StdRng;
use url::Url;

const CHAIN_ID: u64 = 9_999_999;
const USER: Address = Address::repeat_byte(0x05);

/// How many random cases a test tries, times what `BURSAR_DIFFERENTIAL` says.
fn cases(few: u64) -> u64 {
    let times = std::env::var("BURSAR_DIFFERENTIAL").ok();
    times
        .and_then(|times| times.parse::<u64>().ok())
        .unwrap_or(1)
        * few
}

fn random(case: u64) -> StdRng {
    StdRng::seed_from_u64(case)
}

fn chain(rpc: &str, ws: Option<&str>) -> Chain {
    let config = ChainConfig {
        id: CHAIN_ID,
        rpc: vec![Url::parse(rpc).unwrap()],
        ws: ws.map(|ws| Url::parse(ws).unwrap()),
        balance: Address::repeat_byte(0xba),
        token: Address::repeat_byte(0x70),
        explorer: None,
        start_block: 0,
    };
    Chain::new(config, None, Http::new().unwrap())
}
