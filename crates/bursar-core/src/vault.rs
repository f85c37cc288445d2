//! Where secrets are kept: the system's keyring, or memory. Every call to the keyring runs on one thread of
//! its own, one at a time, and the caller waits no longer than its limit: a prompt that nobody answers
//! never holds up anything else.

use crate::error::{Code, Error, Result};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// What the keyring lists Bursar's entries under.
const SERVICE: &str = "org.bursar.desktop";
/// The entry that is written and removed to learn whether the keyring can be written.
const PROBE: &str = "probe";
/// For reads while the app starts: the window must not wait longer.
const READ_LIMIT: Duration = Duration::from_secs(2);
/// Where the system may be asking the user to unlock the keyring.
const PROMPT_LIMIT: Duration = Duration::from_secs(30);

type Secret = Zeroizing<String>;

/// A place for secrets, each under a name.
pub struct Vault {
    place: Place,
    limits: Limits,
}

enum Place {
    Memory(Mutex<HashMap<String, Secret>>),
    Keyring(Worker),
}

#[derive(Clone, Copy)]
struct Limits {
    read: Duration,
    prompt: Duration,
}

/// The blocking calls that a keyring offers.
trait Store: Send + 'static {
    fn get(&self, name: &str) -> Result<Option<Secret>>;
    fn set(&self, name: &str, secret: &str) -> Result<()>;
    fn remove(&self, name: &str) -> Result<()>;
}

impl Vault {
    /// The system's keyring. `scope` keeps homes apart: give each its own, the same at every start.
    pub fn keyring(scope: &str) -> Self {
        let digest = Sha256::digest(scope.as_bytes());
        let prefix = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self::over(
            System { prefix },
            Limits {
                read: READ_LIMIT,
                prompt: PROMPT_LIMIT,
            },
        )
    }

    /// Secrets that end with this process.
    pub fn memory() -> Self {
        Self {
            place: Place::Memory(Mutex::default()),
            limits: Limits {
                read: READ_LIMIT,
                prompt: PROMPT_LIMIT,
            },
        }
    }

    /// A keyring for tests that gives nothing while it is away.
    #[cfg(test)]
    pub(crate) fn that_may_leave(away: Arc<AtomicBool>) -> Self {
        struct Leaving(Arc<AtomicBool>, Mutex<HashMap<String, Secret>>);
        impl Leaving {
            fn secrets(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, Secret>>> {
                if self.0.load(Ordering::Acquire) {
                    return Err(unusable());
                }
                Ok(lock(&self.1))
            }
        }
        impl Store for Leaving {
            fn get(&self, name: &str) -> Result<Option<Secret>> {
                Ok(self.secrets()?.get(name).cloned())
            }
            fn set(&self, name: &str, secret: &str) -> Result<()> {
                self.secrets()?
                    .insert(name.to_owned(), Zeroizing::new(secret.to_owned()));
                Ok(())
            }
            fn remove(&self, name: &str) -> Result<()> {
                self.secrets()?.remove(name);
                Ok(())
            }
        }
        let limits = Limits {
            read: READ_LIMIT,
            prompt: PROMPT_LIMIT,
        };
        Self::over(Leaving(away, Mutex::default()), limits)
    }

    fn over(store: impl Store, limits: Limits) -> Self {
        Self {
            place: Place::Keyring(Worker::new(store)),
            limits,
        }
    }

    /// Learns whether secrets can be kept, by writing one and removing it. Only a write tells an empty
    /// keyring from one that cannot be used.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn probe(&self) -> Result<()> {
        self.set(PROBE, Zeroizing::new(PROBE.to_owned())).await?;
        self.remove(PROBE).await
    }

    /// Learns whether the keyring answers at all, waiting 2 s at most.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn answers(&self) -> Result<()> {
        self.get(PROBE).await.map(drop)
    }

    /// Reads a secret, waiting 2 s at most. `None` where there is none under that name.
    ///
    /// # Errors
    /// `keyring_unavailable`: absent, locked, or slower than that.
    pub async fn get(&self, name: &str) -> Result<Option<Secret>> {
        self.read(name, Wait::Short).await
    }

    /// Reads a secret, waiting 30 s at most, so that the user can answer the system's prompt.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn get_patiently(&self, name: &str) -> Result<Option<Secret>> {
        self.read(name, Wait::Prompt).await
    }

    async fn read(&self, name: &str, wait: Wait) -> Result<Option<Secret>> {
        match &self.place {
            Place::Memory(secrets) => Ok(lock(secrets).get(name).cloned()),
            Place::Keyring(worker) => {
                let name = name.to_owned();
                worker
                    .call(wait, self.limits, |reply| Job::Get { name, reply })
                    .await
            }
        }
    }

    /// Keeps a secret, waiting 30 s at most. After an error the secret may still arrive in the keyring, if
    /// the user answers the prompt later.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn set(&self, name: &str, secret: Secret) -> Result<()> {
        match &self.place {
            Place::Memory(secrets) => {
                lock(secrets).insert(name.to_owned(), secret);
                Ok(())
            }
            Place::Keyring(worker) => {
                let name = name.to_owned();
                worker
                    .call(Wait::Prompt, self.limits, |reply| Job::Set {
                        name,
                        secret,
                        reply,
                    })
                    .await
            }
        }
    }

    /// Removes a secret, if there is one. After an error it is still removed as soon as the keyring
    /// answers this process again.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn remove(&self, name: &str) -> Result<()> {
        match &self.place {
            Place::Memory(secrets) => {
                lock(secrets).remove(name);
                Ok(())
            }
            Place::Keyring(worker) => {
                let name = name.to_owned();
                worker
                    .call(Wait::Prompt, self.limits, |reply| Job::Remove {
                        name,
                        reply,
                    })
                    .await
            }
        }
    }

    /// Has a secret removed without waiting for it: after a write that may still arrive.
    pub(crate) fn forget(&self, name: &str) {
        match &self.place {
            Place::Memory(secrets) => {
                lock(secrets).remove(name);
            }
            Place::Keyring(worker) => {
                let (reply, _) = oneshot::channel();
                let name = name.to_owned();
                let _ = worker.submit(Job::Remove { name, reply });
            }
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.place {
            Place::Memory(_) => "Vault(memory)",
            Place::Keyring(_) => "Vault(keyring)",
        })
    }
}

