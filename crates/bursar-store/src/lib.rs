//! What is kept on disk. `bursar.db` holds what nobody else knows (accounts, intents, notices) and is
//! written through to the disk and copied; `history.db` holds what a provider or the chain can give again.
//! Calls here block: the caller decides on which thread.

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
