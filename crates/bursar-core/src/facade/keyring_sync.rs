//! The keyring over time. One task asks it for the secrets that it should have, tells it what it has still to be told,
//! and says whether it can be used; it starts over whenever the keyring or the user may have changed something. Whatever
//! a process that was killed in between has left in the keyring is known from `bursar.db` and removed here.

use super::{Bursar, custom_rpc_entry, lock};
use crate::driver::{Connection, blocking};
use bursar_domain::account::AccountId;
use bursar_domain::error::{Error, Result};
use bursar_domain::view::Change;
use bursar_engine::{Event, Presence};
use bursar_provider::session::{Credential, PendingKeyringWrite, keyring_entry_name};
use bursar_store::KeyLocation;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use zeroize::Zeroizing;

/// When a keyring that gave nothing is asked again: soon after a start, when it may be starting as well, then at these
/// paces.
const STARTUP_RETRY_DELAYS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(15),
];
/// While the user looks, or a payment is awaited.
const ACTIVE_RETRY_DELAY: Duration = Duration::from_secs(40);
/// In the tray with nothing under way.
const TRAY_RETRY_DELAY: Duration = Duration::from_secs(600);

/// What the task and those who wake it share.
#[derive(Debug, Default)]
pub(super) struct KeyringRetry {
    /// The user did something that needs the key: the system may ask for the keyring's password.
    by_user: AtomicBool,
    stopped: AtomicBool,
}

/// How one round ended.
enum SyncOutcome {
    /// Nothing is open with the keyring.
    Done,
    /// It could not be used, or not everything that should be there was.
    Retry,
}

impl Bursar {
    /// Reads the secrets in the background, and goes on until they are there: a keyring that is slow, locked or not yet
    /// there holds nothing up. A key from the environment is meant for one account, never sent to several hosts.
    pub(super) async fn start_keyring_task(
        self: &Arc<Self>,
        env_api_key: Option<Zeroizing<String>>,
    ) {
        let connections = self.connections();
        if let (Some(key), [only]) = (env_api_key, connections.as_slice()) {
            match Credential::api_key(&key) {
                Ok(credential) => {
                    // In memory only, which cannot fail.
                    let _ = only.session.set_credential(credential, true).await;
                    self.driver
                        .send_event(&only.account.id, Event::SignedIn(true));
                }
                Err(error) => tracing::warn!(code = ?error.code, "the environment's key is none"),
            }
        }
        let (bursar, secret_store) = (Arc::downgrade(self), Arc::clone(&self.secret_store));
        tokio::spawn(async move {
            let mut rounds: usize = 0;
            let mut rpcs = BTreeSet::new();
            loop {
                let Some(bursar) = bursar
                    .upgrade()
                    .filter(|bursar| !bursar.keyring_retry.is_stopped())
                else {
                    return;
                };
                let may_ask =
                    bursar.keyring_retry.by_user.swap(false, Ordering::AcqRel) || rounds == 0;
                let wait = match bursar.sync_keyring(may_ask, &mut rpcs).await {
                    SyncOutcome::Done => None,
                    SyncOutcome::Retry => Some(match STARTUP_RETRY_DELAYS.get(rounds) {
                        Some(soon) => *soon,
                        None if bursar.is_active() => ACTIVE_RETRY_DELAY,
                        None => TRAY_RETRY_DELAY,
                    }),
                };
                drop(bursar);
                rounds = rounds.saturating_add(1);
                match wait {
                    None => secret_store.changed().await,
                    // Whichever comes first; both lead to the next round.
                    Some(wait) => drop(tokio::time::timeout(wait, secret_store.changed()).await),
                }
            }
        });
    }

    /// The user looks, came back, or did something that needs the key.
    pub(super) fn retry_keyring(&self, by_user: bool) {
        let waits = |connection: &Connection| connection.session.waits_for_keyring();
        if by_user && self.connections().iter().any(waits) {
            self.keyring_retry.by_user.store(true, Ordering::Release);
        }
        self.secret_store.notify_changed();
    }

