//! Where each account's key is kept, and which keyring entries must still be removed. A crash between a write to the
//! keyring and one to this file is recovered from these records. This file holds no secret.

use super::{Store, accounts, increment_generation};
use crate::encoding::{enum_name, parse_enum_name};
use crate::error::StoreResult;
use bursar_domain::account::{Account, AccountId};
use bursar_domain::error::Result;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

/// Where an account's key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyLocation {
    /// In the keyring.
    Keyring,
    /// In memory only, because the user wants Bursar to forget it when it closes.
    Session,
    /// Nowhere: the account is signed out.
    None,
}

impl Store {
    /// Where the account's key is; `None` for an account written by a version that did not record this.
    pub fn key_location(&self, account: &AccountId) -> Result<Option<KeyLocation>> {
        self.db.read(|connection| {
            connection
                .prepare_cached("SELECT place FROM key_place WHERE account = ?1")?
                .query_row([&account.0], |row| row.get(0))
                .optional()?
                .map(parse_enum_name)
                .transpose()
        })
    }

    /// Adds the account with the location of its key. If that is the keyring, the entry `name` is no longer to be
    /// removed.
    ///
    /// # Errors
    /// As [`Store::put_account`].
    pub fn put_account_with_key(
        &self,
        account: &Account,
        location: KeyLocation,
        name: &str,
    ) -> Result<()> {
        self.db.write(|transaction| {
            accounts::put(transaction, account)?;
            put_location(transaction, &account.id, location)?;
            if location == KeyLocation::Keyring {
                cancel_removal(transaction, name)?;
            }
            increment_generation(transaction)
        })?;
        self.refresh_backup();
        Ok(())
    }

    /// Records where the account's key is. The keyring entry `name` is kept if that is the keyring, else scheduled
    /// for removal.
    pub fn put_key_location(
        &self,
        account: &AccountId,
        location: KeyLocation,
        name: &str,
    ) -> Result<()> {
        self.db.write(|transaction| {
            put_location(transaction, account, location)?;
            match location {
                KeyLocation::Keyring => cancel_removal(transaction, name)?,
                KeyLocation::Session | KeyLocation::None => schedule_removal(transaction, name)?,
            }
            increment_generation(transaction)
        })?;
        self.refresh_backup();
        Ok(())
    }

    /// Removes the account with its top-ups and notices, and schedules the removal of its keyring entries.
    pub fn remove_account_and_keys(&self, account: &AccountId, names: &[String]) -> Result<()> {
        self.db.write(|transaction| {
            transaction.execute("DELETE FROM account WHERE id = ?1", [&account.0])?;
            for name in names {
                schedule_removal(transaction, name)?;
            }
            increment_generation(transaction)
        })?;
        self.refresh_backup();
        Ok(())
    }

    /// Schedules the removal of the entry, which may not be used from now on.
    pub fn schedule_keyring_removal(&self, name: &str) -> Result<()> {
        self.db
            .write(|transaction| schedule_removal(transaction, name))
    }

    /// The keyring entries that must still be removed.
    pub fn pending_keyring_removals(&self) -> Result<Vec<String>> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT name FROM keyring_removal ORDER BY name")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Clears a scheduled removal: the entry is gone, or may be used again.
    pub fn clear_keyring_removal(&self, name: &str) -> Result<()> {
        self.db
            .write(|transaction| cancel_removal(transaction, name))
    }
}

fn put_location(
    transaction: &Transaction<'_>,
    account: &AccountId,
    location: KeyLocation,
) -> StoreResult<()> {
    // An account that was removed in the meantime gets no record.
    transaction.execute(
        "INSERT OR REPLACE INTO key_place (account, place) SELECT id, ?2 FROM account WHERE id = ?1",
        params![account.0, enum_name(&location)?],
    )?;
    Ok(())
}

fn schedule_removal(transaction: &Transaction<'_>, name: &str) -> StoreResult<()> {
    transaction.execute(
        "INSERT OR IGNORE INTO keyring_removal (name) VALUES (?1)",
        [name],
    )?;
    Ok(())
}

fn cancel_removal(transaction: &Transaction<'_>, name: &str) -> StoreResult<()> {
    transaction.execute("DELETE FROM keyring_removal WHERE name = ?1", [name])?;
    Ok(())
}
