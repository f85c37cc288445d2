//! Stores secrets (API keys, tokens, the URL of the user's own RPC endpoint) in the system's keyring or in memory.

mod backend;
mod entry;
mod errors;
// Tests run on Linux, with this module too, which is used elsewhere.
#[cfg(any(target_os = "macos", target_os = "windows", test))]
mod native;
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
mod secret_service;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod worker;

#[cfg(any(target_os = "macos", target_os = "windows"))]
use self::native::SystemKeyring;
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
use self::secret_service::SystemKeyring;
use backend::{Changes, KeyringBackend, PROBE, Prompting, Secret, prefix};
use bursar_domain::error::Result;
use std::collections::HashMap;
use std::fmt;
#[cfg(any(test, feature = "testing"))]
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use worker::{Job, Limits, Wait, Worker};
use zeroize::Zeroizing;

/// Stores secrets by name.
pub struct SecretStore {
    storage: Storage,
    limits: Limits,
    /// When the keyring may answer differently than before.
    changes: Arc<Changes>,
}

enum Storage {
    Memory(Mutex<HashMap<String, Secret>>),
    Keyring(Worker),
}

impl SecretStore {
    /// The system's keyring. `scope` separates homes: each needs its own, the same at every start.
    pub fn keyring(scope: &str) -> Self {
        Self::keyring_moved(scope, &[])
    }

    /// Like [`SecretStore::keyring`]. Also finds what an earlier version stored under a `former` scope, and moves it when it
    /// is read.
    pub fn keyring_moved(scope: &str, former: &[String]) -> Self {
        let scopes = std::iter::once(scope)
            .chain(former.iter().map(String::as_str))
            .map(prefix)
            .collect();
        let changes = Arc::<Changes>::default();
        let system = SystemKeyring::new(scopes, Arc::clone(&changes));
        Self::over(system, Limits::USUAL, changes)
    }

    /// Memory: the secrets end with this process.
    pub fn memory() -> Self {
        Self {
            storage: Storage::Memory(Mutex::default()),
            limits: Limits::USUAL,
            changes: Arc::default(),
        }
    }

    /// A keyring for tests that fails while `away` is set.
    #[cfg(any(test, feature = "testing"))]
    pub fn flaky(away: Arc<AtomicBool>) -> Self {
        Self::flaky_with(away, Arc::default())
    }

    /// Like [`SecretStore::flaky`], with entries that a test can inspect.
    #[cfg(any(test, feature = "testing"))]
    pub fn flaky_with(away: Arc<AtomicBool>, entries: Arc<testing::Entries>) -> Self {
        let backend = testing::FlakyKeyring::new(away, entries);
        Self::over(backend, Limits::USUAL, Arc::default())
    }

    fn over(store: impl KeyringBackend, limits: Limits, changes: Arc<Changes>) -> Self {
        Self {
            storage: Storage::Keyring(Worker::new(store, Arc::clone(&changes))),
            limits,
            changes,
        }
    }

    /// Resolves when the keyring may answer differently: it has appeared, unlocked or gone, a late call has ended, or [`SecretStore::notify_changed`] was
    /// called.
    pub async fn changed(&self) {
        self.changes.changed().await;
    }

    /// Makes the task that waits in [`SecretStore::changed`] ask the keyring again.
    pub fn notify_changed(&self) {
        self.changes.notify(false);
    }

    /// Whether a keyring has appeared that has not had the chance to ask the user yet.
    pub fn has_appeared(&self) -> bool {
        self.changes.has_appeared()
    }

