//! Where secrets are kept: the system's keyring, or memory. Every call to the keyring runs on one thread of
//! its own, one at a time, and the caller waits no longer than its limit: a prompt that nobody answers
//! never holds up anything else.

mod entry;
// Tests are run where the Secret Service is; what is used elsewhere is tried out there too.
#[cfg(any(target_os = "macos", target_os = "windows", test))]
mod native;
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
mod secret_service;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

#[cfg(any(target_os = "macos", target_os = "windows"))]
use self::native::System;
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
use self::secret_service::System;
use bursar_domain::error::{Code, Error, Result};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};
use std::{fmt, thread};
use tokio::sync::{Notify, oneshot};
use zeroize::Zeroizing;

/// What the keyring lists Bursar's entries under.
const SERVICE: &str = bursar_domain::APP_ID;
/// The entry that is written and removed to learn whether the keyring can be written. Some keyrings ask the user
/// before they remove something: never without the user having asked for something to be kept.
const PROBE: &str = "probe";
/// For reads while the app starts: the window must not wait longer.
const READ_LIMIT: Duration = Duration::from_secs(2);
/// Where the system may be asking the user to unlock the keyring.
const PROMPT_LIMIT: Duration = Duration::from_secs(30);
/// A call that still waits after this, for a prompt that nobody sees perhaps, is given up for good.
const LONGEST_CALL: Duration = Duration::from_secs(600);

type Secret = Zeroizing<String>;

/// A place for secrets, each under a name.
pub struct SecretStore {
    place: Place,
    limits: Limits,
    /// Rings when the keyring may give another answer than before.
    changed: Arc<Notify>,
}

/// Whether the system may ask the user to unlock the keyring, or to allow something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    User,
    Quietly,
}

enum Place {
    Memory(Mutex<HashMap<String, Secret>>),
    Keyring(Worker),
}

#[derive(Clone, Copy)]
struct Limits {
    read: Duration,
    prompt: Duration,
    /// After this, a call that somebody has given up on is ended from outside.
    call: Duration,
}

impl Limits {
    const USUAL: Self = Self {
        read: READ_LIMIT,
        prompt: PROMPT_LIMIT,
        call: LONGEST_CALL,
    };
}

/// The blocking calls that a keyring offers.
trait Store: Send + 'static {
    fn get(&self, name: &str) -> Result<Option<Secret>>;
    fn set(&self, name: &str, secret: &str) -> Result<()>;
    fn remove(&self, name: &str) -> Result<()>;

    /// The same three without asking the user for anything; locked is an error then.
    fn get_without_prompt(&self, name: &str) -> Result<Option<Secret>> {
        self.get(name)
    }
    fn set_without_prompt(&self, name: &str, secret: &str) -> Result<()> {
        self.set(name, secret)
    }
    fn remove_without_prompt(&self, name: &str) -> Result<()> {
        self.remove(name)
    }

    /// Whether secrets can be kept now, as far as reading tells.
    fn ready(&self) -> Result<()> {
        self.get_without_prompt(PROBE).map(drop)
    }

    /// The way to the keyring, where a call that waits on it can be ended.
    fn line(&self) -> Option<Arc<dyn Line>> {
        None
    }
}

/// A way to a keyring that another thread can cut, which ends the call that waits on it with an error.
trait Line: Send + Sync {
    fn cut(&self);
}

impl SecretStore {
    /// The system's keyring. `scope` keeps homes apart: give each its own, the same at every start.
    pub fn keyring(scope: &str) -> Self {
        Self::keyring_moved(scope, &[])
    }

    /// The same; what an earlier version kept under one of the `former` scopes is found too, and moved when it is read.
    pub fn keyring_moved(scope: &str, former: &[String]) -> Self {
        let scopes = std::iter::once(scope)
            .chain(former.iter().map(String::as_str))
            .map(prefix)
            .collect();
        let changed = Arc::new(Notify::new());
        let system = System::new(scopes, Arc::clone(&changed));
        Self {
            changed,
            ..Self::over(system, Limits::USUAL)
        }
    }

    /// Secrets that end with this process.
    pub fn memory() -> Self {
        Self {
            place: Place::Memory(Mutex::default()),
            limits: Limits::USUAL,
            changed: Arc::default(),
        }
    }

    /// A keyring for tests that gives nothing while it is away.
    #[cfg(any(test, feature = "testing"))]
    pub fn flaky(away: Arc<AtomicBool>) -> Self {
        Self::over(testing::Leaving::new(away, Arc::default()), Limits::USUAL)
    }

