//! Lists by cursor. A cursor holds the place of the last item that was given and a digest of the filters, so that what is
//! added or changed meanwhile moves nothing; and the hour of its making, a day after which it is good for nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::problem::{Code, Problem};
use crate::http::Params;

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 200;
/// A cursor lives for so many hours after the one in which it was made. By the hour, because a page's tag must not change
/// by the second.
const CURSOR_HOURS: i64 = 24;

/// Which page of which list is asked for.
#[derive(Clone, Debug)]
pub(super) struct Page {
    limit: usize,
    /// The place of the last item of the page before.
    pub(super) after: Option<String>,
    /// The list and its filters.
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

    /// Cuts a page off items that are in order and begin after the cursor's place.
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
        "The cursor is none of this list's, its filters were others, or it is too old.",
    )
    .at("?cursor", "Is not valid here")
}
