//! The connection to the session bus, and the session with the keyring's service.

use super::SERVICE_NAME;
use super::failure::{NOT_SUPPORTED, is_named};
use crate::keyring::backend::Disconnect;
use crate::keyring::lock;
use ::secret_service::blocking::SecretService;
use ::secret_service::{EncryptionType, Error as Failure};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tokio::sync::Notify;
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::blocking::fdo::DBusProxy;

/// The time limit for one call to the service. A prompt, which waits for the user, is not part of a call.
const METHOD_TIMEOUT: Duration = Duration::from_secs(25);

/// The connection to the session bus, which another thread can close while a call waits on it.
pub(super) struct BusConnection {
    pub(super) bus: Mutex<Option<Connection>>,
    pub(super) is_closed: AtomicBool,
    pub(super) changed: Arc<Notify>,
}

impl BusConnection {
    pub(super) fn open(self: &Arc<Self>) -> Result<Connection, Failure> {
        let bus = Builder::session()?.method_timeout(METHOD_TIMEOUT).build()?;
        *lock(&self.bus) = Some(bus.clone());
        self.is_closed.store(false, Ordering::Release);
        self.watch(&bus);
        Ok(bus)
    }

    /// Notifies when a keyring appears, and closes the connection to one that has gone, because nobody answers a prompt of
    /// a service that has ended.
    fn watch(self: &Arc<Self>, bus: &Connection) {
        let changes = DBusProxy::new(bus)
            .and_then(|proxy| proxy.receive_name_owner_changed_with_args(&[(0, SERVICE_NAME)]));
        let Ok(changes) = changes else {
            tracing::debug!("a new keyring is noticed only at the next call");
            return;
        };
        let connection = Arc::clone(self);
        let thread = thread::Builder::new().name("keyring bus".to_owned());
        let watching = thread.spawn(move || {
            for change in changes {
                let has_gone = change.args().is_ok_and(|args| args.old_owner().is_some());
                if has_gone {
                    connection.disconnect();
                }
                connection.changed.notify_one();
            }
        });
        if watching.is_err() {
            tracing::debug!("a new keyring is noticed only at the next call");
        }
    }
}

impl Disconnect for BusConnection {
    fn disconnect(&self) {
        self.is_closed.store(true, Ordering::Release);
        if let Some(bus) = lock(&self.bus).take()
            && let Err(error) = bus.close()
        {
            tracing::debug!(%error, "the keyring's bus was gone already");
        }
    }
}

/// Opens an encrypted session where the service supports it, or else a plain one: the session bus belongs to the user.
pub(super) fn connect(bus: &Connection) -> Result<SecretService<'static>, Failure> {
    match SecretService::connect_with_existing(EncryptionType::Dh, bus.clone()) {
        Err(failure) if is_named(&failure, NOT_SUPPORTED) => {
            SecretService::connect_with_existing(EncryptionType::Plain, bus.clone())
        }
        opened => opened,
    }
}
