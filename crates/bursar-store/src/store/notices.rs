//! The inbox, and which of its notices were shown as pop-ups. A notice is marked as shown before the caller gets it,
//! so it pops up at most once, even after a crash.

use super::Store;
use crate::encoding::{enum_name, from_json, parse_amount, parse_enum_name, to_json};
use crate::error::StoreResult;
use crate::fail_point;
use bursar_domain::account::AccountId;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Result;
use bursar_domain::notice::Notice;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

/// An older notice stays in the inbox without a pop-up.
const POPUP_MAX_AGE: Span = Span::hours(24);

const COLUMNS: &str = "id, account, kind, subject, amount, currency, days_left, at, silent, read, shown, about, reason";

/// A notice and its state in the inbox.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredNotice {
    pub id: u32,
    pub notice: Notice,
    pub read: bool,
    /// It has popped up, or never will.
    pub shown: bool,
}

impl Store {
    /// The inbox, newest first; only ids below `before`, if given.
    pub fn notices(&self, before: Option<u32>, limit: u32) -> Result<Vec<StoredNotice>> {
        self.db.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM notice WHERE id < ?1 ORDER BY id DESC LIMIT ?2"
                ))?
                .query_and_then(params![before.map_or(i64::MAX, i64::from), limit], stored)?
                .collect()
        })
    }

    /// The number of unread notices.
    pub fn unread_count(&self) -> Result<u32> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT count(*) FROM notice WHERE read = 0")?
                .query_row([], |row| row.get(0))?)
        })
    }

    /// Marks this notice and all older ones as read.
    pub fn mark_read_up_to(&self, id: u32) -> Result<()> {
        self.db.write(|transaction| {
            transaction.execute(
                "UPDATE notice SET read = 1 WHERE read = 0 AND id <= ?1",
                [id],
            )?;
            Ok(())
        })
    }

    /// Marks all notices as shown, and returns those that should pop up now, oldest first: not silent, not shown
    /// before, and younger than 24 h.
    pub fn take_unshown(&self, now: Timestamp) -> Result<Vec<Notice>> {
        self.db.write(|transaction| {
            let unshown: Vec<StoredNotice> = transaction
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM notice WHERE shown = 0 ORDER BY id"
                ))?
                .query_and_then([], stored)?
                .collect::<StoreResult<_>>()?;
            if unshown.is_empty() {
                return Ok(Vec::new());
            }
            transaction.execute("UPDATE notice SET shown = 1 WHERE shown = 0", [])?;
            fail_point::reach("mark.before");
            Ok(unshown
                .into_iter()
                .map(|stored| stored.notice)
                .filter(|notice| !notice.silent && now.since(notice.at) < POPUP_MAX_AGE)
                .collect())
        })
    }
}

/// Writes the notice unless it repeats the last one of its subject. The same kind may come again after a different
/// one.
pub(super) fn put(
    transaction: &Transaction<'_>,
    account: &AccountId,
    notice: &Notice,
) -> StoreResult<()> {
    let kind = enum_name(&notice.kind)?;
    let last: Option<String> = transaction
        .prepare_cached(
            "SELECT kind FROM notice WHERE account = ?1 AND subject = ?2 ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![account.0, notice.subject], |row| row.get(0))
        .optional()?;
    if last.as_ref() == Some(&kind) {
        return Ok(());
    }
    transaction
        .prepare_cached(
            "INSERT INTO notice (account, kind, subject, amount, currency, days_left, at, silent, about, reason, occurrence)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1 + count(*)
             FROM notice WHERE account = ?1 AND kind = ?2 AND subject = ?3",
        )?
        .execute(params![
            account.0,
            kind,
            notice.subject,
            notice.amount.as_ref().map(|amount| amount.to_decimal()),
            notice
                .amount
                .as_ref()
                .map(|amount| amount.currency().as_str()),
            notice.days_left,
            notice.at.0,
            notice.silent,
            enum_name(&notice.about)?,
            notice.reason.as_ref().map(to_json).transpose()?,
        ])?;
    Ok(())
}

/// Reads every record once, to find damage.
pub(super) fn check_all(connection: &Connection) -> StoreResult<()> {
    connection
        .prepare(&format!("SELECT {COLUMNS} FROM notice"))?
        .query_and_then([], stored)?
        .try_for_each(|record| record.map(drop))
}

fn stored(row: &Row<'_>) -> StoreResult<StoredNotice> {
    let decimal: Option<String> = row.get(4)?;
    let currency: Option<String> = row.get(5)?;
    Ok(StoredNotice {
        id: row.get(0)?,
        notice: Notice {
            account: AccountId(row.get(1)?),
            kind: parse_enum_name(row.get(2)?)?,
            subject: row.get(3)?,
            amount: decimal
                .zip(currency)
                .map(|(decimal, currency)| parse_amount(&decimal, &currency))
                .transpose()?,
            days_left: row.get(6)?,
            about: parse_enum_name(row.get(11)?)?,
            reason: row
                .get::<_, Option<String>>(12)?
                .as_deref()
                .map(from_json)
                .transpose()?,
            at: Timestamp(row.get(7)?),
            silent: row.get(8)?,
        },
        read: row.get(9)?,
        shown: row.get(10)?,
    })
}
