//! Tests the keyring thread with backends that are slow, hang or panic.

use super::backend::Disconnect;
use super::*;
use crate::keyring::testing::Entries;
use bursar_domain::error::Code;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A backend whose calls block. Each message through the gate releases one call. Dropping the sender releases all.
struct Slow {
    gate: Mutex<Receiver<()>>,
    secrets: Arc<Mutex<HashMap<String, Secret>>>,
}

impl Slow {
    fn wait(&self) -> std::sync::MutexGuard<'_, HashMap<String, Secret>> {
        let _ = self.gate.lock().unwrap().recv();
        self.secrets.lock().unwrap()
    }
}

impl KeyringBackend for Slow {
    fn get(&self, name: &str) -> Result<Option<Secret>> {
        Ok(self.wait().get(name).cloned())
    }
    fn set(&self, name: &str, secret: &str) -> Result<()> {
        self.wait()
            .insert(name.to_owned(), Zeroizing::new(secret.to_owned()));
        Ok(())
    }
    fn remove(&self, name: &str) -> Result<()> {
        self.wait().remove(name);
        Ok(())
    }
}

type Secrets = Arc<Mutex<HashMap<String, Secret>>>;

fn slow() -> (Arc<SecretStore>, Sender<()>, Secrets) {
    let (open, gate) = channel();
    let secrets = Secrets::default();
    let store = Slow {
        gate: Mutex::new(gate),
        secrets: Arc::clone(&secrets),
    };
    let limits = Limits {
        read: Duration::from_millis(50),
        prompt: Duration::from_millis(200),
        ..Limits::USUAL
    };
    (
        Arc::new(SecretStore::over(store, limits, Arc::default())),
        open,
        secrets,
    )
}

fn secret(text: &str) -> Secret {
    Zeroizing::new(text.to_owned())
}

#[tokio::test]
async fn a_keyring_that_hangs_costs_its_limit_once() {
    let (secret_store, _open, _) = slow();
    let begun = Instant::now();
    assert_eq!(
        secret_store.get("a").await.unwrap_err().code,
        Code::KeyringUnavailable
    );
    for _ in 0..50 {
        assert_eq!(
            secret_store.get("a").await.unwrap_err().code,
            Code::KeyringUnavailable
        );
    }
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "later reads don't wait behind it"
    );
    assert!(secret_store.probe().await.is_err());
}

#[tokio::test]
async fn once_a_prompt_is_answered_everything_goes_on() {
    let (secret_store, open, _) = slow();
    assert!(secret_store.get("a").await.is_err());
    drop(open);
    secret_store.set("a", secret("1")).await.unwrap();
    assert_eq!(secret_store.get("a").await.unwrap(), Some(secret("1")));
    secret_store.probe().await.unwrap();
    assert_eq!(secret_store.get(PROBE).await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_any_more_is_announced() {
    let (secret_store, open, _) = slow();
    assert!(secret_store.get("a").await.is_err());
    let changed = secret_store.changed();
    drop(open);
    tokio::time::timeout(Duration::from_secs(5), changed)
        .await
        .unwrap();
    // A call whose caller got its answer announces nothing.
    assert_eq!(secret_store.get("a").await.unwrap(), None);
    let again = tokio::time::timeout(Duration::from_millis(100), secret_store.changed());
    assert!(again.await.is_err());
}

#[tokio::test]
async fn a_removal_follows_a_write_that_came_late() {
    let (secret_store, open, secrets) = slow();
    assert!(secret_store.set("a", secret("late")).await.is_err());
    secret_store.remove_in_background("a");
    drop(open);
    secret_store.set("b", secret("1")).await.unwrap();
    assert!(!secrets.lock().unwrap().contains_key("a"));
}

#[tokio::test]
async fn a_write_that_nobody_waits_for_is_left_out() {
    let (secret_store, open, secrets) = slow();
    // The first write blocks the thread. The second waits behind the first and times out.
    assert!(secret_store.set("a", secret("1")).await.is_err());
    assert!(secret_store.set("b", secret("2")).await.is_err());
    drop(open);
    secret_store.set("c", secret("3")).await.unwrap();
    assert!(!secrets.lock().unwrap().contains_key("b"));
}

#[tokio::test]
async fn a_keyring_whose_thread_has_died_is_unavailable() {
    struct Dying;
    impl KeyringBackend for Dying {
        fn get(&self, _: &str) -> Result<Option<Secret>> {
            panic!("as a library might")
        }
        fn set(&self, _: &str, _: &str) -> Result<()> {
            Ok(())
        }
        fn remove(&self, _: &str) -> Result<()> {
            Ok(())
        }
    }
    let secret_store = SecretStore::over(Dying, Limits::USUAL, Arc::default());
    for _ in 0..2 {
        assert_eq!(
            secret_store.get("a").await.unwrap_err().code,
            Code::KeyringUnavailable
        );
    }
}

/// A backend whose reads block until the connection is cut, as they do when the keyring service exits during its
/// prompt.
struct Hanging(Arc<HungConnection>);

#[derive(Default)]
struct HungConnection {
    is_cut: AtomicBool,
    calls: AtomicUsize,
}

impl Disconnect for HungConnection {
    fn disconnect(&self) {
        self.is_cut.store(true, Ordering::Release);
    }
}

impl KeyringBackend for Hanging {
    fn get(&self, _: &str) -> Result<Option<Secret>> {
        self.0.calls.fetch_add(1, Ordering::AcqRel);
        while !self.0.is_cut.load(Ordering::Acquire) {
            thread::yield_now();
        }
        Ok(None)
    }
    fn set(&self, _: &str, _: &str) -> Result<()> {
        Ok(())
    }
    fn remove(&self, _: &str) -> Result<()> {
        Ok(())
    }
    fn connection(&self) -> Option<Arc<dyn Disconnect>> {
        Some(Arc::clone(&self.0) as Arc<dyn Disconnect>)
    }
}

#[tokio::test]
async fn a_call_that_never_ends_is_ended_from_outside() {
    let connection = Arc::new(HungConnection::default());
    let limits = Limits {
        read: Duration::from_millis(20),
        prompt: Duration::from_millis(500),
        call: Duration::from_millis(100),
    };
    let secret_store = SecretStore::over(Hanging(Arc::clone(&connection)), limits, Arc::default());
    assert!(secret_store.get("a").await.is_err());
    assert!(
        secret_store.get("a").await.is_err(),
        "it may still be answered"
    );
    assert!(!connection.is_cut.load(Ordering::Acquire));
    let begun = Instant::now();
    while secret_store.get("a").await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10), "nobody ends it");
        tokio::task::yield_now().await;
    }
    assert!(connection.is_cut.load(Ordering::Acquire));
}

#[tokio::test]
async fn readiness_is_learned_without_a_write() {
    let entries = Arc::new(Entries::default());
    let away = Arc::new(AtomicBool::new(false));
    let secret_store = SecretStore::flaky_with(Arc::clone(&away), Arc::clone(&entries));
    secret_store.ready().await.unwrap();
    away.store(true, Ordering::Release);
    assert_eq!(
        secret_store.ready().await.unwrap_err().code,
        Code::KeyringUnavailable
    );
    assert_eq!(entries.writes.load(Ordering::Acquire), 0);
}
