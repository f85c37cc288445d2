//! The keyring of a Linux desktop: the Secret Service on the session bus, as a credential store of the `keyring` crate's
//! model. The crate's own store for it opens the bus once a process, and tells neither a lock from an empty keyring nor
//! the newer of two items. What can go wrong there is dealt with in this one place: the bus is opened again when it has
//! gone, the service when it is another one than before, a search that finds nothing says so only where nothing is
//! locked, and of two identical items the newest counts.

use super::{Ask, Line, SERVICE, Secret, Store, entry, lock, user};
use ::secret_service::blocking::{Collection, Item, SecretService};
use ::secret_service::{EncryptionType, Error as Failure};
use bursar_domain::error::Result;
use keyring::v1::{Entry, Error as ModelError};
use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::attributes::parse_attributes;
use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::blocking::fdo::DBusProxy;
use zbus::zvariant::{ObjectPath, OwnedObjectPath};
use zeroize::Zeroizing;

const NAME: &str = "org.freedesktop.secrets";
const ITEM: &str = "org.freedesktop.Secret.Item";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";
/// How long the service may take for one call. A prompt, which waits for the user, is no call in this sense.
const METHOD_TIMEOUT: Duration = Duration::from_secs(25);
/// A call that failed faster than this failed because of what we held (a bus or a service that has gone), and is made
/// again with a fresh one.
const STALE_WITHIN: Duration = Duration::from_secs(2);
/// What a service answers to an encryption that it does not have.
const NOT_SUPPORTED: &str = "org.freedesktop.DBus.Error.NotSupported";

/// The modifier of an entry that asks the user for nothing: "true" or "false".
const QUIET: &str = "quiet";

/// The credential store of one home. The user of an entry is its name in the home.
#[derive(Clone, Debug)]
pub(super) struct System(Arc<Keyring>);

/// One entry of it, whether there is one in the keyring or not.
#[derive(Clone, Debug)]
struct Credential {
    keyring: Arc<Keyring>,
    name: String,
    ask: Ask,
}

/// What is held of the keyring between calls.
struct Keyring {
    /// Under what this home's entries are kept; then under what earlier versions may have kept them.
    scopes: Vec<String>,
    held: Mutex<Held>,
    line: Arc<BusLine>,
}

#[derive(Default)]
struct Held {
    bus: Option<Connection>,
    service: Option<SecretService<'static>>,
}

type Bytes = Zeroizing<Vec<u8>>;

/// What was found under a name.
enum Found<'a> {
    /// The newest one.
    Item(Item<'a>),
    /// There is one, in a keyring that is locked.
    Locked,
    Nothing,
}

impl System {
    pub(super) fn new(scopes: Vec<String>, changed: Arc<Notify>) -> Self {
        Self(Arc::new(Keyring {
            scopes,
            held: Mutex::default(),
            line: Arc::new(BusLine {
                bus: Mutex::default(),
                is_cut: AtomicBool::new(false),
                changed,
            }),
        }))
    }

    fn entry(&self, name: &str, ask: Ask) -> Result<Entry> {
        let quiet = HashMap::from([(QUIET, "true")]);
        let modifiers = (ask == Ask::Quietly).then_some(&quiet);
        match self.build(SERVICE, name, modifiers) {
            Ok(inner) => Ok(Entry { inner }),
            Err(error) => Err(entry::meaning(&error)),
        }
    }
}

impl CredentialStoreApi for System {
    fn vendor(&self) -> String {
        "Secret Service, https://specifications.freedesktop.org/secret-service".to_owned()
    }

    fn id(&self) -> String {
        self.0.scopes.first().cloned().unwrap_or_default()
    }

