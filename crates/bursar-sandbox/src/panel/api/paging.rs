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
const MOST: usize = 200;
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
                .filter(|limit| (1..=MOST).contains(limit))
                .ok_or_else(|| wrong_parameter("limit", "Must be a whole number from 1 to 200"))?,
        };
        let digest = digest(params, list, filters);
        let hour = now.unix_timestamp().div_euclid(3600);
        let after = params
            .get("cursor")
            .map(|cursor| place_of(cursor, &digest, hour).ok_or_else(invalid_cursor))
            .transpose()?;
        Ok(Self {
            limit,
            after,
            digest,
            hour,
        })
    }

    /// Cuts a page off items that are in order and begin after the cursor's place.
    pub(super) fn cut<T>(
        self,
        items: impl Iterator<Item = (String, T)>,
        to_json: impl Fn(&str, T) -> Value,
    ) -> Value {
        let mut given = Vec::new();
        let mut last = None;
        let mut next = None;
        for (place, item) in items {
            if given.len() == self.limit {
                next = last.map(|place: String| self.cursor(&place));
                break;
            }
            given.push(to_json(&place, item));
            last = Some(place);
        }
        json!({"items": given, "next_cursor": next})
    }

    fn cursor(&self, place: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {} {place}", self.digest, self.hour))
    }
}

fn place_of(cursor: &str, digest: &str, hour: i64) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (made_for, rest) = text.split_once(' ')?;
    let (made_in, place) = rest.split_once(' ')?;
    let age = hour - made_in.parse::<i64>().ok()?;
    let good = made_for == digest && !place.is_empty() && (0..=CURSOR_HOURS).contains(&age);
    good.then(|| place.to_owned())
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
