//! The Keychain of macOS and the Credential Manager of Windows, each as a credential store for the `keyring` crate. Both are
//! always there, so this module neither reconnects nor watches.

#[cfg(any(target_os = "macos", target_os = "windows"))]
use super::backend::Changes;
use super::backend::{KeyringBackend, SERVICE, Secret, user};
use super::entry;
use bursar_domain::error::Result;
use keyring::v1::{Entry, Error as Failure};
use keyring_core::CredentialStore;
use std::sync::Arc;

type Opened = Result<Arc<CredentialStore>, Failure>;

/// The entries of one home.
pub(super) struct SystemKeyring {
    /// The scope of this home's entries, and then those that earlier versions may have used.
    scopes: Vec<String>,
    store: Opened,
}

/// The login keychain. An entry's service and account are its service and user name.
#[cfg(target_os = "macos")]
fn system_store() -> Opened {
    let keychain = apple_native_keyring_store::keychain::Store::new()?;
    Ok(keychain)
}

/// The user's generic credentials. An entry's target is its user name, a dot and its service.
#[cfg(target_os = "windows")]
fn system_store() -> Opened {
    let credential_manager = windows_native_keyring_store::Store::new()?;
    Ok(credential_manager)
}

impl SystemKeyring {
    #[cfg(any(target_os = "macos", target_os = "windows"))]
    pub(super) fn new(scopes: Vec<String>, _: Arc<Changes>) -> Self {
        Self {
            scopes,
            store: system_store(),
        }
    }

    fn open(&self, user: &str) -> Result<Entry> {
        let store = self.store.as_ref().map_err(entry::error_of)?;
        match store.build(SERVICE, user, None) {
            Ok(inner) => Ok(Entry { inner }),
            Err(failure) => Err(entry::error_of(&failure)),
        }
    }

    /// The entries that may have the secret, the current one first.
    fn entries(&self, name: &str) -> Result<Vec<Entry>> {
        let users = self.scopes.iter().map(|scope| user(scope, name));
        users.map(|user| self.open(&user)).collect()
    }
}

impl KeyringBackend for SystemKeyring {
    fn get(&self, name: &str) -> Result<Option<Secret>> {
        let entries = self.entries(name)?;
        for (index, found) in entries.iter().enumerate() {
            let Some(secret) = entry::read(found)? else {
                continue;
            };
            if let Some(own) = entries.first().filter(|_| index > 0) {
                // Write the new entry before removing the old one, so that a crash in between loses nothing.
                entry::write(own, &secret)?;
                remove_former(found);
            }
            return Ok(Some(secret));
        }
        Ok(None)
    }

    fn set(&self, name: &str, secret: &str) -> Result<()> {
        let entries = self.entries(name)?;
        if let Some((own, former)) = entries.split_first() {
            entry::write(own, secret)?;
            former.iter().for_each(remove_former);
        }
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<()> {
        self.entries(name)?.iter().try_for_each(entry::remove)
    }
}

/// A former entry that stays does no harm, because the current one is read first.
fn remove_former(former: &Entry) {
    if let Err(error) = entry::remove(former) {
        tracing::debug!(code = ?error.code, "the entry stays under its former name too");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_domain::error::Code;
    use keyring_core::mock;

    fn over(store: &Arc<mock::Store>, scopes: &[&str]) -> SystemKeyring {
        SystemKeyring {
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            store: Ok(Arc::clone(store) as Arc<CredentialStore>),
        }
    }

    fn of(system: &SystemKeyring, name: &str) -> Option<String> {
        let found = system.get(name).unwrap();
        found.map(|secret| secret.as_str().to_owned())
    }

    #[test]
    fn a_secret_is_kept_replaced_and_removed() {
        let store = mock::Store::new().unwrap();
        let system = over(&store, &["one"]);
        assert_eq!(of(&system, "a"), None);
        system.remove("a").unwrap();
        system.set("a", "1").unwrap();
        system.set("a", "2").unwrap();
        assert_eq!(of(&system, "a").as_deref(), Some("2"));
        assert_eq!(of(&over(&store, &["two"]), "a"), None, "homes are apart");
        system.remove("a").unwrap();
        assert_eq!(of(&system, "a"), None);
        system.ready().unwrap();
    }

    #[test]
    fn an_entry_has_the_names_by_which_earlier_versions_find_it() {
        let store = mock::Store::new().unwrap();
        let names = over(&store, &["one"]).entries("a").unwrap();
        let specifiers = names.first().and_then(|entry| entry.inner.get_specifiers());
        let expected = ("org.bursar.desktop".to_owned(), "one/a".to_owned());
        assert_eq!(specifiers, Some(expected));
    }

    #[test]
    fn a_store_that_cannot_be_opened_makes_the_keyring_unavailable() {
        let system = SystemKeyring {
            scopes: vec!["one".to_owned()],
            store: Err(Failure::NoDefaultStore),
        };
        for refused in [system.get("a").map(drop), system.set("a", "1")] {
            assert_eq!(refused.unwrap_err().code, Code::KeyringUnavailable);
        }
    }

    #[test]
    fn what_an_earlier_version_kept_is_moved_when_it_is_read() {
        let store = mock::Store::new().unwrap();
        over(&store, &["old"]).set("a", "1").unwrap();
        let system = over(&store, &["new", "older", "old"]);
        assert_eq!(of(&system, "a").as_deref(), Some("1"));
        assert_eq!(of(&over(&store, &["old"]), "a"), None);
        assert_eq!(of(&over(&store, &["new"]), "a").as_deref(), Some("1"));
    }

    #[test]
    fn a_write_and_a_removal_leave_nothing_under_a_former_name() {
        let store = mock::Store::new().unwrap();
        let old = over(&store, &["old"]);
        let system = over(&store, &["new", "old"]);
        old.set("a", "1").unwrap();
        system.set("a", "2").unwrap();
        assert_eq!(of(&old, "a"), None);
        old.set("a", "1").unwrap();
        system.remove("a").unwrap();
        assert_eq!((of(&old, "a"), of(&system, "a")), (None, None));
    }
}
