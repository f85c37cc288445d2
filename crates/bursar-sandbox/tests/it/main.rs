//! Tests of the real sandbox, which each test starts as a process of its own.

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
mod websocket;
