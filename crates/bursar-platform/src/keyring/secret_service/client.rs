//! The client of the Secret Service for one home. It reopens the bus and the service when they have gone.

use super::bus::{BusConnection, connect};
use super::failure::{is_locked_error, model_error};
use super::items::{Bytes, default_collection, ensure_unlocked, find_secret, remove_all, write};
use crate::keyring::backend::{Changes, Disconnect, Prompting, user};
use crate::keyring::lock;
use ::secret_service::Error as Failure;
use ::secret_service::blocking::SecretService;
use keyring::v1::Error as ModelError;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use zbus::blocking::Connection;

/// A call that fails faster than this failed because the open bus or service has gone. It is made again with a new one.
const STALE_CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);

/// The client of the Secret Service for one home. It keeps its connection between calls.
pub(super) struct Client {
    /// The scope of this home's entries, and then those that earlier versions may have used.
    pub(super) scopes: Vec<String>,
    open: Mutex<OpenConnection>,
    pub(super) connection: Arc<BusConnection>,
}

#[derive(Default)]
struct OpenConnection {
    bus: Option<Connection>,
    service: Option<SecretService<'static>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Client");
        shown.field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

impl Client {
    pub(super) fn new(scopes: Vec<String>, changes: Arc<Changes>) -> Self {
        Self {
            scopes,
            open: Mutex::default(),
            connection: Arc::new(BusConnection {
                bus: Mutex::default(),
                is_closed: AtomicBool::new(false),
                changes,
            }),
        }
    }

    /// Makes a call with the open connection, and once more with a new one if the connection was stale.
    pub(super) fn with<T>(
        &self,
        call: impl Fn(&Connection, &SecretService<'_>) -> Result<T, Failure>,
    ) -> Result<T, ModelError> {
        let begun = Instant::now();
        match self.attempt(&call) {
            Ok(done) => Ok(done),
            // The service answers, but it is locked or has no collection for new items.
            Err(failure) if is_locked_error(&failure) || matches!(failure, Failure::NoResult) => {
                Err(model_error(failure))
            }
            Err(failure) if begun.elapsed() > STALE_CONNECTION_TIMEOUT => {
                self.drop_connection();
                Err(model_error(failure))
            }
            Err(_) => {
                self.drop_connection();
                self.attempt(&call).map_err(|failure| {
                    if !is_locked_error(&failure) {
                        // The bus stays open, because it notifies when a keyring appears.
                        lock(&self.open).service = None;
                    }
                    model_error(failure)
                })
            }
        }
    }

    fn attempt<T>(
        &self,
        call: &impl Fn(&Connection, &SecretService<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.connection.is_closed.load(Ordering::Acquire) {
            self.drop_connection();
        }
        let mut open = lock(&self.open);
        let bus = match &open.bus {
            Some(bus) => bus.clone(),
            None => {
                let bus = self.connection.open()?;
                open.bus = Some(bus.clone());
                bus
            }
        };
        if open.service.is_none() {
            open.service = Some(connect(&bus)?);
        }
        let service = open.service.as_ref().ok_or(Failure::Unavailable)?;
        call(&bus, service)
    }

    fn drop_connection(&self) {
        let mut open = lock(&self.open);
        open.service = None;
        if open.bus.take().is_some() {
            self.connection.disconnect();
        }
    }

    /// A keyring that has appeared may ask the user once; from here on it has.
    fn may_ask(&self, prompting: Prompting) {
        if prompting == Prompting::Allowed {
            self.connection.changes.clear_appeared();
        }
    }

    fn own(&self, name: &str) -> String {
        self.scopes
            .first()
            .map_or_else(String::new, |scope| user(scope, name))
    }

    /// The names that earlier versions may have used for the entry.
    fn former(&self, name: &str) -> Vec<String> {
        let former = self.scopes.iter().skip(1);
        former.map(|scope| user(scope, name)).collect()
    }

    pub(super) fn read(
        &self,
        name: &str,
        prompting: Prompting,
    ) -> Result<Option<Bytes>, ModelError> {
        let own = self.own(name);
        let former = self.former(name);
        self.with(|bus, service| {
            self.may_ask(prompting);
            if let Some(secret) = find_secret(bus, service, &own, &former, prompting)? {
                return Ok(Some(secret));
            }
            if prompting == Prompting::Allowed && service.get_default_collection()?.is_locked()? {
                // A locked collection may hide its items.
                default_collection(bus, service, prompting)?;
                if let Some(secret) = find_secret(bus, service, &own, &former, prompting)? {
                    return Ok(Some(secret));
                }
            }
            ensure_unlocked(bus, service)?;
            Ok(None)
        })
    }

    pub(super) fn store(
        &self,
        name: &str,
        secret: &[u8],
        prompting: Prompting,
    ) -> Result<(), ModelError> {
        let own = self.own(name);
        let former = self.former(name);
        self.with(|bus, service| {
            self.may_ask(prompting);
            write(bus, service, &own, secret, prompting)?;
            for other in &former {
                // A former item that stays does no harm, because the current one is read first.
                if let Err(failure) = remove_all(bus, service, other, Prompting::Forbidden) {
                    tracing::debug!(%failure, "the item stays under its former name too");
                }
            }
            Ok(())
        })
    }

    /// Removes the entry. Returns whether there was one.
    pub(super) fn remove(&self, name: &str, prompting: Prompting) -> Result<bool, ModelError> {
        let own = self.own(name);
        let former = self.former(name);
        self.with(|bus, service| {
            let mut found = remove_all(bus, service, &own, prompting)?;
            for other in &former {
                found |= remove_all(bus, service, other, prompting)?;
            }
            if !found {
                // A locked keyring may hide the entry.
                ensure_unlocked(bus, service)?;
            }
            Ok(found)
        })
    }
}
