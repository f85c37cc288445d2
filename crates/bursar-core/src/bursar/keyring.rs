//! The keyring over time. One task asks it for the secrets that it should have, tells it what it has still to be told,
//! and says whether it can be used; it starts over whenever the keyring or the user may have changed something. Whatever
//! a process that was killed in between has left in the keyring is known from `bursar.db` and removed here.

use super::{Bursar, lock_of, own_rpc_name};
use crate::driver::{Connection, blocking};
use bursar_domain::account::AccountId;
use bursar_domain::error::{Error, Result};
use bursar_domain::view::Change;
use bursar_engine::{Event, Presence};
use bursar_provider::session::{Credential, Owed, entry_of};
use bursar_store::KeyPlace;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use zeroize::Zeroizing;

/// When a keyring that gave nothing is asked again: soon after a start, when it may be starting as well, then at these
/// paces.
const SOON: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(15),
];
/// While the user looks, or a payment is awaited.
const NEAR: Duration = Duration::from_secs(40);
/// In the tray with nothing under way.
const FAR: Duration = Duration::from_secs(600);

/// What the task and those who wake it share.
#[derive(Debug, Default)]
pub(super) struct Asking {
    /// The user did something that needs the key: the system may ask for the keyring's password.
    by_user: AtomicBool,
    over: AtomicBool,
}

/// How one round ended.
enum Round {
    /// Nothing is open with the keyring.
    Settled,
    /// It could not be used, or not everything that should be there was.
    Open,
}

impl Bursar {
    /// Reads the secrets in the background, and goes on until they are there: a keyring that is slow, locked or not yet
    /// there holds nothing up. A key from the environment is meant for one account, never sent to several hosts.
    pub(super) async fn begin_asking(self: &Arc<Self>, env_api_key: Option<Zeroizing<String>>) {
        let connections = self.connections();
        if let (Some(key), [only]) = (env_api_key, connections.as_slice()) {
            match Credential::api_key(&key) {
                Ok(credential) => {
                    // In memory only, which cannot fail.
                    let _ = only.session.put(credential, true).await;
                    self.driver.event(&only.account.id, Event::SignedIn(true));
                }
                Err(error) => tracing::warn!(code = ?error.code, "the environment's key is none"),
            }
        }
        let (bursar, vault) = (Arc::downgrade(self), Arc::clone(&self.vault));
        tokio::spawn(async move {
            let mut rounds: usize = 0;
            let mut rpcs = BTreeSet::new();
            loop {
                let Some(bursar) = bursar.upgrade().filter(|bursar| !bursar.asking.is_over())
                else {
                    return;
                };
                let may_ask = bursar.asking.by_user.swap(false, Ordering::AcqRel) || rounds == 0;
                let wait = match bursar.ask_keyring(may_ask, &mut rpcs).await {
                    Round::Settled => None,
                    Round::Open => Some(match SOON.get(rounds) {
                        Some(soon) => *soon,
                        None if bursar.is_near() => NEAR,
                        None => FAR,
                    }),
                };
                drop(bursar);
                rounds = rounds.saturating_add(1);
                match wait {
                    None => vault.stirred().await,
                    // Whichever comes first; both lead to the next round.
                    Some(wait) => drop(tokio::time::timeout(wait, vault.stirred()).await),
                }
            }
        });
    }

    /// The user looks, came back, or did something that needs the key.
    pub(super) fn ask_keyring_again(&self, by_user: bool) {
        let waits = |connection: &Connection| connection.session.waits_for_keyring();
        if by_user && self.connections().iter().any(waits) {
            self.asking.by_user.store(true, Ordering::Release);
        }
        self.vault.stir();
    }

    /// A last chance for what has not been stored yet.
    pub(super) async fn end_asking(&self) {
        self.asking.over.store(true, Ordering::Release);
        self.vault.stir();
        for connection in self.connections() {
            self.settle(&connection).await;
        }
    }

    fn is_near(&self) -> bool {
        let watched = *lock_of(&self.presence) != Presence::Tray;
        watched
            || self.connections().iter().any(|connection| {
                let state = self.driver.state(&connection.account.id);
                state.is_some_and(|state| state.has_live())
            })
    }

    async fn ask_keyring(&self, may_ask: bool, rpcs: &mut BTreeSet<AccountId>) -> Round {
        let mut open = false;
        let mut may_ask = may_ask;
        for connection in self.connections() {
            open |= !self.settle(&connection).await;
            let loaded = self.load(&connection, may_ask).await;
            // A prompt that was dismissed is not shown again for the next account.
            may_ask &= loaded;
            open |= !loaded;
            let is_answered = !connection.session.waits_for_keyring();
            if connection.chain.is_some() && is_answered && !rpcs.contains(&connection.account.id) {
                match self.use_own_rpc(&connection.account.id).await {
                    Ok(()) => drop(rpcs.insert(connection.account.id.clone())),
                    Err(_) => open = true,
                }
            }
        }
        open |= !self.remove_planned().await;
        let ready = self.vault.ready().await;
        if let Err(error) = &ready {
            tracing::debug!(code = ?error.code, "the keyring cannot be used");
        }
        self.keyring_is(ready.is_ok());
        if open || ready.is_err() {
            Round::Open
        } else {
            Round::Settled
        }
    }

