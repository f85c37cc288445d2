//! Keeps memory, keyring and database in step. One task reads the secrets that the keyring should have, writes the
//! changes that it missed, and reports whether it can be used. The task starts over whenever the keyring or the user
//! may have changed something. `bursar.db` knows what a killed process left in the keyring; the task removes it.

use super::{Bursar, custom_rpc_entry, lock};
use crate::driver::{Connection, blocking};
use crate::env_keys::EnvKeys;
use bursar_domain::account::AccountId;
use bursar_domain::error::{Error, KeyEnd, Result, SignInDetail};
use bursar_domain::view::Change;
use bursar_engine::{Event, Presence};
use bursar_provider::session::{Credential, PendingKeyringWrite, keyring_entry_name};
use bursar_store::KeyLocation;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Delays before a keyring that did not answer is asked again: short ones after a start, when the keyring may be
/// starting too, then [`ACTIVE_RETRY_DELAY`] or [`TRAY_RETRY_DELAY`].
const STARTUP_RETRY_DELAYS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(15),
];
/// While the user looks at Bursar or a payment is open.
const ACTIVE_RETRY_DELAY: Duration = Duration::from_secs(40);
/// In the tray with no payment open.
const TRAY_RETRY_DELAY: Duration = Duration::from_secs(600);

/// What the task shares with those who wake it.
#[derive(Debug, Default)]
pub(super) struct KeyringRetry {
    /// The user did something that needs the key, so the system may ask for the keyring's password.
    by_user: AtomicBool,
    stopped: AtomicBool,
}

/// How one round ended.
enum SyncOutcome {
    /// Memory and keyring agree.
    Done,
    /// The keyring could not be used, or lacked something that should be there.
    Retry,
}

impl Bursar {
    /// Reads the secrets in the background until all are there. A slow, locked or missing keyring delays nothing.
    pub(super) async fn start_keyring_task(self: &Arc<Self>, env_keys: &EnvKeys) {
        let connections = self.connections();
        for connection in &connections {
            let account = &connection.account;
            let alone = connections.len() == 1;
            let Some(key) = env_keys.for_account(Some(&account.label), alone) else {
                continue;
            };
            match Credential::api_key(key) {
                Ok(credential) => {
                    // Storing in memory only cannot fail.
                    let _ = connection.session.set_credential(credential, true).await;
                    self.driver.send_event(&account.id, Event::SignedIn(true));
                }
                Err(error) => {
                    tracing::warn!(code = ?error.code, "the API key from the environment is malformed")
                }
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
                // The user is asked once at a start, and once by a keyring that appears later.
                let by_user = bursar.keyring_retry.by_user.swap(false, Ordering::AcqRel);
                let may_ask = by_user || rounds == 0 || secret_store.has_appeared();
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
                    // Whichever comes first leads to the next round.
                    Some(wait) => drop(tokio::time::timeout(wait, secret_store.changed()).await),
                }
            }
        });
    }

    /// Asks the keyring again: the user looks at Bursar, came back, or did something that needs the key.
    pub(super) fn retry_keyring(&self, by_user: bool) {
        let waits = |connection: &Connection| connection.session.waits_for_keyring();
        if by_user && self.connections().iter().any(waits) {
            self.keyring_retry.by_user.store(true, Ordering::Release);
        }
        self.secret_store.notify_changed();
    }

    /// Stops the task and stores what could not be stored so far.
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
            // A dismissed prompt is not shown again for the next account.
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

    /// Reads an account's secret if the keyring should have it; false if it should but does not.
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
                self.update_key_location(connection, KeyLocation::Keyring)
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

    /// Writes or removes what the keyring has missed for an account; false if that failed.
    async fn flush_to_keyring(&self, connection: &Connection) -> bool {
        let session = &connection.session;
        let owed = session.pending_keyring_write();
        let before = match owed {
            PendingKeyringWrite::None => return true,
            // The stored token is spent; another start must not try it.
            PendingKeyringWrite::Store { spent: true } => {
                self.schedule_keyring_removal(session.keyring_entry_name())
                    .await
            }
            PendingKeyringWrite::Store { spent: false } => Ok(()),
            PendingKeyringWrite::Remove => {
                self.record_key_location(&connection.account.id, KeyLocation::None)
                    .await
            }
        };
        if let Err(error) = before {
            tracing::warn!(code = ?error.code, "the keyring's state could not be recorded");
        }
        if let Err(error) = session.write_pending().await {
            tracing::debug!(code = ?error.code, "the keyring is updated later");
            return false;
        }
        let after = match owed {
            PendingKeyringWrite::None => Ok(()),
            PendingKeyringWrite::Store { .. } => {
                self.record_key_location(&connection.account.id, KeyLocation::Keyring)
                    .await
            }
            PendingKeyringWrite::Remove => {
                self.complete_removal(session.keyring_entry_name()).await
            }
        };
        if let Err(error) = after {
            tracing::warn!(code = ?error.code, "the keyring's state could not be recorded");
        }
        self.services.shell.changed(&Change::Accounts);
        true
    }

    /// Removes the entries that no account uses any more; false if some are left.
    async fn run_planned_removals(&self) -> bool {
        let store = Arc::clone(&self.services.store);
        let planned = match blocking(move || store.pending_keyring_removals()).await {
            Ok(planned) => planned,
            Err(error) => {
                tracing::warn!(code = ?error.code, "planned removals could not be read");
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
                // The session knows whether the user has signed in again meanwhile.
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

    /// Whether an account with this entry is being connected and has no connection yet.
    fn is_being_connected(&self, name: &str) -> bool {
        lock(&self.connecting).contains(name)
    }

    async fn update_key_location(&self, connection: &Connection, location: KeyLocation) {
        let (store, id) = (
            Arc::clone(&self.services.store),
            connection.account.id.clone(),
        );
        let known = blocking(move || store.key_location(&id)).await;
        if matches!(known, Ok(Some(known)) if known == location) {
            return;
        }
        if let Err(error) = self
            .record_key_location(&connection.account.id, location)
            .await
        {
            tracing::warn!(code = ?error.code, "the location of a key could not be recorded");
        }
    }

    /// Records where an account's key is; if that is not the keyring, plans the removal of its entry.
    pub(super) async fn record_key_location(
        &self,
        account: &AccountId,
        location: KeyLocation,
    ) -> Result<()> {
        let (store, account) = (Arc::clone(&self.services.store), account.clone());
        blocking(move || store.put_key_location(&account, location, &keyring_entry_name(&account)))
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

    /// Uses the RPC address that the user typed. It may contain a key, so it is stored with the secrets.
    ///
    /// # Errors
    /// `keyring_unavailable`: whether there is one is unknown.
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
        // The account may have been changed or removed meanwhile.
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

/// The error for a removal that the keyring could not carry out yet.
pub(super) fn removal_pending(done: KeyEnd, why: &Error) -> Error {
    Error {
        detail: SignInDetail::KeyStillInKeyring {
            done,
            why: Box::new(why.detail.clone()),
        }
        .into(),
        ..why.clone()
    }
}
