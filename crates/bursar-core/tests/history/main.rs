//! `history.db` on a real disk: lines, pages, search, and events that verify payments.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod events;
mod file;
mod payments;
#[path = "../remote/mod.rs"]
mod remote;
mod search;
mod support;
