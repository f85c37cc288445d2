//! A log of every request in order, so that tests can count requests.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock;

const MAX_ENTRIES: usize = 20_000;

#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    last: u64,
    entries: VecDeque<Entry>,
}

#[derive(Debug)]
struct Entry {
    seq: u64,
    at: String,
    target: &'static str,
    method: String,
    path: String,
    query: String,
    fault: Option<&'static str>,
    status: Option<u16>,
    user_id: Option<Uuid>,
}

/// What to search for; a path that ends in `*` is a prefix.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter<'a> {
    pub(crate) target: Option<&'a str>,
    pub(crate) method: Option<&'a str>,
    pub(crate) path: Option<&'a str>,
    pub(crate) after: u64,
}

impl RequestLog {
    /// Logs the start of a request and returns its sequence number.
    pub(crate) fn begin(
        &self,
        target: &'static str,
        method: &str,
        path: &str,
        query: &str,
        fault: Option<&'static str>,
    ) -> u64 {
        let mut log = self.lock();
        log.last += 1;
        let seq = log.last;
        if log.entries.len() >= MAX_ENTRIES {
            log.entries.pop_front();
        }
        log.entries.push_back(Entry {
            seq,
            at: clock::rfc3339(time::OffsetDateTime::now_utc()),
            target,
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            fault,
            status: None,
            user_id: None,
        });
        seq
    }

    pub(crate) fn end(&self, seq: u64, status: u16, user_id: Option<Uuid>) {
        let mut log = self.lock();
        let index = log
            .entries
            .binary_search_by_key(&seq, |entry| entry.seq)
            .ok();
        if let Some(entry) = index.and_then(|index| log.entries.get_mut(index)) {
            entry.status = Some(status);
            entry.user_id = user_id;
        }
    }

    pub(crate) fn find(&self, filter: &Filter<'_>) -> Value {
        let log = self.lock();
        let matching: Vec<Value> = log
            .entries
            .iter()
            .filter(|entry| filter.matches(entry))
            .map(Entry::to_json)
            .collect();
        json!({"last": log.last, "count": matching.len(), "requests": matching})
    }

    pub(crate) fn clear(&self) {
        self.lock().entries.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Filter<'_> {
    fn matches(&self, entry: &Entry) -> bool {
        entry.seq > self.after
            && self.target.is_none_or(|target| target == entry.target)
            && self
                .method
                .is_none_or(|method| method.eq_ignore_ascii_case(&entry.method))
            && self.path.is_none_or(|path| path_matches(path, &entry.path))
    }
}

impl Entry {
    fn to_json(&self) -> Value {
        json!({
            "seq": self.seq, "at": self.at, "target": self.target, "method": self.method, "path": self.path,
            "query": self.query, "status": self.status, "fault": self.fault, "user_id": self.user_id,
        })
    }
}

/// Whether the path equals the pattern, or starts with it if the pattern ends in `*`.
pub(crate) fn path_matches(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix),
        None => pattern == path,
    }
}