    /// A last chance for what has not been stored yet.
    pub(super) async fn stop_keyring_task(&self) {
        self.keyring_retry.stopped.store(true, Ordering::Release);
        self.secret_store.notify_changed();
        for connection in self.connections() {
            self.flush_to_keyring(&connection).await;
        }
    }

    fn is_active(&self) -> bool {
        let watched = *lock(&self.presence) != Presence::Tray;
        watched
            || self.connections().iter().any(|connection| {
                let state = self.driver.state(&connection.account.id);
                state.is_some_and(|state| state.has_live())
            })
    }

    async fn sync_keyring(&self, may_ask: bool, rpcs: &mut BTreeSet<AccountId>) -> SyncOutcome {
        let mut open = false;
        let mut may_ask = may_ask;
        for connection in self.connections() {
            open |= !self.flush_to_keyring(&connection).await;
            let loaded = self.load_key(&connection, may_ask).await;
            // A prompt that was dismissed is not shown again for the next account.
            may_ask &= loaded;
            open |= !loaded;
            let is_answered = !connection.session.waits_for_keyring();
            if connection.chain.is_some() && is_answered && !rpcs.contains(&connection.account.id) {
                match self.use_custom_rpc(&connection.account.id).await {
                    Ok(()) => drop(rpcs.insert(connection.account.id.clone())),
                    Err(_) => open = true,
                }
            }
        }
        open |= !self.run_planned_removals().await;
        let ready = self.secret_store.ready().await;
        if let Err(error) = &ready {
            tracing::debug!(code = ?error.code, "the keyring cannot be used");
        }
        self.set_keyring_usable(ready.is_ok());
        if open || ready.is_err() {
            SyncOutcome::Retry
        } else {
            SyncOutcome::Done
        }
    }

    /// Reads an account's secret if it should be in the keyring; false where it should be and is not.
    async fn load_key(&self, connection: &Connection, may_ask: bool) -> bool {
        let session = &connection.session;
        if !session.needs_keyring_read() {
            return true;
        }
        let was_waiting = session.waits_for_keyring();
        let previous_error = session.keyring_error();
        let loaded = if may_ask {
            session.load().await
        } else {
            session.load_after_prompt().await
        };
        let id = &connection.account.id;
        match &loaded {
            Ok(true) => {
                self.driver.send_event(id, Event::SignedIn(true));
                self.update_key_place(connection, KeyLocation::Keyring)
                    .await;
            }
            Ok(false) if was_waiting => self.driver.send_event(id, Event::SignedIn(false)),
            Ok(false) => {}
            Err(error) => {
                tracing::debug!(code = ?error.code, "the keyring gave no secret");
                self.set_keyring_usable(false);
            }
        }
        let changed = match &loaded {
            Ok(true) => true,
            Ok(false) => was_waiting,
            Err(_) => session.keyring_error() != previous_error,
        };
        if changed {
            self.services.shell.changed(&Change::Accounts);
        }
        matches!(loaded, Ok(true))
    }

    /// Tells the keyring what it has still to be told of an account; false where it could not.
    async fn flush_to_keyring(&self, connection: &Connection) -> bool {
        let session = &connection.session;
        let owed = session.pending_keyring_write();
        let before = match owed {
            PendingKeyringWrite::None => return true,
            // What the keyring has is used up: another start must not try it.
            PendingKeyringWrite::Store { spent: true } => {
                self.schedule_keyring_removal(session.keyring_entry_name())
                    .await
            }
            PendingKeyringWrite::Store { spent: false } => Ok(()),
            PendingKeyringWrite::Remove => {
                self.record_key_place(&connection.account.id, KeyLocation::None)
                    .await
            }
        };
        if let Err(error) = before {
            tracing::warn!(code = ?error.code, "the keyring's state could not be written down");
        }
        if let Err(error) = session.write_pending().await {
            tracing::debug!(code = ?error.code, "the keyring is told later");
            return false;
        }
        let after = match owed {
            PendingKeyringWrite::None => Ok(()),
            PendingKeyringWrite::Store { .. } => {
                self.record_key_place(&connection.account.id, KeyLocation::Keyring)
                    .await
            }
            PendingKeyringWrite::Remove => {
                self.complete_removal(session.keyring_entry_name()).await
            }
        };
        if let Err(error) = after {
            tracing::warn!(code = ?error.code, "the keyring's state could not be written down");
        }
        self.services.shell.changed(&Change::Accounts);
        true
    }

