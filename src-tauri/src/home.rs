//! Where the data lives, and the name on the session bus that stands for it: one running app a home.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf, absolute};

use bursar_core::APP_ID;
use bursar_core::home;
use bursar_core::session::Vault;

/// The folder of all data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    path: PathBuf,
    /// The path as somebody wrote it.
    as_given: PathBuf,
    /// Chosen on the command line or by `BURSAR_HOME`, not the usual place.
    is_custom: bool,
}

impl Home {
    /// `given`, else `BURSAR_HOME`, else the usual folder; made if it is not there, so that it has one true
    /// path from the first start on. `None` when the environment names no place at all.
    pub(crate) fn find(requested: Option<&Path>) -> Option<Self> {
        let usual = home::find(None, |name| {
            std::env::var_os(name).filter(|_| name != "BURSAR_HOME")
        });
        let as_given = home::find(requested, |name| std::env::var_os(name))?;
        // Where it cannot be made the core says why, in the window.
        let path = home::make(&as_given)
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

    /// Where the secrets of this home are.
    pub(crate) fn keyring(&self) -> Vault {
        home::keyring(&self.path, &self.as_given)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path if it must be told to a later start of the program.
    pub(crate) fn custom_path(&self) -> Option<&Path> {
        self.is_custom.then_some(self.path.as_path())
    }

    /// The name that the running app of this home owns on the session bus.
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
