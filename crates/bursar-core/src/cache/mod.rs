//! What is kept on disk. `bursar.db` holds what nobody else knows (accounts, intents, notices) and is
//! written through to the disk and copied; `history.db` holds what a provider or the chain can give again.
//! Calls here block: the caller decides on which thread.

mod connection;
mod damage;
mod digest;
mod failure;
mod history;
mod keys;
pub mod matching;
mod migrations;
mod store;
mod stored;

use crate::notice::Notice;
use crate::top_up::TopUp;
use serde::{Deserialize, Serialize};

pub use history::{DoubtfulRange, EventCursor, History, Matched, Portion, SyncState};
pub use store::{KeyPlace, OpenState, Opened, Store, StoredNotice};

/// One part of a commit to `bursar.db`.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// The top-up as it is now; its intent when it is new.
    TopUp(TopUp),
    /// The top-up of this id of Bursar's own is no longer kept: it has turned out to be another one.
    TopUpGone(String),
    /// Told once for each change: it is not written where the last one about its subject says the same.
    Notice(Notice),
    Alerts(Alerts),
}

/// What an account has been warned of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    /// The present low balance has been told; it is reset when the balance is no longer low.
    pub low_balance_told: bool,
    /// Counts the crossings: the subject of the notice that tells of one.
    pub low_crossing: u32,
    /// That the provider no longer takes the key has been told; it is reset when it answers again.
    pub signed_out_told: bool,
    /// Counts the rejections: the subject of the notice that tells of one.
    pub rejection: u32,
}
