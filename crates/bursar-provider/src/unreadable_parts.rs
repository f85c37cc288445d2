//! Remembers, for each kind of call, the parts of its last response that could not be read.

use crate::response_fields::UnreadableParts;
use bursar_domain::error::Error;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub(super) struct LatestUnreadableParts(Mutex<BTreeMap<&'static str, Vec<Error>>>);

impl LatestUnreadableParts {
    /// Replaces the unreadable parts of the previous response to `call`, possibly with none.
    pub(super) fn replace(&self, call: &'static str, unreadable: UnreadableParts) {
        let errors = unreadable.into_errors();
        for error in &errors {
            tracing::debug!(call, message = %error.detail, "a part is unreadable");
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(call, errors);
    }

    pub(super) fn all(&self) -> Vec<Error> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().flatten().cloned().collect()
    }
}
