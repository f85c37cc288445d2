//! Caches the responses of repeated calls with their ETags, so that the panel does not send unchanged content again.
//! The cache belongs to one sign-in: another key empties it. It is in memory only, and its size is limited.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use url::Url;

/// The most responses in the cache. Each repeated call has one.
const MAX_RESPONSES: usize = 16;
/// A larger response is not cached.
const MAX_BODY_BYTES: usize = 128 * 1024;
const MAX_ETAG_BYTES: usize = 128;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CachedResponse {
    pub(super) etag: String,
    pub(super) body: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct ResponseCache(Mutex<Responses>);

#[derive(Debug, Default)]
struct Responses {
    /// The sign-in that received the responses: [`crate::session::Session::sign_in_id`].
    sign_in: u64,
    by_url: BTreeMap<String, CachedResponse>,
}

impl ResponseCache {
    pub(super) fn get(&self, url: &Url, sign_in: u64) -> Option<CachedResponse> {
        let responses = self.lock();
        let cached = responses.by_url.get(url.as_str());
        cached.filter(|_| responses.sign_in == sign_in).cloned()
    }

    /// Replaces the cached response of this URL. Without a valid ETag, only removes the old response. `sign_in` is the
    /// sign-in that sent the request.
    pub(super) fn put(&self, url: &Url, sign_in: u64, etag: Option<&str>, body: &[u8]) {
        let mut responses = self.lock();
        if sign_in < responses.sign_in {
            return;
        }
        if sign_in > responses.sign_in {
            *responses = Responses {
                sign_in,
                by_url: BTreeMap::new(),
            };
        }
        let by_url = &mut responses.by_url;
        by_url.remove(url.as_str());
        let Some(etag) = etag.filter(|etag| is_etag(etag)) else {
            return;
        };
        if body.len() > MAX_BODY_BYTES {
            return;
        }
        if by_url.len() >= MAX_RESPONSES {
            by_url.clear();
        }
        let response = CachedResponse {
            etag: etag.to_owned(),
            body: body.to_owned(),
        };
        by_url.insert(url.to_string(), response);
    }

    fn lock(&self) -> MutexGuard<'_, Responses> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the text has the form `"…"` or `W/"…"`, and only characters that a header can carry.
fn is_etag(etag: &str) -> bool {
    let bare = etag.strip_prefix("W/").unwrap_or(etag);
    etag.len() <= MAX_ETAG_BYTES
        && bare.len() >= 2
        && bare.starts_with('"')
        && bare.ends_with('"')
        && bare.bytes().all(|b| b.is_ascii_graphic())
}
