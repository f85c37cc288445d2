//! The three local chains: Ethereum and Polygon for payments, and Fluence for the Balance contract.

pub(crate) mod anvil;
mod call_rewriting;
pub(crate) mod interval_mining;
mod mode_effects;
pub(crate) mod proxy_mode;
pub(crate) mod rpc;
pub(crate) mod rpc_proxy;
pub(crate) mod ws_proxy;

use std::sync::atomic::AtomicBool;

use alloy_primitives::Address;

pub(crate) const ETHEREUM: u64 = 1;
pub(crate) const POLYGON: u64 = 137;
pub(crate) const FLUENCE: u64 = 9_999_999;

/// A running chain.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) rpc: rpc::RpcClient,
    /// Unlocked accounts: the node signs for them.
    pub(crate) accounts: Vec<Address>,
    /// While set, no empty blocks are mined.
    pub(crate) paused: AtomicBool,
    /// Dropping it ends the chain.
    pub(crate) _supervisor: anvil::Supervisor,
}

impl Chain {
    /// The account with this index, or the zero address if the node has fewer accounts.
    pub(crate) fn account(&self, index: usize) -> Address {
        self.accounts.get(index).copied().unwrap_or_default()
    }
}
