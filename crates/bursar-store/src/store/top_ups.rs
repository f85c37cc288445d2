//! Intents and top-ups, with everything the state machine needs to continue after a crash. Times have milliseconds.

use super::Store;
use crate::encoding::{enum_name, from_json, parse_amount, parse_enum_name, to_json};
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_engine::top_up::{Phase, TopUp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

const COLUMNS: &str = "id, remote, amount, currency, method, phase, created_at, remote_created_at, expires_at,
    checkout, link_state, open_when_known, cancel_requested, ended_at, completed_by, verified, absent_since, error,
    remote_updated_at, intent, purpose, request, reason, payment_provider";

impl Store {
    /// Top-ups that still expect money or are under review, and those created or ended at `since` or later; oldest
    /// first.
    pub fn top_ups(&self, account: &AccountId, since: Timestamp) -> Result<Vec<TopUp>> {
        self.db.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM top_up
                     WHERE account = ?1 AND (created_at >= ?2 OR ended_at >= ?2
                         OR phase IN ('starting', 'open', 'confirming', 'under_review', 'refunding'))
                     ORDER BY created_at, id"
                ))?
                .query_and_then(params![account.0, since.0], top_up)?
                .collect()
        })
    }

    /// Top-ups whose id in the provider's lists differs from the one in the answer to their request.
    pub fn top_ups_with_changed_id(&self, account: &AccountId) -> Result<Vec<TopUp>> {
        self.db.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM top_up WHERE account = ?1 AND intent <> remote ORDER BY created_at, id"
                ))?
                .query_and_then(params![account.0], top_up)?
                .collect()
        })
    }

    /// A top-up by its id in Bursar.
    pub fn top_up(&self, account: &AccountId, id: &str) -> Result<Option<TopUp>> {
        self.db.read(|connection| find(connection, account, id))
    }
}

/// Writes the top-up. Returns whether the backup needs it: it is new, has ended, or is live again.
pub(super) fn put(
    transaction: &Transaction<'_>,
    account: &AccountId,
    top_up: &TopUp,
) -> StoreResult<bool> {
    let before = find(transaction, account, &top_up.id)?;
    transaction
        .prepare_cached(&format!(
            "INSERT OR REPLACE INTO top_up ({COLUMNS}, account)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                 ?22, ?23, ?24, ?25)"
        ))?
        .execute(params![
            top_up.id,
            top_up.payment_id,
            top_up.amount.to_decimal(),
            top_up.amount.currency().as_str(),
            top_up.method,
            enum_name(&top_up.phase)?,
            top_up.created_at.0,
            top_up.provider_created_at.map(|at| at.0),
            top_up.expires_at.map(|at| at.0),
            top_up.checkout,
            top_up.link_state,
            top_up.open_checkout_when_known,
            top_up.cancel_requested,
            top_up.ended_at.map(|at| at.0),
            top_up.completed_by.as_ref().map(enum_name).transpose()?,
            top_up.verified.as_ref().map(to_json).transpose()?,
            top_up.absent_since.map(|at| at.0),
            top_up.error.as_ref().map(to_json).transpose()?,
            top_up.provider_updated_at.map(|at| at.0),
            top_up.intent_id,
            to_json(&top_up.purpose)?,
            top_up.request.as_ref().map(to_json).transpose()?,
            top_up.reason.as_ref().map(to_json).transpose()?,
            top_up.payment_provider,
            account.0,
        ])?;
    Ok(before.is_none_or(|before| {
        has_ended(before.phase) != has_ended(top_up.phase) || before.ended_at != top_up.ended_at
    }))
}

/// Removes the top-up and returns whether it existed.
pub(super) fn remove(
    transaction: &Transaction<'_>,
    account: &AccountId,
    id: &str,
) -> StoreResult<bool> {
    let removed = transaction
        .prepare_cached("DELETE FROM top_up WHERE account = ?1 AND id = ?2")?
        .execute(params![account.0, id])?;
    Ok(removed > 0)
}

/// Reads every record once, to find damage.
pub(super) fn check_all(connection: &Connection) -> StoreResult<()> {
    connection
        .prepare(&format!("SELECT {COLUMNS} FROM top_up"))?
        .query_and_then([], top_up)?
        .try_for_each(|record| record.map(drop))
}

fn find(connection: &Connection, account: &AccountId, id: &str) -> StoreResult<Option<TopUp>> {
    let found = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM top_up WHERE account = ?1 AND id = ?2"
        ))?
        .query_row(params![account.0, id], |row| Ok(top_up(row)))
        .optional()?;
    found.transpose()
}

fn top_up(row: &Row<'_>) -> StoreResult<TopUp> {
    let time = |column: usize| -> StoreResult<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
    };
    Ok(TopUp {
        id: row.get(0)?,
        payment_id: row.get(1)?,
        intent_id: row.get(19)?,
        purpose: from_json(&row.get::<_, String>(20)?)?,
        request: row
            .get::<_, Option<String>>(21)?
            .as_deref()
            .map(from_json)
            .transpose()?,
        resent: false,
        amount: parse_amount(&row.get::<_, String>(2)?, &row.get::<_, String>(3)?)?,
        method: row.get(4)?,
        phase: parse_enum_name(row.get(5)?)?,
        created_at: Timestamp(row.get(6)?),
        provider_created_at: time(7)?,
        provider_updated_at: time(18)?,
        expires_at: time(8)?,
        checkout: row.get(9)?,
        payment_provider: row.get(23)?,
        link_state: row.get(10)?,
        open_checkout_when_known: row.get(11)?,
        cancel_requested: row.get(12)?,
        ended_at: time(13)?,
        completed_by: row
            .get::<_, Option<String>>(14)?
            .map(parse_enum_name)
            .transpose()?,
        verified: row
            .get::<_, Option<String>>(15)?
            .as_deref()
            .map(from_json)
            .transpose()?,
        absent_since: time(16)?,
        reason: row
            .get::<_, Option<String>>(22)?
            .as_deref()
            .map(from_json)
            .transpose()?,
        error: row
            .get::<_, Option<String>>(17)?
            .as_deref()
            .map(from_json)
            .transpose()?,
    })
}

fn has_ended(phase: Phase) -> bool {
    match phase {
        Phase::Starting | Phase::Open | Phase::Confirming | Phase::UnderReview => false,
        Phase::Completed
        | Phase::Cancelled
        | Phase::Expired
        | Phase::Failed
        | Phase::NotStarted
        | Phase::Refunding
        | Phase::Refunded => true,
    }
}
