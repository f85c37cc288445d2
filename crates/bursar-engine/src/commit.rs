//! What one step writes to `bursar.db`, atomically.

use crate::debt_watch::DebtWatch;
use crate::top_up::TopUp;
use bursar_domain::notice::Notice;
use serde::{Deserialize, Serialize};

/// One record of a commit to `bursar.db`.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// The top-up's present state; for a new one, its intent.
    TopUp(TopUp),
    /// Deletes the top-up with this `top_up_id`: it turned out to be the same payment as another one.
    DeleteTopUp(String),
    /// One notice for each change: the store skips it if the last notice on its subject is the same.
    Notice(Notice),
    Alerts(Alerts),
}

/// What an account has been warned of, and what was decided about its figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    /// The present low balance has been reported; reset when the balance has recovered.
    #[serde(rename = "low_balance_told")]
    pub low_balance_notified: bool,
    /// Counts low balances, to give each notice its own subject.
    #[serde(rename = "low_crossing")]
    pub low_balance_count: u32,
    /// The rejected key has been reported; reset when the provider accepts a key.
    #[serde(rename = "signed_out_told")]
    pub signed_out_notified: bool,
    /// Counts rejections, to give each notice its own subject.
    #[serde(rename = "rejection")]
    pub rejection_count: u32,
    pub debt: DebtWatch,
    /// Where either figure may lead: chain and API differed twice, and have not agreed twice since.
    pub api_leads: bool,
}
