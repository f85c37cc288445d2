//! What could not be read of each kind of answer, until the next answer of its kind.

use super::answer::Oddities;
use bursar_domain::error::Error;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub(super) struct Unread(Mutex<BTreeMap<&'static str, Vec<Error>>>);

impl Unread {
    /// Takes what was odd in an answer to `question`; nothing ends what was said before.
    pub(super) fn put(&self, question: &'static str, odd: Oddities) {
        let errors = odd.into_errors();
        for error in &errors {
            tracing::debug!(question, message = error.message, "a part is unreadable");
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(question, errors);
    }

    pub(super) fn all(&self) -> Vec<Error> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().flatten().cloned().collect()
    }
}
