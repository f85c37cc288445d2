//! Cursor paging. A cursor holds the sort key of the last returned item and a digest of the filters, so that later
//! additions and changes do not shift the pages. It also holds the hour of its creation and expires after a day.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::problem::{Code, Problem};
use crate::http::Params;

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 200;
/// The lifetime of a cursor, in hours after the hour of its creation. Whole hours, so that a page's ETag does not
/// change every second.
const CURSOR_HOURS: i64 = 24;

/// The requested page of a list.
#[derive(Clone, Debug)]
pub(super) struct Page {
    limit: usize,
    /// The sort key of the last item of the previous page.
    pub(super) after: Option<String>,
    /// A digest of the list's name and its filters.
    digest: String,
    hour: i64,
}

pub(super) fn wrong_parameter(name: &str, message: &str) -> Problem {
    Problem::new(Code::BadRequest, format!("{name}: {message}.")).at(&format!("?{name}"), message)
}

impl Page {
    pub(super) fn read(
        params: &Params,
        list: &str,
        filters: &[&str],
        now: OffsetDateTime,
    ) -> Result<Self, Problem> {
        let limit = match params.get("limit") {
            None => DEFAULT_LIMIT,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MAX_LIMIT).contains(limit))
                .ok_or_else(|| wrong_parameter("limit", "Must be a whole number from 1 to 200"))?,
        };
        let digest = digest(params, list, filters);
        let hour = now.unix_timestamp().div_euclid(3600);
        let after = params
            .get("cursor")
            .map(|cursor| decode_cursor(cursor, &digest, hour).ok_or_else(invalid_cursor))
            .transpose()?;
        Ok(Self {
            limit,
            after,
            digest,
            hour,
        })
    }

    /// Takes one page of items, which must be sorted and start after the cursor.
    pub(super) fn take_page<T>(
        self,
        items: impl Iterator<Item = (String, T)>,
        to_json: impl Fn(&str, T) -> Value,
    ) -> Value {
        let mut page_items = Vec::new();
        let mut last = None;
        let mut next = None;
        for (sort_key, item) in items {
            if page_items.len() == self.limit {
                next = last.map(|sort_key: String| self.cursor(&sort_key));
                break;
            }
            page_items.push(to_json(&sort_key, item));
            last = Some(sort_key);
        }
        json!({"items": page_items, "next_cursor": next})
    }

    fn cursor(&self, sort_key: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {} {sort_key}", self.digest, self.hour))
    }
}

fn decode_cursor(cursor: &str, digest: &str, hour: i64) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (cursor_digest, rest) = text.split_once(' ')?;
    let (cursor_hour, sort_key) = rest.split_once(' ')?;
    let age = hour - cursor_hour.parse::<i64>().ok()?;
    let is_valid =
        cursor_digest == digest && !sort_key.is_empty() && (0..=CURSOR_HOURS).contains(&age);
    is_valid.then(|| sort_key.to_owned())
}

fn digest(params: &Params, list: &str, filters: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(list);
    for name in filters {
        hash.update([0]);
        hash.update(params.get(name).unwrap_or_default());
    }
    hash.finalize()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn invalid_cursor() -> Problem {
    Problem::new(
        Code::InvalidCursor,
        "The cursor belongs to another list or other filters, or it has expired.",
    )
    .at("?cursor", "Is not valid here")
}
