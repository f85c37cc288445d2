//! The counts of a page, and whether they fit together.

use crate::response_fields::Object;
use bursar_domain::error::{Code, Error, ResponseDetail, ResponseObject, Result};
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
        let pagination = page.object("pagination", ResponseObject::Page)?;
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
        let detail = if lines != expected {
            ResponseDetail::PageIncomplete {
                expected: brief(expected),
                found: brief(lines),
            }
        } else if self.total_pages < pages {
            ResponseDetail::PageCountWrong {
                payments: brief(all),
                pages: brief(self.total_pages),
            }
        } else {
            return None;
        };
        Some(UnreadableRow {
            error: Error::new(Code::LineUnreadable, detail),
            created_at: None,
        })
    }
}

/// A count for a text.
fn brief(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