/// How long a caller can wait.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// Briefly, and not behind a call that somebody has already given up on.
    Short,
    Prompt,
}

type Reply<T> = oneshot::Sender<Result<T>>;

enum Job {
    Get {
        name: String,
        reply: Reply<Option<Secret>>,
    },
    Set {
        name: String,
        secret: Secret,
        reply: Reply<()>,
    },
    Remove {
        name: String,
        reply: Reply<()>,
    },
}

/// How the thread gets on with its queue.
#[derive(Default)]
struct Progress {
    unfinished: AtomicUsize,
    /// Somebody has given up on a call since one last ended: the keyring hangs or shows a prompt.
    given_up: AtomicBool,
}

impl Progress {
    fn stuck(&self) -> bool {
        self.given_up.load(Ordering::Acquire) && self.unfinished.load(Ordering::Acquire) > 0
    }

    fn finished(&self) {
        self.given_up.store(false, Ordering::Release);
        self.unfinished.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The keyring's own thread and the queue to it. The thread ends with the vault.
struct Worker {
    jobs: Mutex<mpsc::Sender<Job>>,
    progress: Arc<Progress>,
}

impl Worker {
    fn new(store: impl Store) -> Self {
        let (jobs, queue) = mpsc::channel();
        let progress = Arc::new(Progress::default());
        let done = Arc::clone(&progress);
        let thread = thread::Builder::new().name("keyring".to_owned());
        let spawned = thread.spawn(move || {
            for job in queue {
                run(&store, job);
                done.finished();
            }
        });
        if spawned.is_err() {
            tracing::warn!("the keyring's thread could not be started");
        }
        Self {
            jobs: Mutex::new(jobs),
            progress,
        }
    }

    fn submit(&self, job: Job) -> Result<()> {
        self.progress.unfinished.fetch_add(1, Ordering::AcqRel);
        lock(&self.jobs).send(job).map_err(|_| unusable())
    }

    async fn call<T>(
        &self,
        wait: Wait,
        limits: Limits,
        job: impl FnOnce(Reply<T>) -> Job,
    ) -> Result<T> {
        if wait == Wait::Short && self.progress.stuck() {
            return Err(too_slow());
        }
        let limit = match wait {
            Wait::Short => limits.read,
            Wait::Prompt => limits.prompt,
        };
        let (reply, answer) = oneshot::channel();
        self.submit(job(reply))?;
        match tokio::time::timeout(limit, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(unusable()),
            Err(_) => {
                self.progress.given_up.store(true, Ordering::Release);
                Err(too_slow())
            }
        }
    }
}

/// Runs one call. Reads and writes whose caller has left are skipped; a removal always happens.
fn run(store: &impl Store, job: Job) {
    match job {
        Job::Get { name, reply } => {
            if !reply.is_closed() {
                let _ = reply.send(store.get(&name));
            }
        }
        Job::Set {
            name,
            secret,
            reply,
        } => {
            if !reply.is_closed() {
                let _ = reply.send(store.set(&name, &secret));
            }
        }
        Job::Remove { name, reply } => {
            let _ = reply.send(store.remove(&name));
        }
    }
}

/// The keyring of the operating system.
struct System {
    prefix: String,
}

impl System {
    fn entry(&self, name: &str) -> Result<keyring::v1::Entry> {
        keyring::v1::Entry::new(SERVICE, &format!("{}/{name}", self.prefix)).map_err(|_| unusable())
    }
}

impl Store for System {
    fn get(&self, name: &str) -> Result<Option<Secret>> {
        match self.entry(name)?.get_password() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(keyring::v1::Error::NoEntry) => Ok(None),
            Err(_) => Err(unusable()),
        }
    }

    fn set(&self, name: &str, secret: &str) -> Result<()> {
        self.entry(name)?
            .set_password(secret)
            .map_err(|_| unusable())
    }

    fn remove(&self, name: &str) -> Result<()> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(keyring::v1::Error::NoEntry) => Ok(()),
            Err(_) => Err(unusable()),
        }
    }
}

fn unusable() -> Error {
    Error::passing(
        Code::KeyringUnavailable,
        "The system's keyring cannot be used: it is missing or locked. Unlock it, or stay signed in for \
         this session only.",
    )
}

fn too_slow() -> Error {
    Error::passing(
        Code::KeyringUnavailable,
        "The system's keyring does not answer. If it asks for a password, enter it and try again.",
    )
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
