//! The difference between the provider's clock and this machine's, from the `Date` header of responses. Bursar uses it
//! to recognise a payment by its creation time even if this machine's clock is wrong.

use bursar_domain::clock::Span;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub(super) struct ServerClock(Mutex<Option<Span>>);

impl ServerClock {
    /// Stores the difference that a response shows. A response without a date changes nothing.
    pub(super) fn observe(&self, ahead: Option<Span>) {
        if ahead.is_some() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = ahead;
        }
    }

    /// How far the provider's clock is ahead of this machine's.
    pub(super) fn ahead(&self) -> Option<Span> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
