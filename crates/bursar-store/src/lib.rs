//! Bursar's two SQLite files. What this crate promises:
//!
//! - `bursar.db` ([`Store`]) holds what nobody else knows: accounts, intents, notices. A commit is durable when it
//!   returns, is applied completely or not at all, and a backup follows each change of an account or intent.
//! - `history.db` ([`History`]) holds what a provider or the chain can deliver again: payments, events, balances.
//! - A damaged file is set aside under its date, never deleted. A file of a newer version is refused and stays untouched.
//! - A payment is Verified by exactly the events that [`verification_rule`] says.
//!
//! All calls block: the caller decides on which thread.

mod connection;
mod corruption;
mod encoding;
mod error;
pub mod fail_point;
mod history;
mod migrations;
mod record_digest;
mod search_key_functions;
mod store;
pub mod verification_rule;

pub use history::{EventCursor, History, PaymentMatch, RecheckRange, SyncBatch, SyncState};
pub use store::{KeyLocation, OpenState, OpenedStore, Store, StoredNotice};
