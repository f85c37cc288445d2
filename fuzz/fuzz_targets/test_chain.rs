//! A chain and a user, for the targets that read an RPC endpoint's answers.
#![allow(dead_code, reason = "not every target needs all of it")]

use alloy_primitives::{Address, address};
use bursar_domain::network::ChainConfig;
use std::sync::LazyLock;

pub const USER: Address = address!("1111111111111111111111111111111111111111");

pub static CHAIN: LazyLock<ChainConfig> = LazyLock::new(|| {
    bursar_provider::networks::from_toml(
        r#"name = "fuzz"
        provider = "fluence"
        api = "http://127.0.0.1:4010"
        checkout_hosts = ["127.0.0.1:4020"]
        [chain]
        id = 9999999
        rpc = ["http://127.0.0.1:8547"]
        balance = "0x2222222222222222222222222222222222222222"
        token = "0x3333333333333333333333333333333333333333""#,
    )
    .unwrap()
    .chain
    .unwrap()
});
