//! What a system's keyring has to do for Bursar, and the names of Bursar's entries in it.

use bursar_domain::error::Result;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;
use zeroize::Zeroizing;

pub(super) type Secret = Zeroizing<String>;

/// The service name of Bursar's entries in the keyring.
pub(super) const SERVICE: &str = bursar_domain::APP_ID;
/// The entry that Bursar writes and removes to find out whether the keyring is writable. Some keyrings ask the user before
/// they remove something, so this happens only after the user asked to store something.
pub(super) const PROBE: &str = "probe";

/// Whether the system may ask the user to unlock the keyring or to allow something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompting {
    Allowed,
    Forbidden,
}

/// What has changed about the keyring, for the task that waits for it.
#[derive(Debug, Default)]
pub(super) struct Changes {
    notify: Notify,
    has_appeared: AtomicBool,
}

impl Changes {
    /// Wakes the task that waits. `has_appeared`: a keyring is there that was not there before.
    pub(super) fn notify(&self, has_appeared: bool) {
        self.has_appeared.fetch_or(has_appeared, Ordering::AcqRel);
        self.notify.notify_one();
    }

    pub(super) async fn changed(&self) {
        self.notify.notified().await;
    }

    pub(super) fn has_appeared(&self) -> bool {
        self.has_appeared.load(Ordering::Acquire)
    }

    /// The keyring that appeared gets the chance to ask the user.
    pub(super) fn clear_appeared(&self) {
        self.has_appeared.store(false, Ordering::Release);
    }
}

/// The blocking calls of a keyring.
pub(super) trait KeyringBackend: Send + 'static {
    fn get(&self, name: &str) -> Result<Option<Secret>>;
    fn set(&self, name: &str, secret: &str) -> Result<()>;
    fn remove(&self, name: &str) -> Result<()>;

    /// Reads without a prompt. A locked keyring is an error.
    fn get_without_prompt(&self, name: &str) -> Result<Option<Secret>> {
        self.get(name)
    }
    fn set_without_prompt(&self, name: &str, secret: &str) -> Result<()> {
        self.set(name, secret)
    }
    fn remove_without_prompt(&self, name: &str) -> Result<()> {
        self.remove(name)
    }

    /// Whether this program could read the secret without a prompt after a restart. Some keyrings ask for each process.
    fn has_for_next_process(&self, name: &str) -> Result<bool> {
        self.get_without_prompt(name).map(|found| found.is_some())
    }

    /// Whether secrets can be stored now, as far as a read can show.
    fn ready(&self) -> Result<()> {
        self.get_without_prompt(PROBE).map(drop)
    }

    /// The connection to the keyring, where a call that waits on it can be ended from outside.
    fn connection(&self) -> Option<Arc<dyn Disconnect>> {
        None
    }
}

/// A connection that another thread can close. The call that waits on it then fails.
pub(super) trait Disconnect: Send + Sync {
    fn disconnect(&self);
}

/// The first bytes of a scope's digest, as entries' names begin with it.
pub(super) fn prefix(scope: &str) -> String {
    let digest = Sha256::digest(scope.as_bytes());
    let start = digest.iter().take(8);
    start.map(|byte| format!("{byte:02x}")).collect()
}

/// The user name of an entry in the keyring: the home's scope and the entry's name.
pub(super) fn user(scope: &str, name: &str) -> String {
    format!("{scope}/{name}")
}
