//! Pages of the history by key, newest first, with the number of all rows of the query. A page costs the same
//! wherever it is, and rows that arrive in between neither shift nor repeat later pages.

use super::History;
use super::payment_views::PaymentViews;
use super::query_plan::{QueryPlan, row_key_range};
use crate::error::StoreResult;
use bursar_domain::error::{Code, Error, InternalDetail, Result};
use bursar_domain::view::{PaymentPage, PaymentQuery, PaymentView};
use rusqlite::Connection;

pub(super) const MAX_PAGE_ROWS: u32 = 1_000;
const EXPORT_BATCH_ROWS: u32 = 1_000;

impl History {
    /// The page after the cursor `after`.
    ///
    /// # Errors
    /// `usage` for a malformed date or cursor.
    pub fn payments(
        &self,
        query: &PaymentQuery,
        after: Option<&str>,
        limit: u32,
    ) -> Result<PaymentPage> {
        let range = row_key_range(query, &self.time_zone())?;
        let below = after.map(parse_cursor).transpose()?;
        self.db.read(|connection| {
            let plan = QueryPlan::new(connection, query, range)?;
            let limit = limit.clamp(1, MAX_PAGE_ROWS);
            let row_keys = plan.row_keys(connection, below.unwrap_or(i64::MAX), limit)?;
            page(connection, &plan, &row_keys, limit)
        })
    }

    /// The number of rows of the query.
    ///
    /// # Errors
    /// As for [`Self::payments`].
    pub fn count(&self, query: &PaymentQuery) -> Result<u32> {
        let range = row_key_range(query, &self.time_zone())?;
        self.db
            .read(|connection| QueryPlan::new(connection, query, range)?.total(connection))
    }

    /// Calls `each` with every row of the query, newest first, all from one snapshot, until it returns `false`. Only
    /// a few rows are in memory at a time.
    ///
    /// # Errors
    /// As for [`Self::payments`].
    pub fn for_each_payment(
        &self,
        query: &PaymentQuery,
        mut each: impl FnMut(PaymentView) -> bool,
    ) -> Result<()> {
        let range = row_key_range(query, &self.time_zone())?;
        self.db.read(|connection| {
            let plan = QueryPlan::new(connection, query, range)?;
            let mut views = PaymentViews::new(connection)?;
            if let Some(query) = plan.single_query() {
                return views.each(&query, each);
            }
            let mut below = Some(i64::MAX);
            while let Some(bound) = below {
                let row_keys = plan.row_keys(connection, bound, EXPORT_BATCH_ROWS)?;
                let (payments, last) = views.load(&row_keys, EXPORT_BATCH_ROWS)?;
                below = last.filter(|_| row_keys.len() > payments.len());
                if !payments.into_iter().all(&mut each) {
                    return Ok(());
                }
            }
            Ok(())
        })
    }
}

/// The page of these row keys, of which there is one more than `limit` if another page follows.
pub(super) fn page(
    connection: &Connection,
    plan: &QueryPlan,
    row_keys: &[i64],
    limit: u32,
) -> StoreResult<PaymentPage> {
    let (payments, last) = PaymentViews::new(connection)?.load(row_keys, limit)?;
    let more = row_keys.len() > payments.len();
    Ok(PaymentPage {
        payments,
        next: last.filter(|_| more).map(|line| line.to_string()),
        total: plan.total(connection)?,
    })
}

fn parse_cursor(cursor: &str) -> Result<i64> {
    cursor.parse().map_err(|_| {
        Error::new(
            Code::Usage,
            InternalDetail::step("read a position in the history"),
        )
    })
}
