//! The thread that makes all calls to the keyring, one at a time. A caller waits only as long as its limit, so a prompt that
//! nobody answers holds up nothing else.

use super::backend::{Changes, Disconnect, KeyringBackend, Prompting, Secret};
use super::errors::{too_slow, unusable};
use super::lock;
use bursar_domain::error::Result;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// For reads while the app starts: the window must not wait longer.
const READ_TIMEOUT: Duration = Duration::from_secs(2);
/// For calls during which the system may ask the user to unlock the keyring.
const PROMPT_TIMEOUT: Duration = Duration::from_secs(30);
/// A call that takes longer, perhaps because of a prompt that nobody sees, is ended.
const MAX_CALL_DURATION: Duration = Duration::from_secs(600);

#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) read: Duration,
    pub(super) prompt: Duration,
    /// A call that its caller has given up on is ended from outside after this.
    pub(super) call: Duration,
}

impl Limits {
    pub(super) const USUAL: Self = Self {
        read: READ_TIMEOUT,
        prompt: PROMPT_TIMEOUT,
        call: MAX_CALL_DURATION,
    };
}

/// How long the caller waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Briefly, and not at all behind a call that another caller has given up on.
    Short,
    Prompt,
}

pub(super) type Reply<T> = oneshot::Sender<Result<T>>;

pub(super) enum Job {
    Ready {
        reply: Reply<()>,
    },
    Get {
        name: String,
        prompting: Prompting,
        reply: Reply<Option<Secret>>,
    },
    HasForNextProcess {
        name: String,
        reply: Reply<bool>,
    },
    Set {
        name: String,
        secret: Secret,
        prompting: Prompting,
        reply: Reply<()>,
    },
    Remove {
        name: String,
        prompting: Prompting,
        reply: Reply<()>,
    },
}

/// The state of the thread and its queue.
#[derive(Default)]
struct Progress {
    unfinished: AtomicUsize,
    /// A caller has given up since the last call ended: the keyring hangs or shows a prompt.
    given_up: AtomicBool,
    /// When the current call started.
    started_at: Mutex<Option<Instant>>,
}

impl Progress {
    fn call_started(&self) {
        *lock(&self.started_at) = Some(Instant::now());
    }

    /// The time that the current call has taken so far.
    fn elapsed(&self) -> Duration {
        lock(&self.started_at).map_or(Duration::ZERO, |at| at.elapsed())
    }

    fn is_stuck(&self) -> bool {
        self.given_up.load(Ordering::Acquire) && self.unfinished.load(Ordering::Acquire) > 0
    }

    /// Returns whether a caller has given up on the call.
    fn call_finished(&self) -> bool {
        *lock(&self.started_at) = None;
        let given_up = self.given_up.swap(false, Ordering::AcqRel);
        self.unfinished.fetch_sub(1, Ordering::AcqRel);
        given_up
    }
}

/// The thread that calls the keyring, and the queue to it. The thread ends with the secret backend.
pub(super) struct Worker {
    jobs: Mutex<mpsc::Sender<Job>>,
    progress: Arc<Progress>,
    connection: Option<Arc<dyn Disconnect>>,
}

impl Worker {
    /// Notifies `changes` when a call ends that its caller has given up on, such as one whose prompt the user answered late.
    pub(super) fn new(backend: impl KeyringBackend, changes: Arc<Changes>) -> Self {
        let connection = backend.connection();
        let (jobs, queue) = mpsc::channel();
        let progress = Arc::new(Progress::default());
        let done = Arc::clone(&progress);
        let thread = thread::Builder::new().name("keyring".to_owned());
        let spawned = thread.spawn(move || {
            for job in queue {
                done.call_started();
                run(&backend, job);
                if done.call_finished() {
                    changes.notify(false);
                }
            }
        });
        if spawned.is_err() {
            tracing::warn!("the keyring's thread could not be started");
        }
        Self {
            jobs: Mutex::new(jobs),
            progress,
            connection,
        }
    }

    pub(super) fn submit(&self, job: Job) -> Result<()> {
        self.progress.unfinished.fetch_add(1, Ordering::AcqRel);
        lock(&self.jobs).send(job).map_err(|_| unusable())
    }

    pub(super) async fn call<T>(
        &self,
        wait: Wait,
        limits: Limits,
        job: impl FnOnce(Reply<T>) -> Job,
    ) -> Result<T> {
        if self.progress.is_stuck() {
            if self.progress.elapsed() > limits.call
                && let Some(connection) = self.connection.clone()
            {
                // The hung call fails, and the next caller finds the thread free. Closing may block.
                drop(tokio::task::spawn_blocking(move || connection.disconnect()));
            }
            if wait == Wait::Short {
                return Err(too_slow());
            }
        }
        let limit = match wait {
            Wait::Short => limits.read,
            Wait::Prompt => limits.prompt,
        };
        let (reply, result) = oneshot::channel();
        self.submit(job(reply))?;
        match tokio::time::timeout(limit, result).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(unusable()),
            Err(_) => {
                self.progress.given_up.store(true, Ordering::Release);
                Err(too_slow())
            }
        }
    }
}

/// Runs one call. A read or write is skipped once its caller has given up; a removal always happens.
fn run(backend: &impl KeyringBackend, job: Job) {
    match job {
        Job::Ready { reply } => {
            if !reply.is_closed() {
                let _ = reply.send(backend.ready());
            }
        }
        Job::HasForNextProcess { name, reply } => {
            if !reply.is_closed() {
                let _ = reply.send(backend.has_for_next_process(&name));
            }
        }
        Job::Get {
            name,
            prompting,
            reply,
        } => {
            if !reply.is_closed() {
                let _ = reply.send(match prompting {
                    Prompting::Allowed => backend.get(&name),
                    Prompting::Forbidden => backend.get_without_prompt(&name),
                });
            }
        }
        Job::Set {
            name,
            secret,
            prompting,
            reply,
        } => {
            if !reply.is_closed() {
                let _ = reply.send(match prompting {
                    Prompting::Allowed => backend.set(&name, &secret),
                    Prompting::Forbidden => backend.set_without_prompt(&name, &secret),
                });
            }
        }
        Job::Remove {
            name,
            prompting,
            reply,
        } => {
            let _ = reply.send(match prompting {
                Prompting::Allowed => backend.remove(&name),
                Prompting::Forbidden => backend.remove_without_prompt(&name),
            });
        }
    }
}