    fn build(
        &self,
        service: &str,
        user: &str,
        modifiers: Option<&HashMap<&str, &str>>,
    ) -> Result<keyring_core::Entry, ModelError> {
        if service != SERVICE {
            let why = format!("is not {SERVICE}");
            return Err(ModelError::Invalid("service".to_owned(), why));
        }
        let modifiers = parse_attributes(&["*quiet"], modifiers)?;
        let is_quiet = modifiers.get(QUIET).is_some_and(|value| value == "true");
        let credential = Credential {
            keyring: Arc::clone(&self.0),
            name: user.to_owned(),
            ask: if is_quiet { Ask::Quietly } else { Ask::User },
        };
        Ok(keyring_core::Entry::new_with_credential(Arc::new(
            credential,
        )))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn debug_fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl CredentialApi for Credential {
    fn set_secret(&self, secret: &[u8]) -> Result<(), ModelError> {
        self.keyring.keep(&self.name, secret, self.ask)
    }

    fn get_secret(&self) -> Result<Vec<u8>, ModelError> {
        let found = self.keyring.read(&self.name, self.ask)?;
        let mut secret = found.ok_or(ModelError::NoEntry)?;
        Ok(std::mem::take(&mut *secret))
    }

    fn delete_credential(&self) -> Result<(), ModelError> {
        if self.keyring.take_away(&self.name, self.ask)? {
            Ok(())
        } else {
            Err(ModelError::NoEntry)
        }
    }

    /// An entry stands for whatever is the newest item of its name, so that it is its own wrapper.
    fn get_credential(&self) -> Result<Option<Arc<keyring_core::Credential>>, ModelError> {
        self.get_secret().map(|secret| {
            drop(Zeroizing::new(secret));
            None
        })
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        Some((SERVICE.to_owned(), self.name.clone()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn debug_fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Keyring");
        shown.field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

impl Keyring {
    /// Makes a call with what is held, and once more with a fresh bus and service where those were stale.
    fn with<T>(
        &self,
        call: impl Fn(&Connection, &SecretService<'_>) -> Result<T, Failure>,
    ) -> Result<T, ModelError> {
        let begun = Instant::now();
        match self.attempt(&call) {
            Ok(done) => Ok(done),
            // It answers: it is locked, or has no place for anything.
            Err(failure) if is_lock(&failure) || matches!(failure, Failure::NoResult) => {
                Err(in_the_model(failure))
            }
            Err(failure) if begun.elapsed() > STALE_WITHIN => {
                self.let_go();
                Err(in_the_model(failure))
            }
            Err(_) => {
                self.let_go();
                self.attempt(&call).map_err(|failure| {
                    if !is_lock(&failure) {
                        // The bus stays: it tells when there is a keyring.
                        lock(&self.held).service = None;
                    }
                    in_the_model(failure)
                })
            }
        }
    }

    fn attempt<T>(
        &self,
        call: &impl Fn(&Connection, &SecretService<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.line.is_cut.load(Ordering::Acquire) {
            self.let_go();
        }
        let mut held = lock(&self.held);
        let bus = match &held.bus {
            Some(bus) => bus.clone(),
            None => {
                let bus = self.line.open()?;
                held.bus = Some(bus.clone());
                bus
            }
        };
        if held.service.is_none() {
            held.service = Some(connect(&bus)?);
        }
        let service = held.service.as_ref().ok_or(Failure::Unavailable)?;
        call(&bus, service)
    }

    fn let_go(&self) {
        let mut held = lock(&self.held);
        held.service = None;
        if held.bus.take().is_some() {
            self.line.cut();
        }
    }

    fn own(&self, name: &str) -> String {
        self.scopes
            .first()
            .map_or_else(String::new, |scope| user(scope, name))
    }

    /// The names under which earlier versions may have kept it.
    fn former(&self, name: &str) -> Vec<String> {
        let former = self.scopes.iter().skip(1);
        former.map(|scope| user(scope, name)).collect()
    }

    fn read(&self, name: &str, ask: Ask) -> Result<Option<Bytes>, ModelError> {
        let own = self.own(name);
        let former = self.former(name);
        self.with(|bus, service| {
            if let Some(secret) = look_up(bus, service, &own, &former, ask)? {
                return Ok(Some(secret));
            }
            if ask == Ask::User {
                let collection = service.get_default_collection()?;
                if collection.is_locked()? {
                    // It may be hiding what is in it.
                    collection.unlock()?;
                    if let Some(secret) = look_up(bus, service, &own, &former, ask)? {
                        return Ok(Some(secret));
                    }
                }
            }
            nothing_is_locked(service)?;
            Ok(None)
        })
    }

    fn keep(&self, name: &str, secret: &[u8], ask: Ask) -> Result<(), ModelError> {
        let own = self.own(name);
        let former = self.former(name);
        self.with(|bus, service| {
            write(bus, service, &own, secret, ask)?;
            for other in &former {
                // It is found under its own name first.
                if let Err(failure) = remove_all(bus, service, other, Ask::Quietly) {
                    tracing::debug!(%failure, "the item stays under its former name too");
                }
            }
            Ok(())
        })
    }

    /// Whether there was anything.
    fn take_away(&self, name: &str, ask: Ask) -> Result<bool, ModelError> {
        let own = self.own(name);
        let former = self.former(name);
        self.with(|bus, service| {
            let mut found = remove_all(bus, service, &own, ask)?;
            for other in &former {
                found |= remove_all(bus, service, other, ask)?;
            }
            if !found {
                // What a locked keyring does not show may still be in it.
                nothing_is_locked(service)?;
            }
            Ok(found)
        })
    }
}

impl Store for System {
    fn get(&self, name: &str) -> Result<Option<Secret>> {
        entry::read(&self.entry(name, Ask::User)?)
    }

    fn set(&self, name: &str, secret: &str) -> Result<()> {
        entry::write(&self.entry(name, Ask::User)?, secret)
    }

    fn remove(&self, name: &str) -> Result<()> {
        entry::remove(&self.entry(name, Ask::User)?)
    }

    fn get_without_prompt(&self, name: &str) -> Result<Option<Secret>> {
        entry::read(&self.entry(name, Ask::Quietly)?)
    }

    fn set_without_prompt(&self, name: &str, secret: &str) -> Result<()> {
        entry::write(&self.entry(name, Ask::Quietly)?, secret)
    }

    fn remove_without_prompt(&self, name: &str) -> Result<()> {
        entry::remove(&self.entry(name, Ask::Quietly)?)
    }

    fn ready(&self) -> Result<()> {
        let ready = self
            .0
            .with(|_, service| default_collection(service, Ask::Quietly).map(drop));
        ready.map_err(|error| entry::meaning(&error))
    }

    fn line(&self) -> Option<Arc<dyn Line>> {
        Some(Arc::clone(&self.0.line) as Arc<dyn Line>)
    }
}

/// The way to the service, which can be cut from another thread while a call waits on it.
struct BusLine {
    bus: Mutex<Option<Connection>>,
    is_cut: AtomicBool,
    changed: Arc<Notify>,
}

impl BusLine {
    fn open(self: &Arc<Self>) -> Result<Connection, Failure> {
        let bus = Builder::session()?.method_timeout(METHOD_TIMEOUT).build()?;
        *lock(&self.bus) = Some(bus.clone());
        self.is_cut.store(false, Ordering::Release);
        self.watch(&bus);
        Ok(bus)
    }

    /// Tells when a keyring comes, and ends what waits for one that has gone: a prompt of a service that was ended is
    /// never answered.
    fn watch(self: &Arc<Self>, bus: &Connection) {
        let changes = DBusProxy::new(bus)
            .and_then(|proxy| proxy.receive_name_owner_changed_with_args(&[(0, NAME)]));
        let Ok(changes) = changes else {
            tracing::debug!("a keyring that comes is noticed when it is asked next");
            return;
        };
        let line = Arc::clone(self);
        let thread = thread::Builder::new().name("keyring bus".to_owned());
        let watching = thread.spawn(move || {
            for change in changes {
                let has_gone = change.args().is_ok_and(|args| args.old_owner().is_some());
                if has_gone {
                    line.cut();
                }
                line.changed.notify_one();
            }
        });
        if watching.is_err() {
            tracing::debug!("a keyring that comes is noticed when it is asked next");
        }
    }
}

impl Line for BusLine {
    fn cut(&self) {
        self.is_cut.store(true, Ordering::Release);
        if let Some(bus) = lock(&self.bus).take()
            && let Err(error) = bus.close()
        {
            tracing::debug!(%error, "the keyring's bus was gone already");
        }
    }
}

/// Encrypted where the service can, else plain: the session bus is the user's own.
fn connect(bus: &Connection) -> Result<SecretService<'static>, Failure> {
    match SecretService::connect_with_existing(EncryptionType::Dh, bus.clone()) {
        Err(failure) if is_named(&failure, NOT_SUPPORTED) => {
            SecretService::connect_with_existing(EncryptionType::Plain, bus.clone())
        }
        opened => opened,
    }
}

fn attributes(user: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", user)])
}

/// The newest item of that name. Others, which a keyring may have come to by an import or by a second default, would
/// be a choice again and again: they are removed, where that asks nobody.
fn newest<'a>(
    bus: &Connection,
    service: &'a SecretService<'_>,
    user: &str,
    ask: Ask,
) -> Result<Found<'a>, Failure> {
    let found = service.search_items(attributes(user))?;
    let mut items = found.unlocked;
    if items.is_empty() {
        if found.locked.is_empty() {
            return Ok(Found::Nothing);
        }
        if ask == Ask::Quietly {
            return Ok(Found::Locked);
        }
        let all: Vec<&Item<'_>> = found.locked.iter().collect();
        service.unlock_all(&all)?;
        items = found.locked;
    }
    items.sort_by_cached_key(age);
    let Some(newest) = items.pop() else {
        return Ok(Found::Nothing);
    };
    for other in items {
        if let Err(failure) = remove_item(bus, &other, Ask::Quietly) {
            tracing::debug!(%failure, "an older item of the same name stays in the keyring");
        }
    }
    Ok(Found::Item(newest))
}

/// When it was changed and made, in seconds; the number in its path where both are the same.
fn age(item: &Item<'_>) -> (u64, u64, u64, String) {
    let path = item.item_path.as_str();
    let number = path
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default();
    (
        item.get_modified().unwrap_or_default(),
        item.get_created().unwrap_or_default(),
        number,
        path.to_owned(),
    )
}

/// The secret under its own name, else under a former one, from where it is moved.
fn look_up(
    bus: &Connection,
    service: &SecretService<'_>,
    own: &str,
    former: &[String],
    ask: Ask,
) -> Result<Option<Bytes>, Failure> {
    match newest(bus, service, own, ask)? {
        Found::Item(item) => return secret_of(&item).map(Some),
        Found::Locked => return Err(Failure::Locked),
        Found::Nothing => {}
    }
    for other in former {
        let item = match newest(bus, service, other, ask)? {
            Found::Item(item) => item,
            Found::Locked => return Err(Failure::Locked),
            Found::Nothing => continue,
        };
        let secret = secret_of(&item)?;
        // First there under its new name, then gone under the old one: a kill in between loses nothing.
        write(bus, service, own, &secret, ask)?;
        if let Err(failure) = remove_all(bus, service, other, Ask::Quietly) {
            tracing::debug!(%failure, "the item stays under its former name too");
        }
        return Ok(Some(secret));
    }
    Ok(None)
}

fn secret_of(item: &Item<'_>) -> Result<Bytes, Failure> {
    item.get_secret().map(Zeroizing::new)
}

fn write(
    bus: &Connection,
    service: &SecretService<'_>,
    user: &str,
    secret: &[u8],
    ask: Ask,
) -> Result<(), Failure> {
    const KIND: &str = "application/octet-stream";
    let kept = match newest(bus, service, user, ask)? {
        Found::Item(item) => {
            item.set_secret(secret, KIND)?;
            secret_of(&item)?
        }
        Found::Locked => return Err(Failure::Locked),
        Found::Nothing => {
            let collection = default_collection(service, ask)?;
            let label = format!("keyring:{user}@{SERVICE}");
            let item = collection.create_item(&label, attributes(user), secret, true, KIND)?;
            secret_of(&item)?
        }
    };
    if kept.as_slice() == secret {
        Ok(())
    } else {
        // A keyring that takes a secret and does not keep it is none.
        Err(Failure::NoResult)
    }
}

/// The collection that new items go to, unlocked.
fn default_collection<'a>(
    service: &'a SecretService<'_>,
    ask: Ask,
) -> Result<Collection<'a>, Failure> {
    let collection = service.get_default_collection()?;
    if collection.is_locked()? {
        if ask == Ask::Quietly {
            return Err(Failure::Locked);
        }
        collection.unlock()?;
    }
    Ok(collection)
}

/// That nothing was found means that there is nothing only where new items could go somewhere and nothing is locked:
/// a locked keyring may answer a search as if it were empty.
fn nothing_is_locked(service: &SecretService<'_>) -> Result<(), Failure> {
    default_collection(service, Ask::Quietly)?;
    for collection in service.get_all_collections()? {
        if collection.is_locked()? {
            return Err(Failure::Locked);
        }
    }
    Ok(())
}

/// Removes whatever has that name; whether there was anything.
fn remove_all(
    bus: &Connection,
    service: &SecretService<'_>,
    user: &str,
    ask: Ask,
) -> Result<bool, Failure> {
    let found = service.search_items(attributes(user))?;
    if !found.locked.is_empty() {
        if ask == Ask::Quietly {
            return Err(Failure::Locked);
        }
        let all: Vec<&Item<'_>> = found.locked.iter().collect();
        service.unlock_all(&all)?;
    }
    let mut any = false;
    for item in found.unlocked.iter().chain(&found.locked) {
        remove_item(bus, item, ask)?;
        any = true;
    }
    Ok(any)
}

/// Some keyrings ask the user before they remove something; quietly, the question is withdrawn.
fn remove_item(bus: &Connection, item: &Item<'_>, ask: Ask) -> Result<(), Failure> {
    if ask == Ask::User {
        return item.delete();
    }
    let path: &ObjectPath<'_> = &item.item_path;
    let answer = bus.call_method(Some(NAME), path, Some(ITEM), "Delete", &())?;
    let prompt: OwnedObjectPath = answer.body().deserialize()?;
    if prompt.as_str() == "/" {
        return Ok(());
    }
    bus.call_method(Some(NAME), &*prompt, Some(PROMPT), "Dismiss", &())?;
    Err(Failure::Prompt)
}

/// A failure as the model tells it; a lock alone is that storage is not accessible.
fn in_the_model(failure: Failure) -> ModelError {
    if is_lock(&failure) {
        ModelError::NoStorageAccess(Box::new(failure))
    } else {
        ModelError::PlatformFailure(Box::new(failure))
    }
}

/// Whether unlocking it would help.
fn is_lock(failure: &Failure) -> bool {
    const IS_LOCKED: &str = "org.freedesktop.Secret.Error.IsLocked";
    matches!(failure, Failure::Locked | Failure::Prompt) || is_named(failure, IS_LOCKED)
}

fn is_named(failure: &Failure, name: &str) -> bool {
    if let Failure::Zbus(zbus::Error::MethodError(named, _, _)) = failure {
        return named.as_str() == name;
    }
    if let Failure::ZbusFdo(zbus::fdo::Error::NotSupported(_)) = failure {
        return name == NOT_SUPPORTED;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> System {
        System::new(vec!["one".to_owned()], Arc::default())
    }

    fn ask_of(entry: &keyring_core::Entry) -> Ask {
        entry.as_any().downcast_ref::<Credential>().unwrap().ask
    }

    #[test]
    fn an_entry_asks_the_user_unless_it_is_quiet() {
        let store = store();
        for (modifiers, ask) in [
            (HashMap::new(), Ask::User),
            (HashMap::from([(QUIET, "false")]), Ask::User),
            (HashMap::from([(QUIET, "true")]), Ask::Quietly),
        ] {
            let entry = store.build(SERVICE, "a", Some(&modifiers)).unwrap();
            assert_eq!(ask_of(&entry), ask);
            let specifiers = (SERVICE.to_owned(), "a".to_owned());
            assert_eq!(entry.get_specifiers(), Some(specifiers));
        }
        assert_eq!(ask_of(&store.build(SERVICE, "a", None).unwrap()), Ask::User);
        assert_eq!(
            ask_of(&store.entry("a", Ask::Quietly).unwrap().inner),
            Ask::Quietly
        );
    }

    #[test]
    fn the_store_keeps_nothing_of_another_service_and_guesses_no_modifier() {
        let store = store();
        assert!(matches!(
            store.build("another", "a", None),
            Err(ModelError::Invalid(what, _)) if what == "service"
        ));
        for modifiers in [("target", "default"), (QUIET, "yes")] {
            let modifiers = HashMap::from([modifiers]);
            assert!(matches!(
                store.build(SERVICE, "a", Some(&modifiers)),
                Err(ModelError::Invalid(..))
            ));
        }
    }

    #[test]
    fn a_lock_is_told_from_every_other_failure() {
        for failure in [Failure::Locked, Failure::Prompt] {
            let told = in_the_model(failure);
            assert!(matches!(told, ModelError::NoStorageAccess(_)));
        }
        for failure in [
            Failure::NoResult,
            Failure::Unavailable,
            Failure::PromptDisconnected,
        ] {
            let told = in_the_model(failure);
            assert!(matches!(told, ModelError::PlatformFailure(_)));
        }
    }
}
