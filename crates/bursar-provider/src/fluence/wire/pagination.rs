//! The counts of a page, and whether they fit together.

use crate::response_fields::Object;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::unreadable_row::UnreadableRow;

pub(in crate::fluence) struct Pagination {
    pub(in crate::fluence) total_pages: u64,
    pub(in crate::fluence) current_page: u64,
    pub(in crate::fluence) filtered_records: Option<u64>,
    /// The number of rows on a full page.
    pub(in crate::fluence) per_page: Option<u64>,
}

impl Pagination {
    pub(in crate::fluence) fn read(page: &Object<'_>) -> Result<Self> {
        let pagination = page.object("pagination", "the pagination")?;
        let filtered_records = pagination.count("filteredRecords").ok();
        let per_page = pagination.count("perPage").ok().filter(|lines| *lines > 0);
        let counted = filtered_records.zip(per_page);
        Ok(Self {
            // If the number of pages cannot be read, it follows from the other two counts.
            total_pages: pagination
                .count("totalPages")
                .or_else(|error| counted.map(|(all, page)| all.div_ceil(page)).ok_or(error))?,
            current_page: pagination.count("currentPage")?,
            filtered_records,
            per_page,
        })
    }

    /// Returns an error if the counts contradict each other or the number of `lines` on the page. `page` counts from 0.
    pub(in crate::fluence) fn mismatch(&self, page: u64, lines: u64) -> Option<UnreadableRow> {
        let (all, per_page) = self.filtered_records.zip(self.per_page)?;
        let before = page.saturating_mul(per_page);
        let expected = all.saturating_sub(before).min(per_page);
        let pages = all.div_ceil(per_page);
        let what = if lines != expected {
            format!("a page should have {expected} top-ups and has {lines}")
        } else if self.total_pages < pages {
            format!(
                "{all} top-ups are said to be on {} pages of {per_page}",
                self.total_pages
            )
        } else {
            return None;
        };
        Some(UnreadableRow {
            error: Error::new(
                Code::LineUnreadable,
                format!(
                    "The provider's answer is not as described: {what}. Some may be missing here."
                ),
            ),
            created_at: None,
        })
    }
}
