//! Accounts, and copies of the networks that they use.

use super::{Store, increment_generation};
use crate::encoding::{from_json, to_json};
use crate::error::{StoreError, StoreResult};
use bursar_domain::account::{Account, AccountId};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{AccountDetail, Code, Error, Result};
use bursar_domain::key_expiry::{ExpiryDate, KeyExpiry};
use bursar_domain::network::Network;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

impl Store {
    /// All accounts, in the order in which they were connected.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        self.db.read(all)
    }

    /// Adds or changes the account. A user id that is known is never removed.
    ///
    /// # Errors
    /// `already_exists` when another account has the label.
    pub fn put_account(&self, account: &Account) -> Result<()> {
        self.db.write(|transaction| {
            put(transaction, account)?;
            increment_generation(transaction)
        })?;
        self.refresh_backup();
        Ok(())
    }

    /// Stores the user id of the account unless it has one.
    pub fn set_user_id_if_unknown(&self, account: &AccountId, user: &str) -> Result<()> {
        self.db.write(|transaction| {
            transaction.execute(
                "UPDATE account SET user_id = ?2 WHERE id = ?1 AND user_id IS NULL",
                params![account.0, user],
            )?;
            increment_generation(transaction)
        })?;
        self.refresh_backup();
        Ok(())
    }

    /// Removes the account with its top-ups and notices. A missing account is no error.
    pub fn remove_account(&self, account: &AccountId) -> Result<()> {
        self.db.write(|transaction| {
            transaction.execute("DELETE FROM account WHERE id = ?1", [&account.0])?;
            increment_generation(transaction)
        })?;
        self.refresh_backup();
        Ok(())
    }

    /// All stored networks, by name.
    pub fn networks(&self) -> Result<Vec<Network>> {
        self.db.read(networks)
    }

    /// Adds the network, or replaces the one with its name.
    pub fn put_network(&self, network: &Network) -> Result<()> {
        self.db.write(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO network (name, body) VALUES (?1, ?2)",
                params![network.name, to_json(network)?],
            )?;
            increment_generation(transaction)
        })?;
        self.refresh_backup();
        Ok(())
    }
}

/// Adds or changes the account.
pub(super) fn put(transaction: &Transaction<'_>, account: &Account) -> StoreResult<()> {
    let taken: Option<String> = transaction
        .query_row(
            "SELECT id FROM account WHERE label = ?1 AND id <> ?2",
            params![account.label, account.id.0],
            |row| row.get(0),
        )
        .optional()?;
    if taken.is_some() {
        return Err(Error::new(
            Code::AlreadyExists,
            AccountDetail::LabelTaken {
                label: account.label.clone(),
            },
        )
        .into());
    }
    transaction.execute(
        "INSERT INTO account (id, label, network, address, user_id, connected_at, added_hosts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET label = ?2, network = ?3, address = ?4, user_id = COALESCE(?5, user_id),
             connected_at = ?6, added_hosts = ?7",
        params![
            account.id.0,
            account.label,
            to_json(&account.network)?,
            account.address.map(|address| address.to_checksum(None)),
            account.user_id,
            account.connected_at.0,
            to_json(&account.added_checkout_hosts)?,
        ],
    )?;
    put_key_expiry(transaction, account)
}

fn put_key_expiry(transaction: &Transaction<'_>, account: &Account) -> StoreResult<()> {
    match account.key_expiry {
        Some(expiry) => transaction.execute(
            "INSERT OR REPLACE INTO key_expiry (account, date, entered_at) VALUES (?1, ?2, ?3)",
            params![account.id.0, expiry.date.to_string(), expiry.entered_at.0],
        )?,
        None => {
            transaction.execute("DELETE FROM key_expiry WHERE account = ?1", [&account.id.0])?
        }
    };
    Ok(())
}

pub(super) fn all(connection: &Connection) -> StoreResult<Vec<Account>> {
    connection
        .prepare_cached(
            "SELECT id, label, network, address, user_id, connected_at, added_hosts, date, entered_at
             FROM account LEFT JOIN key_expiry ON key_expiry.account = account.id
             ORDER BY position",
        )?
        .query_and_then([], account)?
        .collect()
}

pub(super) fn networks(connection: &Connection) -> StoreResult<Vec<Network>> {
    connection
        .prepare_cached("SELECT body FROM network ORDER BY name")?
        .query_and_then([], |row| from_json(&row.get::<_, String>(0)?))?
        .collect()
}

fn account(row: &Row<'_>) -> StoreResult<Account> {
    let address: Option<String> = row.get(3)?;
    Ok(Account {
        id: AccountId(row.get(0)?),
        label: row.get(1)?,
        network: from_json(&row.get::<_, String>(2)?)?,
        address: address
            .map(|text| {
                text.parse()
                    .map_err(|_| StoreError::Corrupt("an address cannot be read."))
            })
            .transpose()?,
        user_id: row.get(4)?,
        connected_at: Timestamp(row.get(5)?),
        added_checkout_hosts: from_json(&row.get::<_, String>(6)?)?,
        key_expiry: key_expiry(row)?,
    })
}

fn key_expiry(row: &Row<'_>) -> StoreResult<Option<KeyExpiry>> {
    let Some(date) = row.get::<_, Option<String>>(7)? else {
        return Ok(None);
    };
    let date = ExpiryDate::parse(&date)
        .map_err(|_| StoreError::Corrupt("the date on which a key expires cannot be read."))?;
    let entered_at = Timestamp(row.get(8)?);
    Ok(Some(KeyExpiry { date, entered_at }))
}
