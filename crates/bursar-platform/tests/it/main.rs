//! Tests output files, and checks that shipped code starts programs in one module only.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod child_processes;
mod output_file;