    /// Checks that secrets can be stored, by writing one and removing it. The system may ask the user.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn probe(&self) -> Result<()> {
        self.set(PROBE, Zeroizing::new(PROBE.to_owned())).await?;
        self.remove(PROBE).await
    }

    /// Checks that secrets can be stored now, as far as a read can show: without a write or a prompt, in 2 s at most.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn ready(&self) -> Result<()> {
        match &self.storage {
            Storage::Memory(_) => Ok(()),
            Storage::Keyring(worker) => {
                worker
                    .call(Wait::Short, self.limits, |reply| Job::Ready { reply })
                    .await
            }
        }
    }

    /// Reads a secret, in 2 s at most. `None` where there is none of that name.
    ///
    /// # Errors
    /// `keyring_unavailable`: absent, locked or too slow.
    pub async fn get(&self, name: &str) -> Result<Option<Secret>> {
        self.read(name, Wait::Short, Prompting::Allowed).await
    }

    /// Reads a secret without a prompt, in 2 s at most.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn get_without_prompt(&self, name: &str) -> Result<Option<Secret>> {
        self.read(name, Wait::Short, Prompting::Forbidden).await
    }

    /// Whether this program could read the secret without a prompt after a restart, in 2 s at most. KeePassXC asks the user
    /// for each process that reads an entry.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn has_for_next_process(&self, name: &str) -> Result<bool> {
        match &self.storage {
            Storage::Memory(_) => Ok(false),
            Storage::Keyring(worker) => {
                let name = name.to_owned();
                worker
                    .call(Wait::Short, self.limits, |reply| Job::HasForNextProcess {
                        name,
                        reply,
                    })
                    .await
            }
        }
    }

    /// Reads a secret without a prompt of its own. Waits up to 30 s for another call's prompt that the user is answering.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn get_after_prompt(&self, name: &str) -> Result<Option<Secret>> {
        self.read(name, Wait::Prompt, Prompting::Forbidden).await
    }

    /// Reads a secret, in 30 s at most, so that the user can answer the system's prompt.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn get_with_prompt(&self, name: &str) -> Result<Option<Secret>> {
        self.read(name, Wait::Prompt, Prompting::Allowed).await
    }

    async fn read(&self, name: &str, wait: Wait, prompting: Prompting) -> Result<Option<Secret>> {
        match &self.storage {
            Storage::Memory(secrets) => Ok(lock(secrets).get(name).cloned()),
            Storage::Keyring(worker) => {
                let name = name.to_owned();
                worker
                    .call(wait, self.limits, |reply| Job::Get {
                        name,
                        prompting,
                        reply,
                    })
                    .await
            }
        }
    }

    /// Stores a secret, in 30 s at most. After an error the secret may still get into the keyring, if the user answers the
    /// prompt later.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn set(&self, name: &str, secret: Secret) -> Result<()> {
        self.write(name, secret, Wait::Prompt, Prompting::Allowed)
            .await
    }

    /// Stores a secret without a prompt, in 2 s at most.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn set_without_prompt(&self, name: &str, secret: Secret) -> Result<()> {
        self.write(name, secret, Wait::Short, Prompting::Forbidden)
            .await
    }

    async fn write(
        &self,
        name: &str,
        secret: Secret,
        wait: Wait,
        prompting: Prompting,
    ) -> Result<()> {
        match &self.storage {
            Storage::Memory(secrets) => {
                lock(secrets).insert(name.to_owned(), secret);
                Ok(())
            }
            Storage::Keyring(worker) => {
                let name = name.to_owned();
                worker
                    .call(wait, self.limits, |reply| Job::Set {
                        name,
                        secret,
                        prompting,
                        reply,
                    })
                    .await
            }
        }
    }

    /// Removes a secret, if there is one. After an error, the removal still happens once the keyring answers this process
    /// again.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn remove(&self, name: &str) -> Result<()> {
        self.remove_with(name, Wait::Prompt, Prompting::Allowed)
            .await
    }

    /// Removes a secret without a prompt, in 2 s at most.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn remove_without_prompt(&self, name: &str) -> Result<()> {
        self.remove_with(name, Wait::Short, Prompting::Forbidden)
            .await
    }

    async fn remove_with(&self, name: &str, wait: Wait, prompting: Prompting) -> Result<()> {
        match &self.storage {
            Storage::Memory(secrets) => {
                lock(secrets).remove(name);
                Ok(())
            }
            Storage::Keyring(worker) => {
                let name = name.to_owned();
                worker
                    .call(wait, self.limits, |reply| Job::Remove {
                        name,
                        prompting,
                        reply,
                    })
                    .await
            }
        }
    }

    /// Removes a secret without waiting for the removal, for instance after a write that may still happen.
    pub fn remove_in_background(&self, name: &str) {
        match &self.storage {
            Storage::Memory(secrets) => {
                lock(secrets).remove(name);
            }
            Storage::Keyring(worker) => {
                let (reply, _) = oneshot::channel();
                let name = name.to_owned();
                let prompting = Prompting::Forbidden;
                let _ = worker.submit(Job::Remove {
                    name,
                    prompting,
                    reply,
                });
            }
        }
    }
}

impl fmt::Debug for SecretStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.storage {
            Storage::Memory(_) => "SecretStore(memory)",
            Storage::Keyring(_) => "SecretStore(keyring)",
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(crate) mod tests;
