//! Where each account's key is kept, and which entries of the keyring have still to be removed: what a kill between a
//! write to the keyring and one to this file leaves is known from here. No secret is in this file.

use super::{Store, accounts, increment_generation};
use crate::encoding::{enum_name, parse_enum_name};
use crate::error::StoreResult;
use bursar_domain::account::{Account, AccountId};
use bursar_domain::error::Result;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

/// Where an account's key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyLocation {
    /// The keyring has an entry.
    Keyring,
    /// In memory only, because the user wants it forgotten when the app closes.
    Session,
    /// Nowhere: the account was signed out.
    None,
}

impl Store {
    /// Where the account's key is; `None` for an account of a version that did not write it down.
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

    /// Adds the account together with the place of its key, whose entry `name` stays in the keyring from now on.
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

    /// Writes down where the account's key is. The entry `name` stays where it is the keyring, else it is to be removed
    /// from there.
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

    /// Removes the account with its top-ups and notices, and plans the removal of its entries in the keyring.
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

    /// From now on the entry may not be used, and is to be removed.
    pub fn schedule_keyring_removal(&self, name: &str) -> Result<()> {
        self.db
            .write(|transaction| schedule_removal(transaction, name))
    }

    /// Entries that are to be removed from the keyring.
    pub fn pending_keyring_removals(&self) -> Result<Vec<String>> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT name FROM keyring_removal ORDER BY name")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// The entry is gone, or may be used after all.
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
    // An account that has been removed meanwhile has no place.
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
