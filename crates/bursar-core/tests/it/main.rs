//! The core with its databases, files and keyring: exports, the keyring in each of its states, settings that several
//! processes write, and homes that earlier versions saved.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod export;
mod keyring;
mod null_shell;
mod saved_home;
mod secret_service;
mod settings_processes;
