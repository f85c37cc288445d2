//! Where the data lives, and the bus name of the app that runs on it. Each home has one running app.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf, absolute};

use bursar_core::APP_ID;
use bursar_core::home;
use bursar_core::keyring::SecretStore;

/// The folder of all data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    path: PathBuf,
    /// The path as the user wrote it.
    as_given: PathBuf,
    /// Set by the command line or `BURSAR_HOME`, and not the default folder.
    is_custom: bool,
}

impl Home {
    /// Takes `requested`, else `BURSAR_HOME`, else the default folder. Creates the folder, so that its canonical path
    /// exists from the first start on. `None` if the environment names no folder at all.
    pub(crate) fn find(requested: Option<&Path>) -> Option<Self> {
        let usual = home::find(None, |name| {
            std::env::var_os(name).filter(|_| name != "BURSAR_HOME")
        });
        let as_given = home::find(requested, |name| std::env::var_os(name))?;
        // If the folder cannot be created, the core reports why in the window.
        let path = home::create(&as_given)
            .or_else(|_| absolute(&as_given))
            .unwrap_or_else(|_| as_given.clone());
        let usual = usual.map(|usual| usual.canonicalize().unwrap_or(usual));
        let is_custom = usual.as_ref() != Some(&path);
        Some(Self {
            path,
            as_given,
            is_custom,
        })
    }

    /// The keyring entries of this home.
    pub(crate) fn keyring(&self) -> SecretStore {
        home::keyring(&self.path, &self.as_given)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path, if a later start of the program must be given it.
    pub(crate) fn custom_path(&self) -> Option<&Path> {
        self.is_custom.then_some(self.path.as_path())
    }

    /// The session bus name that the running app of this home owns.
    pub(crate) fn bus_name(&self) -> String {
        let mut name = APP_ID.to_owned();
        if self.is_custom {
            name.push_str(".Home_");
            let digest = Sha256::digest(self.path.as_os_str().as_encoded_bytes());
            for byte in digest.iter().take(8) {
                // Writing to a string cannot fail.
                let _ = write!(name, "{byte:02x}");
            }
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_home_has_its_own_bus_name() {
        let of = |path: &str| {
            Home {
                path: path.into(),
                as_given: path.into(),
                is_custom: true,
            }
            .bus_name()
        };
        assert_ne!(of("/a"), of("/b"));
        assert_eq!(of("/a"), of("/a"));
        assert!(of("/a").starts_with("org.bursar.desktop.Home_"));
        assert!(zbus::names::WellKnownName::try_from(of("/a")).is_ok());
        let usual = Home {
            path: "/a".into(),
            as_given: "/a".into(),
            is_custom: false,
        };
        assert_eq!(usual.bus_name(), "org.bursar.desktop");
    }

    #[test]
    fn custom_home_has_a_canonical_path() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::find(Some(&folder.path().join("a/../b"))).unwrap();
        assert_eq!(home.path(), folder.path().canonicalize().unwrap().join("b"));
        assert_eq!(home.custom_path(), Some(home.path()));
    }
}
