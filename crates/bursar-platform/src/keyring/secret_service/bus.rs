//! The connection to the session bus, and the session with the keyring's service.

use super::SERVICE_NAME;
use super::failure::is_refusal;
use crate::keyring::backend::{Changes, Disconnect};
use crate::keyring::lock;
use ::secret_service::blocking::SecretService;
use ::secret_service::{EncryptionType, Error as Failure};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use zbus::MatchRule;
use zbus::blocking::connection::Builder;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;

/// The time limit for one call to the service. A prompt, which waits for the user, is not part of a call.
const METHOD_TIMEOUT: Duration = Duration::from_secs(25);

/// The connection to the session bus, which another thread can close while a call waits on it.
pub(super) struct BusConnection {
    pub(super) bus: Mutex<Option<Connection>>,
    pub(super) is_closed: AtomicBool,
    pub(super) changes: Arc<Changes>,
}

impl BusConnection {
    pub(super) fn open(self: &Arc<Self>) -> Result<Connection, Failure> {
        let bus = Builder::session()?.method_timeout(METHOD_TIMEOUT).build()?;
        *lock(&self.bus) = Some(bus.clone());
        self.is_closed.store(false, Ordering::Release);
        self.watch(&bus);
        Ok(bus)
    }

    /// Notifies when a keyring appears or unlocks, and closes the connection to one that has gone, because nobody answers a
    /// prompt of a service that has ended.
    fn watch(self: &Arc<Self>, bus: &Connection) {
        let owners = DBusProxy::new(bus)
            .and_then(|proxy| proxy.receive_name_owner_changed_with_args(&[(0, SERVICE_NAME)]));
        let connection = Arc::clone(self);
        let watches_owners = owners.is_ok_and(|owners| {
            let watch = move || {
                for change in owners {
                    let (has_gone, has_come) = change.args().map_or((false, false), |args| {
                        (args.old_owner().is_some(), args.new_owner().is_some())
                    });
                    if has_gone {
                        connection.disconnect();
                    }
                    connection.changes.notify(has_come);
                }
            };
            spawn(watch)
        });
        let connection = Arc::clone(self);
        let watches_collections = collection_changes(bus).is_ok_and(|signals| {
            let watch = move || {
                for _ in signals {
                    connection.changes.notify(false);
                }
            };
            spawn(watch)
        });
        if !watches_owners || !watches_collections {
            tracing::debug!("a change of the keyring is noticed only at the next call");
        }
    }
}

/// The service sends this signal when one of its collections is locked, unlocked or written to.
fn collection_changes(bus: &Connection) -> zbus::Result<MessageIterator> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender(SERVICE_NAME)?
        .interface("org.freedesktop.Secret.Service")?
        .member("CollectionChanged")?
        .build();
    MessageIterator::for_match_rule(rule, bus, None)
}

/// Returns whether the thread could be started. It ends with the connection that it watches.
fn spawn(watch: impl FnOnce() + Send + 'static) -> bool {
    let thread = thread::Builder::new().name("keyring bus".to_owned());
    thread.spawn(watch).is_ok()
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

/// Opens an encrypted session where the service supports it, or else a plain one: the session bus belongs to the user. KWallet
/// refuses an encrypted session with another error than the standard's if its plugin for encryption is not installed.
pub(super) fn connect(bus: &Connection) -> Result<SecretService<'static>, Failure> {
    match SecretService::connect_with_existing(EncryptionType::Dh, bus.clone()) {
        Err(failure) if is_refusal(&failure) => {
            SecretService::connect_with_existing(EncryptionType::Plain, bus.clone())
        }
        opened => opened,
    }
}
