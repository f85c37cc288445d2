//! Paging as in the public API: `page` from 1, `perPage` up to 100, and the counts of all and of the filtered
//! records.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::console::state::{ConsoleState, TopUp};
use crate::http::{ApiError, Params};

const DEFAULT_PER_PAGE: u64 = 20;
const MAX_PER_PAGE: u64 = 100;

/// The requested page.
#[derive(Clone, Copy, Debug)]
struct Page {
    number: u64,
    per_page: usize,
}

impl Page {
    fn read(params: &Params) -> Result<Self, ApiError> {
        let number = params.number("page")?.unwrap_or(1).max(1);
        let per_page = params.number("perPage")?.unwrap_or(DEFAULT_PER_PAGE);
        if per_page == 0 || per_page > MAX_PER_PAGE {
            return Err(ApiError::unprocessable(format!(
                "perPage must be from 1 to {MAX_PER_PAGE}"
            )));
        }
        Ok(Self {
            number,
            per_page: usize::try_from(per_page).unwrap_or(1),
        })
    }

    fn slice<T>(self, all: impl Iterator<Item = T>, to_json: impl Fn(T) -> Value) -> Vec<Value> {
        let before = usize::try_from(self.number - 1).unwrap_or(usize::MAX);
        all.skip(before.saturating_mul(self.per_page))
            .take(self.per_page)
            .map(to_json)
            .collect()
    }

    fn response(self, items: Vec<Value>, filtered: usize, total: usize) -> Value {
        json!({
            "items": items,
            "pagination": {
                "totalRecords": total, "filteredRecords": filtered,
                "totalPages": filtered.div_ceil(self.per_page), "currentPage": self.number,
                "perPage": self.per_page,
            },
        })
    }
}

/// One page of a list that is already filtered and sorted; `total` counts the records before the filter.
pub(crate) fn list<T>(
    params: &Params,
    filtered: &[T],
    total: usize,
    to_json: impl Fn(&T) -> Value,
) -> Result<Value, ApiError> {
    let page = Page::read(params)?;
    let items = page.slice(filtered.iter(), to_json);
    Ok(page.response(items, filtered.len(), total))
}

/// One page of a user's top-ups: created from `start` to `end` (both inclusive), filtered by `filter`, sorted by
/// `sort` and `order`; newest first by default.
pub(super) fn top_ups(
    console: &ConsoleState,
    user: Uuid,
    params: &Params,
    filter: Option<&dyn Fn(&TopUp) -> bool>,
    to_json: fn(&TopUp) -> Value,
) -> Result<Value, ApiError> {
    let page = Page::read(params)?;
    let (start, end) = (params.time("start")?, params.time("end")?);
    let by_amount = params.parse_as("sort", "createdAt or amount", |text| match text {
        "createdAt" => Some(false),
        "amount" => Some(true),
        _ => None,
    })?;
    let by_amount = by_amount.unwrap_or(false);
    let ascending = params.parse_as("order", "asc or desc", |text| match text {
        "asc" => Some(true),
        "desc" => Some(false),
        _ => None,
    })?;
    let ascending = ascending.unwrap_or(false);
    let total = console.top_up_count(user);
    let within = console.top_ups_between(user, start, end);
    let all = console.top_ups_among(within);
    if filter.is_none() && !by_amount {
        // The top-ups are stored in this order, so a page of a very long history reads only its own rows.
        let items = if ascending {
            page.slice(all, to_json)
        } else {
            page.slice(all.rev(), to_json)
        };
        return Ok(page.response(items, within.len(), total));
    }
    let passes_filter = |top_up: &&TopUp| filter.is_none_or(|filter| filter(top_up));
    let mut chosen: Vec<&TopUp> = all.filter(passes_filter).collect();
    if by_amount {
        chosen.sort_by_key(|top_up| (top_up.amount_cents, top_up.created_at, top_up.id));
    }
    if !ascending {
        chosen.reverse();
    }
    Ok(page.response(
        page.slice(chosen.iter().copied(), to_json),
        chosen.len(),
        total,
    ))
}
