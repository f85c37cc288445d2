//! What one step of an account writes to `bursar.db`, all of it or nothing.

use crate::top_up::TopUp;
use bursar_domain::notice::Notice;
use serde::{Deserialize, Serialize};

/// One part of a commit to `bursar.db`.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// The top-up as it is now; its intent when it is new.
    TopUp(TopUp),
    /// The top-up of this id of Bursar's own is no longer resumable: it has turned out to be another one.
    DeleteTopUp(String),
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
