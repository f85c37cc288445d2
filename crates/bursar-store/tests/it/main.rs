//! The databases on a real disk: what is stored, what is found again, and what damage leaves.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod chain_events;
mod fixtures;
mod history_file;
mod partial_answers;
mod payments;
mod resource_charges;
mod row_offsets;
mod search;
mod store;
mod store_corruption;
mod upgrades;
mod verification_rule;
