//! The provider's last answers about its catalogue, due payments, the signed-in user, and rows that cannot be read.

use super::History;
use bursar_domain::account::AccountId;
use bursar_domain::catalogue::{Catalogue, DuePayments};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_domain::key_owner::KeyOwner;
use bursar_domain::unreadable_row::UnreadableRow;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct StoredKeyOwner {
    user_id: String,
    name: String,
    missing_scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lists_scopes: bool,
}

impl History {
    pub fn put_catalogue(
        &self,
        account: &AccountId,
        catalogue: &Catalogue,
        now: Timestamp,
    ) -> Result<()> {
        self.put(account, "catalogue", catalogue, now)
    }

    pub fn catalogue(&self, account: &AccountId) -> Result<Option<(Catalogue, Timestamp)>> {
        self.get(account, "catalogue")
    }

    pub fn put_dues(&self, account: &AccountId, dues: &DuePayments, now: Timestamp) -> Result<()> {
        self.put(account, "dues", dues, now)
    }

    pub fn dues(&self, account: &AccountId) -> Result<Option<(DuePayments, Timestamp)>> {
        self.get(account, "dues")
    }

    pub fn put_key_owner(
        &self,
        account: &AccountId,
        key_owner: &KeyOwner,
        now: Timestamp,
    ) -> Result<()> {
        let stored = StoredKeyOwner {
            user_id: key_owner.user_id.clone(),
            name: key_owner.name.clone(),
            missing_scopes: key_owner.missing_scopes.clone(),
            lists_scopes: key_owner.lists_scopes,
        };
        self.put(account, "identity", &stored, now)
    }

    pub fn key_owner(&self, account: &AccountId) -> Result<Option<(KeyOwner, Timestamp)>> {
        let stored: Option<(StoredKeyOwner, Timestamp)> = self.get(account, "identity")?;
        Ok(stored.map(|(stored, at)| {
            let key_owner = KeyOwner {
                user_id: stored.user_id,
                name: stored.name,
                missing_scopes: stored.missing_scopes,
                lists_scopes: stored.lists_scopes,
            };
            (key_owner, at)
        }))
    }

    /// Stores which rows of the history could not be read, and that they were checked now.
    pub fn put_unreadable_rows(
        &self,
        account: &AccountId,
        rows: &[UnreadableRow],
        looked_at: Timestamp,
    ) -> Result<()> {
        self.put(account, "odd_lines", &rows, looked_at)
    }

    /// The rows that could not be read, and when all of them were last checked.
    pub fn unreadable_rows(&self, account: &AccountId) -> Result<(Vec<UnreadableRow>, Timestamp)> {
        Ok(self.get(account, "odd_lines")?.unwrap_or_default())
    }
}
