//! A keyring for tests that may leave, here and in the crates above.

use super::*;

/// The entries of a keyring that may leave, and how often it was written to.
#[derive(Debug, Default)]
pub struct Entries {
    pub secrets: Mutex<HashMap<String, Secret>>,
    pub writes: AtomicUsize,
}

pub(super) struct Leaving {
    away: Arc<AtomicBool>,
    entries: Arc<Entries>,
}

impl Leaving {
    pub(super) fn new(away: Arc<AtomicBool>, entries: Arc<Entries>) -> Self {
        Self { away, entries }
    }

    fn secrets(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, Secret>>> {
        if self.away.load(Ordering::Acquire) {
            return Err(unusable());
        }
        Ok(lock(&self.entries.secrets))
    }
}

impl Store for Leaving {
    fn get(&self, name: &str) -> Result<Option<Secret>> {
        Ok(self.secrets()?.get(name).cloned())
    }
    fn set(&self, name: &str, secret: &str) -> Result<()> {
        let mut secrets = self.secrets()?;
        self.entries.writes.fetch_add(1, Ordering::AcqRel);
        secrets.insert(name.to_owned(), Zeroizing::new(secret.to_owned()));
        Ok(())
    }
    fn remove(&self, name: &str) -> Result<()> {
        self.secrets()?.remove(name);
        Ok(())
    }
}
