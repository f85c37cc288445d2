//! What is kept on disk. `bursar.db` holds what nobody else knows (accounts, intents, notices) and is
//! written through to the disk and copied; `history.db` holds what a provider or the chain can give again.
//! Calls here block: the caller decides on which thread.

mod connection;
mod damage;
mod digest;
pub mod fail_point;
mod failure;
mod history;
mod keys;
pub mod matching;
mod migrations;
mod store;
mod stored;

pub use history::{EventCursor, History, PaymentMatch, RecheckRange, SyncBatch, SyncState};
pub use store::{KeyLocation, OpenState, OpenedStore, Store, StoredNotice};
