//! Tests the crate against a real chain with the contracts on it, and against endpoints that fail and lie.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod anvil;
mod cross_check;
mod failover;
mod invalid_answers;
mod monotonic_reading;
mod reading;
mod reorgs;
mod rpc_proxy;
mod subscription;
mod unusual_answers;
mod websocket_server;
mod wrong_clocks;

use bursar_chain::{Chain, RpcState};
use bursar_domain::clock::{Clock, SystemClock, Timestamp};
use bursar_domain::money::Currency;
use bursar_domain::network::ChainConfig;
use bursar_platform::http::Http;
use std::time::{Duration, Instant};

fn chain(config: ChainConfig) -> Chain {
    Chain::new(config, Currency::usdc().into(), None, Http::new().unwrap())
}

fn now() -> Timestamp {
    SystemClock.now()
}

fn states(chain: &Chain) -> Vec<RpcState> {
    chain
        .rpc_states()
        .into_iter()
        .map(|(_, state)| state)
        .collect()
}

/// Asks again until there is an answer, for up to 20 s.
async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "it did not happen within 20 s");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
