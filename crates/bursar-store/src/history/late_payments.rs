//! Money that arrives after a payment has ended without any: which payments may still receive money, when they were
//! last checked, and which have received money without a notice yet. The last are kept until the notice is on disk.

use super::payment_row::{PaymentRow, status_to_column};
use super::reading_table::write_value;
use super::row_key::{first_row_key, start_of_day};
use super::{History, ensure_account_number, find_account_number};
use crate::encoding::{from_json, to_json};
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Result;
use bursar_domain::payment::PaymentStatus;
use bursar_engine::LatePayment;
use rusqlite::{Connection, OptionalExtension, params};

/// The longest time from a payment's creation to its end that a look-up of recently ended payments considers.
const MAX_PAYMENT_LIFETIME: Span = Span::days(31);
const ENDED_UNPAID: [PaymentStatus; 3] = [
    PaymentStatus::Cancelled,
    PaymentStatus::Expired,
    PaymentStatus::Failed,
];
const UNREPORTED_KEY: &str = "late_money";
const CHECKED_AT_KEY: &str = "ended_looked_at";

impl History {
    /// When the oldest payment that ended without money was created.
    pub fn oldest_ended(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        self.db.read(|connection| {
            let Some(number) = find_account_number(connection, account)? else {
                return Ok(None);
            };
            oldest_ended(connection, number, start_of_day(0), None)
        })
    }

    /// The same for payments that have ended since then, by the provider's clock.
    pub fn oldest_ended_since(
        &self,
        account: &AccountId,
        since: Timestamp,
    ) -> Result<Option<Timestamp>> {
        self.db.read(|connection| {
            let Some(number) = find_account_number(connection, account)? else {
                return Ok(None);
            };
            oldest_ended(
                connection,
                number,
                since.minus(MAX_PAYMENT_LIFETIME),
                Some(since),
            )
        })
    }

    /// When all payments that ended without money were last checked.
    pub fn ended_checked_at(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        let stored: Option<(bool, Timestamp)> = self.get(account, CHECKED_AT_KEY)?;
        Ok(stored.map(|(_, at)| at))
    }

    /// Payments that ended without money and were completed afterwards, as long as there is no notice of it.
    pub fn late_payments(&self, account: &AccountId) -> Result<Vec<LatePayment>> {
        self.db.read(|connection| {
            let Some(number) = find_account_number(connection, account)? else {
                return Ok(Vec::new());
            };
            let mut late = Vec::new();
            for id in unreported(connection, number)? {
                if let Some((_, row)) = PaymentRow::find(connection, number, &id)?
                    && row.provider_status == Some(PaymentStatus::Completed)
                {
                    late.push(LatePayment {
                        payment_id: id,
                        amount: row.amount,
                        kind: row.kind,
                    });
                }
            }
            Ok(late)
        })
    }

    /// Records that there is a notice of this late payment.
    pub fn late_payment_reported(&self, account: &AccountId, payment: &str) -> Result<()> {
        let known = self.db.read(|connection| {
            let Some(number) = find_account_number(connection, account)? else {
                return Ok(false);
            };
            Ok(unreported(connection, number)?
                .iter()
                .any(|id| id == payment))
        })?;
        if !known {
            return Ok(());
        }
        self.db.write(|transaction| {
            let number = ensure_account_number(transaction, account)?;
            let mut ids = unreported(transaction, number)?;
            ids.retain(|id| id != payment);
            put_unreported(transaction, number, &ids)
        })
    }
}

pub(super) fn write_ended_checked_at(
    connection: &Connection,
    account: i64,
    at: Timestamp,
) -> StoreResult<()> {
    write_value(connection, account, CHECKED_AT_KEY, "true", at)
}

/// Remembers a payment that was completed after it had ended without money.
pub(super) fn record_late_payment(
    connection: &Connection,
    account: i64,
    payment: &str,
) -> StoreResult<()> {
    let mut ids = unreported(connection, account)?;
    if ids.iter().any(|id| id == payment) {
        return Ok(());
    }
    ids.push(payment.to_owned());
    put_unreported(connection, account, &ids)
}

/// Whether the status means that a payment ended without money.
pub(super) fn has_ended_unpaid(status: PaymentStatus) -> bool {
    ENDED_UNPAID.contains(&status)
}

fn put_unreported(connection: &Connection, account: i64, ids: &[String]) -> StoreResult<()> {
    write_value(
        connection,
        account,
        UNREPORTED_KEY,
        &to_json(&ids)?,
        Timestamp::default(),
    )
}

fn unreported(connection: &Connection, account: i64) -> StoreResult<Vec<String>> {
    let body: Option<String> = connection
        .prepare_cached("SELECT body FROM reading WHERE account = ?1 AND name = ?2")?
        .query_row(params![account, UNREPORTED_KEY], |row| row.get(0))
        .optional()?;
    body.map_or_else(|| Ok(Vec::new()), |body| from_json(&body))
}

/// When the oldest payment was created that ended without money, was created at `from` or later, and ended at `since`
/// or later.
fn oldest_ended(
    connection: &Connection,
    account: i64,
    from: Timestamp,
    since: Option<Timestamp>,
) -> StoreResult<Option<Timestamp>> {
    let mut oldest: Option<Timestamp> = None;
    for status in ENDED_UNPAID {
        let found: Option<i64> = connection
            .prepare_cached(
                "SELECT created_at FROM payment
                 WHERE account = ?1 AND status = ?2 AND line >= ?3 AND said IS NOT NULL
                     AND coalesce(said_at, updated_at) >= ?4
                 ORDER BY line LIMIT 1",
            )?
            .query_row(
                params![
                    account,
                    status_to_column(status),
                    first_row_key(from),
                    since.map_or(i64::MIN, |since| since.0)
                ],
                |row| row.get(0),
            )
            .optional()?;
        let found = found.map(Timestamp);
        oldest = match (oldest, found) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
    Ok(oldest)
}
