//! Tests of the real sandbox. Each test starts its own sandbox process.

#![allow(unreachable_pub, missing_debug_implementations)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod api;
mod faults;
mod panel_api;
mod panel_pages;
mod payments;
mod shutdown;
mod sign_in;
mod support;
mod today;
mod websocket;
