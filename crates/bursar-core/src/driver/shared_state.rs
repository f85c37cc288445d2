//! What readers see without asking the loop: every account's state after the last step, and the user's preferences
//! about tray and notices.

use bursar_domain::account::AccountId;
use bursar_engine::State;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

#[derive(Debug, Default)]
pub(super) struct SharedState {
    states: RwLock<BTreeMap<AccountId, Arc<State>>>,
    /// Notified after every step.
    pub(super) stepped: watch::Sender<()>,
    pub(super) hide_amounts: AtomicBool,
    pub(super) notifications_off: AtomicBool,
    /// The system reports sleep.
    pub(super) reports_sleep: AtomicBool,
}

impl SharedState {
    pub(super) fn states(&self) -> BTreeMap<AccountId, Arc<State>> {
        self.states
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn put(&self, state: State) {
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        states.insert(state.account.clone(), Arc::new(state));
        drop(states);
        self.stepped.send_replace(());
    }

    pub(super) fn remove(&self, account: &AccountId) {
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        states.remove(account);
    }
}