    /// Removes the entries that nobody may use any more; false where some are left.
    async fn run_planned_removals(&self) -> bool {
        let store = Arc::clone(&self.services.store);
        let planned = match blocking(move || store.pending_keyring_removals()).await {
            Ok(planned) => planned,
            Err(error) => {
                tracing::warn!(code = ?error.code, "what is to be removed is not known");
                return false;
            }
        };
        let mut all = true;
        for name in planned {
            let of = self
                .connections()
                .into_iter()
                .find(|connection| connection.session.keyring_entry_name() == name);
            let removed = match &of {
                // Its session knows whether somebody has signed in again meanwhile.
                Some(connection) => connection.session.remove_stored().await,
                None if self.is_being_connected(&name) => Ok(false),
                None => self
                    .secret_store
                    .remove_without_prompt(&name)
                    .await
                    .map(|()| true),
            };
            match removed {
                Ok(true) => all &= self.complete_removal(name).await.is_ok(),
                Ok(false) => {}
                Err(error) => {
                    tracing::debug!(code = ?error.code, "an entry is removed from the keyring later");
                    all = false;
                }
            }
        }
        all
    }

    /// Whether an account of that entry is just being connected, so that it has no connection yet.
    fn is_being_connected(&self, name: &str) -> bool {
        lock(&self.connecting).contains(name)
    }

    async fn update_key_place(&self, connection: &Connection, place: KeyLocation) {
        let (store, id) = (
            Arc::clone(&self.services.store),
            connection.account.id.clone(),
        );
        let known = blocking(move || store.key_location(&id)).await;
        if matches!(known, Ok(Some(known)) if known == place) {
            return;
        }
        if let Err(error) = self.record_key_place(&connection.account.id, place).await {
            tracing::warn!(code = ?error.code, "the place of a key could not be written down");
        }
    }

    /// Writes down where an account's key is; where that is not the keyring, its entry is to be removed.
    pub(super) async fn record_key_place(
        &self,
        account: &AccountId,
        place: KeyLocation,
    ) -> Result<()> {
        let (store, account) = (Arc::clone(&self.services.store), account.clone());
        blocking(move || store.put_key_location(&account, place, &keyring_entry_name(&account)))
            .await
    }

    pub(super) async fn schedule_keyring_removal(&self, name: String) -> Result<()> {
        let store = Arc::clone(&self.services.store);
        blocking(move || store.schedule_keyring_removal(&name)).await
    }

    pub(super) async fn complete_removal(&self, name: String) -> Result<()> {
        let store = Arc::clone(&self.services.store);
        blocking(move || store.clear_keyring_removal(&name)).await
    }

    pub(super) fn set_keyring_usable(&self, usable: bool) {
        let before = std::mem::replace(&mut lock(&self.health).keyring, usable);
        if before != usable {
            self.services.shell.changed(&Change::Health);
        }
    }

    /// An RPC address that the user typed may hold a key, so it is kept with the secrets.
    ///
    /// # Errors
    /// `keyring_unavailable`: whether there is one is not known.
    async fn use_custom_rpc(&self, id: &AccountId) -> Result<()> {
        let Some(text) = self
            .secret_store
            .get_after_prompt(&custom_rpc_entry(id))
            .await?
        else {
            return Ok(());
        };
        let Ok(address) = url::Url::parse(&text) else {
            return Ok(());
        };
        // The account as it is by now; it may have been changed or removed meanwhile.
        if let Ok(connection) = self.connection(id) {
            self.replace_connection(connection.account, Some(address));
        }
        Ok(())
    }
}

impl KeyringRetry {
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

/// What a removal that the keyring did not take part in means.
pub(super) fn removal_pending(done: &str, why: &Error) -> Error {
    Error {
        message: format!(
            "{done} The key is still in the system's keyring, which cannot be used just now; Bursar removes it as soon \
             as it can, and does not use it. {}",
            why.message
        ),
        ..why.clone()
    }
}
