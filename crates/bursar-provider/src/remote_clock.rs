//! How the provider's clock stands beside this machine's: what its answers are dated by. With it a payment is recognised
//! by its time of creation though this machine's clock is wrong.

use bursar_domain::clock::Span;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub(super) struct RemoteClock(Mutex<Option<Span>>);

impl RemoteClock {
    /// Takes what an answer tells; one without a date leaves what was told before.
    pub(super) fn told(&self, ahead: Option<Span>) {
        if ahead.is_some() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = ahead;
        }
    }

    /// How far it is ahead of this machine's.
    pub(super) fn ahead(&self) -> Option<Span> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
