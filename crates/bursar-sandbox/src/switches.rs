//! Switches of the control API: what is held, delayed or forbidden in the payment flow.

use std::sync::{Mutex, PoisonError};

use crate::money;

#[derive(Debug)]
pub(crate) struct Switches(Mutex<SwitchValues>);

#[derive(Clone, Copy, Debug)]
pub(crate) struct SwitchValues {
    pub(crate) relayer_hold: bool,
    pub(crate) relayer_delay_ms: u64,
    pub(crate) watcher_hold: bool,
    pub(crate) webhooks_hold: bool,
    pub(crate) webhooks_tamper: bool,
    pub(crate) maintenance: bool,
    /// The maximum balance, in micros.
    pub(crate) balance_cap: u128,
}

impl Default for Switches {
    fn default() -> Self {
        Self(Mutex::new(SwitchValues {
            relayer_hold: false,
            relayer_delay_ms: 0,
            watcher_hold: false,
            webhooks_hold: false,
            webhooks_tamper: false,
            maintenance: false,
            balance_cap: money::from_cents(500_000),
        }))
    }
}

impl Switches {
    pub(crate) fn get(&self) -> SwitchValues {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn update(&self, update: impl FnOnce(&mut SwitchValues)) {
        update(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
