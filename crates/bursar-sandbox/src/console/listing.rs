//! Paging as the public API does it: `page` from 1, `perPage` up to 100, counts of all and of the filtered records.

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::http::{ApiError, Params};
use crate::state::TopUp;

const DEFAULT_PER_PAGE: u64 = 20;
const MOST_PER_PAGE: u64 = 100;

/// One page of what was filtered and sorted; `total` counts the records before filtering.
pub(super) fn page_of<T: Copy>(
    filtered: &[T],
    total: usize,
    params: &Params,
    to_json: impl Fn(T) -> Value,
) -> Result<Value, ApiError> {
    let page = params.number("page")?.unwrap_or(1).max(1);
    let per_page = params.number("perPage")?.unwrap_or(DEFAULT_PER_PAGE);
    if per_page == 0 || per_page > MOST_PER_PAGE {
        return Err(ApiError::unprocessable(format!(
            "perPage is 1 to {MOST_PER_PAGE}"
        )));
    }
    let skip = usize::try_from((page - 1).saturating_mul(per_page)).unwrap_or(usize::MAX);
    let take = usize::try_from(per_page).unwrap_or(usize::MAX);
    let items: Vec<Value> = filtered
        .iter()
        .skip(skip)
        .take(take)
        .map(|item| to_json(*item))
        .collect();
    Ok(json!({
        "items": items,
        "pagination": {
            "totalRecords": total, "filteredRecords": filtered.len(), "totalPages": filtered.len().div_ceil(take),
            "currentPage": page, "perPage": per_page,
        },
    }))
}

/// Filters by creation time (`start` inclusive, `end` inclusive) and sorts by `sort` and `order`; newest first by default.
pub(super) fn select<'a>(
    all: impl Iterator<Item = &'a TopUp>,
    params: &Params,
    keep: impl Fn(&TopUp) -> bool,
) -> Result<Vec<&'a TopUp>, ApiError> {
    let (start, end) = (params.time("start")?, params.time("end")?);
    let by_amount = params.read_as("sort", "createdAt or amount", |text| match text {
        "createdAt" => Some(false),
        "amount" => Some(true),
        _ => None,
    })?;
    let ascending = params.read_as("order", "asc or desc", |text| match text {
        "asc" => Some(true),
        "desc" => Some(false),
        _ => None,
    })?;
    let within = |time: OffsetDateTime| {
        start.is_none_or(|start| time >= start) && end.is_none_or(|end| time <= end)
    };
    let mut chosen: Vec<&TopUp> = all
        .filter(|top_up| within(top_up.created_at) && keep(top_up))
        .collect();
    if by_amount.unwrap_or(false) {
        chosen.sort_by_key(|top_up| (top_up.cents, top_up.created_at, top_up.id));
    } else {
        chosen.sort_by_key(|top_up| (top_up.created_at, top_up.id));
    }
    if !ascending.unwrap_or(false) {
        chosen.reverse();
    }
    Ok(chosen)
}
