//! Tests network files, the allow list of checkout addresses, and both providers against the sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod checkout_allow_list;
mod fluence;
mod network_files;
mod panel;
mod provider_knowledge;
mod sandbox;
