//! The keyring of a Linux desktop: the Secret Service on the session bus, as a credential store for the `keyring` crate. The
//! crate's own store opens the bus only once, and cannot tell a locked keyring from an empty one or the newer of two items.
//! This store reopens the bus and the service when they have gone, reports a search as empty only if nothing is locked, and
//! takes the newest of several items of one name.

mod bus;
mod client;
mod failure;
mod items;
mod prompt;

use super::backend::{Changes, Disconnect, KeyringBackend, Prompting, SERVICE, Secret};
use super::entry;
use bursar_domain::error::Result;
use client::Client;
use items::default_collection;
use keyring::v1::{Entry, Error as ModelError};
use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::attributes::parse_attributes;
use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The service's name on the bus.
const SERVICE_NAME: &str = "org.freedesktop.secrets";

/// The modifier of an entry that never prompts the user: "true" or "false".
const QUIET: &str = "quiet";

/// The credential store of one home. An entry's user name is its name in the home.
#[derive(Clone, Debug)]
pub(super) struct SystemKeyring(Arc<Client>);

/// One entry, whether the keyring has it or not.
#[derive(Clone, Debug)]
struct Credential {
    keyring: Arc<Client>,
    name: String,
    prompting: Prompting,
}

impl SystemKeyring {
    pub(super) fn new(scopes: Vec<String>, changes: Arc<Changes>) -> Self {
        Self(Arc::new(Client::new(scopes, changes)))
    }

    fn entry(&self, name: &str, prompting: Prompting) -> Result<Entry> {
        let quiet = HashMap::from([(QUIET, "true")]);
        let modifiers = (prompting == Prompting::Forbidden).then_some(&quiet);
        match self.build(SERVICE, name, modifiers) {
            Ok(inner) => Ok(Entry { inner }),
            Err(error) => Err(entry::error_of(&error)),
        }
    }
}

impl CredentialStoreApi for SystemKeyring {
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
            prompting: if is_quiet {
                Prompting::Forbidden
            } else {
                Prompting::Allowed
            },
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
        self.keyring.store(&self.name, secret, self.prompting)
    }

    fn get_secret(&self) -> Result<Vec<u8>, ModelError> {
        let found = self.keyring.read(&self.name, self.prompting)?;
        let mut secret = found.ok_or(ModelError::NoEntry)?;
        Ok(std::mem::take(&mut *secret))
    }

    fn delete_credential(&self) -> Result<(), ModelError> {
        if self.keyring.remove(&self.name, self.prompting)? {
            Ok(())
        } else {
            Err(ModelError::NoEntry)
        }
    }

    /// An entry always means the newest item of its name, so it is its own wrapper.
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

impl KeyringBackend for SystemKeyring {
    fn get(&self, name: &str) -> Result<Option<Secret>> {
        entry::read(&self.entry(name, Prompting::Allowed)?)
    }

    fn set(&self, name: &str, secret: &str) -> Result<()> {
        entry::write(&self.entry(name, Prompting::Allowed)?, secret)
    }

    fn remove(&self, name: &str) -> Result<()> {
        entry::remove(&self.entry(name, Prompting::Allowed)?)
    }

    fn get_without_prompt(&self, name: &str) -> Result<Option<Secret>> {
        entry::read(&self.entry(name, Prompting::Forbidden)?)
    }

    fn set_without_prompt(&self, name: &str, secret: &str) -> Result<()> {
        entry::write(&self.entry(name, Prompting::Forbidden)?, secret)
    }

    fn remove_without_prompt(&self, name: &str) -> Result<()> {
        entry::remove(&self.entry(name, Prompting::Forbidden)?)
    }

    /// To the keyring, another connection to the bus is another program.
    fn has_for_next_process(&self, name: &str) -> Result<bool> {
        let other = Client::new(self.0.scopes.clone(), Arc::default());
        let found = other.read(name, Prompting::Forbidden);
        other.connection.disconnect();
        let found = found.map_err(|error| entry::error_of(&error))?;
        Ok(found.is_some())
    }

    fn ready(&self) -> Result<()> {
        let ready = self
            .0
            .with(|bus, service| default_collection(bus, service, Prompting::Forbidden).map(drop));
        ready.map_err(|error| entry::error_of(&error))
    }

    fn connection(&self) -> Option<Arc<dyn Disconnect>> {
        Some(Arc::clone(&self.0.connection) as Arc<dyn Disconnect>)
    }
}

#[cfg(test)]
mod tests {
    use super::failure::model_error;
    use super::*;
    use ::secret_service::Error as Failure;

    fn store() -> SystemKeyring {
        SystemKeyring::new(vec!["one".to_owned()], Arc::default())
    }

    fn prompting_of(entry: &keyring_core::Entry) -> Prompting {
        entry
            .as_any()
            .downcast_ref::<Credential>()
            .unwrap()
            .prompting
    }

    #[test]
    fn an_entry_asks_the_user_unless_it_is_quiet() {
        let store = store();
        for (modifiers, prompting) in [
            (HashMap::new(), Prompting::Allowed),
            (HashMap::from([(QUIET, "false")]), Prompting::Allowed),
            (HashMap::from([(QUIET, "true")]), Prompting::Forbidden),
        ] {
            let entry = store.build(SERVICE, "a", Some(&modifiers)).unwrap();
            assert_eq!(prompting_of(&entry), prompting);
            let specifiers = (SERVICE.to_owned(), "a".to_owned());
            assert_eq!(entry.get_specifiers(), Some(specifiers));
        }
        assert_eq!(
            prompting_of(&store.build(SERVICE, "a", None).unwrap()),
            Prompting::Allowed
        );
        assert_eq!(
            prompting_of(&store.entry("a", Prompting::Forbidden).unwrap().inner),
            Prompting::Forbidden
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
            let error = model_error(failure);
            assert!(matches!(error, ModelError::NoStorageAccess(_)));
        }
        for failure in [
            Failure::NoResult,
            Failure::Unavailable,
            Failure::PromptDisconnected,
        ] {
            let error = model_error(failure);
            assert!(matches!(error, ModelError::PlatformFailure(_)));
        }
    }
}