    /// Reads an account's secret if it should be in the keyring; false where it should be and is not.
    async fn load(&self, connection: &Connection, may_ask: bool) -> bool {
        let session = &connection.session;
        if !session.wants_keyring() {
            return true;
        }
        let waited = session.waits_for_keyring();
        let said = session.keyring_error();
        let loaded = if may_ask {
            session.load().await
        } else {
            session.load_in_turn().await
        };
        let id = &connection.account.id;
        match &loaded {
            Ok(true) => {
                self.driver.event(id, Event::SignedIn(true));
                self.note_place(connection, KeyPlace::Keyring).await;
            }
            Ok(false) if waited => self.driver.event(id, Event::SignedIn(false)),
            Ok(false) => {}
            Err(error) => {
                tracing::debug!(code = ?error.code, "the keyring gave no secret");
                self.keyring_is(false);
            }
        }
        let changed = match &loaded {
            Ok(true) => true,
            Ok(false) => waited,
            Err(_) => session.keyring_error() != said,
        };
        if changed {
            self.world.shell.changed(&Change::Accounts);
        }
        matches!(loaded, Ok(true))
    }

    /// Tells the keyring what it has still to be told of an account; false where it could not.
    async fn settle(&self, connection: &Connection) -> bool {
        let session = &connection.session;
        let owed = session.owed();
        let before = match owed {
            Owed::Nothing => return true,
            // What the keyring has is used up: another start must not try it.
            Owed::Store { spent: true } => self.plan_removal(session.entry()).await,
            Owed::Store { spent: false } => Ok(()),
            Owed::Remove => self.note(&connection.account.id, KeyPlace::None).await,
        };
        if let Err(error) = before {
            tracing::warn!(code = ?error.code, "the keyring's state could not be written down");
        }
        if let Err(error) = session.settle().await {
            tracing::debug!(code = ?error.code, "the keyring is told later");
            return false;
        }
        let after = match owed {
            Owed::Nothing => Ok(()),
            Owed::Store { .. } => self.note(&connection.account.id, KeyPlace::Keyring).await,
            Owed::Remove => self.removal_is_over(session.entry()).await,
        };
        if let Err(error) = after {
            tracing::warn!(code = ?error.code, "the keyring's state could not be written down");
        }
        self.world.shell.changed(&Change::Accounts);
        true
    }

    /// Removes the entries that nobody may use any more; false where some are left.
    async fn remove_planned(&self) -> bool {
        let store = Arc::clone(&self.world.store);
        let planned = match blocking(move || store.planned_removals()).await {
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
                .find(|connection| connection.session.entry() == name);
            let removed = match &of {
                // Its session knows whether somebody has signed in again meanwhile.
                Some(connection) => connection.session.remove_stored().await,
                None if self.is_being_connected(&name) => Ok(false),
                None => self.vault.remove_quietly(&name).await.map(|()| true),
            };
            match removed {
                Ok(true) => all &= self.removal_is_over(name).await.is_ok(),
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
        lock_of(&self.connecting).contains(name)
    }

    async fn note_place(&self, connection: &Connection, place: KeyPlace) {
        let (store, id) = (Arc::clone(&self.world.store), connection.account.id.clone());
        let known = blocking(move || store.key_place(&id)).await;
        if matches!(known, Ok(Some(known)) if known == place) {
            return;
        }
        if let Err(error) = self.note(&connection.account.id, place).await {
            tracing::warn!(code = ?error.code, "the place of a key could not be written down");
        }
    }

    /// Writes down where an account's key is; where that is not the keyring, its entry is to be removed.
    pub(super) async fn note(&self, account: &AccountId, place: KeyPlace) -> Result<()> {
        let (store, account) = (Arc::clone(&self.world.store), account.clone());
        blocking(move || store.put_key_place(&account, place, &entry_of(&account))).await
    }

    pub(super) async fn plan_removal(&self, name: String) -> Result<()> {
        let store = Arc::clone(&self.world.store);
        blocking(move || store.plan_removal(&name)).await
    }

    pub(super) async fn removal_is_over(&self, name: String) -> Result<()> {
        let store = Arc::clone(&self.world.store);
        blocking(move || store.removal_is_over(&name)).await
    }

    pub(super) fn keyring_is(&self, usable: bool) {
        let before = std::mem::replace(&mut lock_of(&self.health).keyring, usable);
        if before != usable {
            self.world.shell.changed(&Change::Health);
        }
    }

    /// An RPC address that the user typed may hold a key, so it is kept with the secrets.
    ///
    /// # Errors
    /// `keyring_unavailable`: whether there is one is not known.
    async fn use_own_rpc(&self, id: &AccountId) -> Result<()> {
        let Some(text) = self.vault.get_in_turn(&own_rpc_name(id)).await? else {
            return Ok(());
        };
        let Ok(address) = url::Url::parse(&text) else {
            return Ok(());
        };
        // The account as it is by now; it may have been changed or removed meanwhile.
        if let Ok(connection) = self.connection(id) {
            self.replace(connection.account, Some(address));
        }
        Ok(())
    }
}

impl Asking {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

/// What a removal that the keyring did not take part in means.
pub(super) fn still_there(done: &str, why: &Error) -> Error {
    Error {
        message: format!(
            "{done} The key is still in the system's keyring, which cannot be used just now; Bursar removes it as soon \
             as it can, and does not use it. {}",
            why.message
        ),
        ..why.clone()
    }
}
