//! A keyring for tests that a switch makes unavailable, for this crate and those above.

use super::backend::{KeyringBackend, Secret};
use super::errors::unusable;
use super::lock;
use bursar_domain::error::Result;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use zeroize::Zeroizing;

/// The entries of a flaky keyring, and the number of writes.
#[derive(Debug, Default)]
pub struct Entries {
    pub secrets: Mutex<HashMap<String, Secret>>,
    pub writes: AtomicUsize,
}

pub(super) struct FlakyKeyring {
    away: Arc<AtomicBool>,
    entries: Arc<Entries>,
}

impl FlakyKeyring {
    pub(super) fn new(away: Arc<AtomicBool>, entries: Arc<Entries>) -> Self {
        Self { away, entries }
    }

    fn secrets(&self) -> Result<MutexGuard<'_, HashMap<String, Secret>>> {
        if self.away.load(Ordering::Acquire) {
            return Err(unusable());
        }
        Ok(lock(&self.entries.secrets))
    }
}

impl KeyringBackend for FlakyKeyring {
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