    /// The same, whose entries a test can look at.
    #[cfg(any(test, feature = "testing"))]
    pub fn flaky_with(away: Arc<AtomicBool>, entries: Arc<testing::Entries>) -> Self {
        Self::over(testing::Leaving::new(away, entries), Limits::USUAL)
    }

    fn over(store: impl Store, limits: Limits) -> Self {
        Self {
            place: Place::Keyring(Worker::new(store)),
            limits,
            changed: Arc::default(),
        }
    }

    /// Resolves when the keyring may give another answer than before: one has come or gone, or [`SecretStore::notify_changed`] was
    /// called.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Has whoever waits for the keyring ask it again.
    pub fn notify_changed(&self) {
        self.changed.notify_one();
    }

    /// Learns whether secrets can be kept, by writing one and removing it, which may ask the user.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn probe(&self) -> Result<()> {
        self.set(PROBE, Zeroizing::new(PROBE.to_owned())).await?;
        self.remove(PROBE).await
    }

    /// Learns whether secrets can be kept now, as far as reading tells: nothing is written and nobody asked. Waits 2 s
    /// at most.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn ready(&self) -> Result<()> {
        match &self.place {
            Place::Memory(_) => Ok(()),
            Place::Keyring(worker) => {
                worker
                    .call(Wait::Short, self.limits, |reply| Job::Ready { reply })
                    .await
            }
        }
    }

    /// Reads a secret, waiting 2 s at most. `None` where there is none under that name.
    ///
    /// # Errors
    /// `keyring_unavailable`: absent, locked, or slower than that.
    pub async fn get(&self, name: &str) -> Result<Option<Secret>> {
        self.read(name, Wait::Short, Ask::User).await
    }

    /// The same without asking the user to unlock anything.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn get_without_prompt(&self, name: &str) -> Result<Option<Secret>> {
        self.read(name, Wait::Short, Ask::Quietly).await
    }

    /// The same, waiting 30 s at most where the keyring is at something else: a prompt that somebody is answering.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn get_after_prompt(&self, name: &str) -> Result<Option<Secret>> {
        self.read(name, Wait::Prompt, Ask::Quietly).await
    }

    /// Reads a secret, waiting 30 s at most, so that the user can answer the system's prompt.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn get_with_prompt(&self, name: &str) -> Result<Option<Secret>> {
        self.read(name, Wait::Prompt, Ask::User).await
    }

    async fn read(&self, name: &str, wait: Wait, ask: Ask) -> Result<Option<Secret>> {
        match &self.place {
            Place::Memory(secrets) => Ok(lock(secrets).get(name).cloned()),
            Place::Keyring(worker) => {
                let name = name.to_owned();
                worker
                    .call(wait, self.limits, |reply| Job::Get { name, ask, reply })
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
        self.write(name, secret, Wait::Prompt, Ask::User).await
    }

    /// The same without asking the user for anything, waiting 2 s at most.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn set_without_prompt(&self, name: &str, secret: Secret) -> Result<()> {
        self.write(name, secret, Wait::Short, Ask::Quietly).await
    }

    async fn write(&self, name: &str, secret: Secret, wait: Wait, ask: Ask) -> Result<()> {
        match &self.place {
            Place::Memory(secrets) => {
                lock(secrets).insert(name.to_owned(), secret);
                Ok(())
            }
            Place::Keyring(worker) => {
                let name = name.to_owned();
                worker
                    .call(wait, self.limits, |reply| Job::Set {
                        name,
                        secret,
                        ask,
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
        self.take_away(name, Wait::Prompt, Ask::User).await
    }

    /// The same without asking the user for anything, waiting 2 s at most.
    ///
    /// # Errors
    /// `keyring_unavailable`.
    pub async fn remove_without_prompt(&self, name: &str) -> Result<()> {
        self.take_away(name, Wait::Short, Ask::Quietly).await
    }

    async fn take_away(&self, name: &str, wait: Wait, ask: Ask) -> Result<()> {
        match &self.place {
            Place::Memory(secrets) => {
                lock(secrets).remove(name);
                Ok(())
            }
            Place::Keyring(worker) => {
                let name = name.to_owned();
                worker
                    .call(wait, self.limits, |reply| Job::Remove { name, ask, reply })
                    .await
            }
        }
    }

    /// Has a secret removed without waiting for it: after a write that may still arrive.
    pub fn forget(&self, name: &str) {
        match &self.place {
            Place::Memory(secrets) => {
                lock(secrets).remove(name);
            }
            Place::Keyring(worker) => {
                let (reply, _) = oneshot::channel();
                let name = name.to_owned();
                let ask = Ask::Quietly;
                let _ = worker.submit(Job::Remove { name, ask, reply });
            }
        }
    }
}

impl fmt::Debug for SecretStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.place {
            Place::Memory(_) => "SecretStore(memory)",
            Place::Keyring(_) => "SecretStore(keyring)",
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
    Ready {
        reply: Reply<()>,
    },
    Get {
        name: String,
        ask: Ask,
        reply: Reply<Option<Secret>>,
    },
    Set {
        name: String,
        secret: Secret,
        ask: Ask,
        reply: Reply<()>,
    },
    Remove {
        name: String,
        ask: Ask,
        reply: Reply<()>,
    },
}

/// How the thread gets on with its queue.
#[derive(Default)]
struct Progress {
    unfinished: AtomicUsize,
    /// Somebody has given up on a call since one last ended: the keyring hangs or shows a prompt.
    given_up: AtomicBool,
    /// When the call that is being made began.
    begun: Mutex<Option<Instant>>,
}

impl Progress {
    fn begins(&self) {
        *lock(&self.begun) = Some(Instant::now());
    }

    /// How long the call that is being made has taken so far.
    fn taken(&self) -> Duration {
        lock(&self.begun).map_or(Duration::ZERO, |begun| begun.elapsed())
    }

    fn stuck(&self) -> bool {
        self.given_up.load(Ordering::Acquire) && self.unfinished.load(Ordering::Acquire) > 0
    }

    fn finished(&self) {
        *lock(&self.begun) = None;
        self.given_up.store(false, Ordering::Release);
        self.unfinished.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The keyring's own thread and the queue to it. The thread ends with the vault.
struct Worker {
    jobs: Mutex<mpsc::Sender<Job>>,
    progress: Arc<Progress>,
    line: Option<Arc<dyn Line>>,
}

impl Worker {
    fn new(store: impl Store) -> Self {
        let line = store.line();
        let (jobs, queue) = mpsc::channel();
        let progress = Arc::new(Progress::default());
        let done = Arc::clone(&progress);
        let thread = thread::Builder::new().name("keyring".to_owned());
        let spawned = thread.spawn(move || {
            for job in queue {
                done.begins();
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
            line,
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
        if self.progress.stuck() {
            if self.progress.taken() > limits.call
                && let Some(line) = self.line.clone()
            {
                // Ends the call with an error; whoever asks next finds the thread free. Closing may block.
                drop(tokio::task::spawn_blocking(move || line.cut()));
            }
            if wait == Wait::Short {
                return Err(too_slow());
            }
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
        Job::Ready { reply } => {
            if !reply.is_closed() {
                let _ = reply.send(store.ready());
            }
        }
        Job::Get { name, ask, reply } => {
            if !reply.is_closed() {
                let _ = reply.send(match ask {
                    Ask::User => store.get(&name),
                    Ask::Quietly => store.get_without_prompt(&name),
                });
            }
        }
        Job::Set {
            name,
            secret,
            ask,
            reply,
        } => {
            if !reply.is_closed() {
                let _ = reply.send(match ask {
                    Ask::User => store.set(&name, &secret),
                    Ask::Quietly => store.set_without_prompt(&name, &secret),
                });
            }
        }
        Job::Remove { name, ask, reply } => {
            let _ = reply.send(match ask {
                Ask::User => store.remove(&name),
                Ask::Quietly => store.remove_without_prompt(&name),
            });
        }
    }
}

/// A scope as it stands in an entry's name.
fn prefix(scope: &str) -> String {
    let digest = Sha256::digest(scope.as_bytes());
    let start = digest.iter().take(8);
    start.map(|byte| format!("{byte:02x}")).collect()
}

/// What an entry's user is in the keyring: of which home it is, and its name there.
fn user(scope: &str, name: &str) -> String {
    format!("{scope}/{name}")
}

fn unusable() -> Error {
    Error::passing(
        Code::KeyringUnavailable,
        "The system's keyring cannot be used: it is missing or locked. Unlock it, or stay signed in for \
         this session only.",
    )
}

fn locked() -> Error {
    Error::passing(
        Code::KeyringUnavailable,
        "The system's keyring is locked. Unlock it, and Bursar goes on by itself; or stay signed in for this \
         session only.",
    )
}

fn no_room() -> Error {
    Error::passing(
        Code::KeyringUnavailable,
        "The system's keyring has no room for a key as long as this one. Stay signed in for this session only.",
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
pub(crate) mod tests;
