//! The Keychain of macOS and the Credential Manager of Windows, through the `keyring` crate. Both are always there, so this
//! module neither reconnects nor watches.

use super::backend::{KeyringBackend, SERVICE, Secret, user};
use super::entry;
use bursar_domain::error::Result;
use keyring::v1::{Entry, Error as Failure};
use std::sync::Arc;
use tokio::sync::Notify;

type Open = dyn Fn(&str) -> Result<Entry, Failure> + Send;

/// The entries of one home.
pub(super) struct SystemKeyring {
    /// The scope of this home's entries, and then those that earlier versions may have used.
    scopes: Vec<String>,
    open: Box<Open>,
}

impl SystemKeyring {
    #[cfg_attr(not(any(target_os = "macos", target_os = "windows")), allow(dead_code))]
    pub(super) fn new(scopes: Vec<String>, _: Arc<Notify>) -> Self {
        Self::over(scopes, |user| Entry::new(SERVICE, user))
    }

    fn over(
        scopes: Vec<String>,
        open: impl Fn(&str) -> Result<Entry, Failure> + Send + 'static,
    ) -> Self {
        let open = Box::new(open);
        Self { scopes, open }
    }

    /// The entries that may have the secret, the current one first.
    fn entries(&self, name: &str) -> Result<Vec<Entry>> {
        let users = self.scopes.iter().map(|scope| user(scope, name));
        users
            .map(|user| (self.open)(&user).map_err(|failure| entry::error_of(&failure)))
            .collect()
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
    use keyring_core::api::CredentialStoreApi as _;
    use keyring_core::mock;

    fn over(store: &Arc<mock::Store>, scopes: &[&str]) -> SystemKeyring {
        let store = Arc::clone(store);
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        SystemKeyring::over(scopes, move |user| {
            let inner = store.build(SERVICE, user, None)?;
            Ok(Entry { inner })
        })
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
