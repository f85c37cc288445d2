//! The engine and its top-up machine through their public functions, with the time passed in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm
)]

mod event_orders;
mod fixtures;
mod key_expiry;
mod leading_balance;
mod notifications;
mod polling;
mod reachability_probe;
mod steps;
mod thundering_herd;
mod top_up;
mod unknown_outcome;
