//! Where the data lives, and the name on the session bus that stands for it: one running app a home.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf, absolute};

use crate::links::SCHEME;
use bursar_core::home;
use bursar_core::session::Vault;

/// The folder of all data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    path: PathBuf,
    /// The path as somebody wrote it.
    given: PathBuf,
    /// Chosen on the command line or by `BURSAR_HOME`, not the usual place.
    chosen: bool,
}

impl Home {
    /// `given`, else `BURSAR_HOME`, else the usual folder; made if it is not there, so that it has one true
    /// path from the first start on. `None` when the environment names no place at all.
    pub(crate) fn find(given: Option<&Path>) -> Option<Self> {
        let usual = home::find(None, |name| {
            std::env::var_os(name).filter(|_| name != "BURSAR_HOME")
        });
        let wanted = home::find(given, |name| std::env::var_os(name))?;
        // Where it cannot be made the core says why, in the window.
        let path = home::make(&wanted)
            .or_else(|_| absolute(&wanted))
            .unwrap_or_else(|_| wanted.clone());
        let usual = usual.map(|usual| usual.canonicalize().unwrap_or(usual));
        let chosen = usual.as_ref() != Some(&path);
        Some(Self {
            path,
            given: wanted,
            chosen,
        })
    }

    /// Where the secrets of this home are.
    pub(crate) fn keyring(&self) -> Vault {
        home::keyring(&self.path, &self.given)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path if it must be told to a later start of the program.
    pub(crate) fn chosen(&self) -> Option<&Path> {
        self.chosen.then_some(self.path.as_path())
    }

    /// The name that the running app of this home owns on the session bus.
    pub(crate) fn bus_name(&self) -> String {
        let mut name = SCHEME.to_owned();
        if self.chosen {
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
    fn each_home_has_its_own_name() {
        let of = |path: &str| {
            Home {
                path: path.into(),
                given: path.into(),
                chosen: true,
            }
            .bus_name()
        };
        assert_ne!(of("/a"), of("/b"));
        assert_eq!(of("/a"), of("/a"));
        assert!(of("/a").starts_with("org.bursar.desktop.Home_"));
        assert!(zbus::names::WellKnownName::try_from(of("/a")).is_ok());
        let usual = Home {
            path: "/a".into(),
            given: "/a".into(),
            chosen: false,
        };
        assert_eq!(usual.bus_name(), "org.bursar.desktop");
    }

    #[test]
    fn a_chosen_home_has_one_true_path() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::find(Some(&folder.path().join("a/../b"))).unwrap();
        assert_eq!(home.path(), folder.path().canonicalize().unwrap().join("b"));
        assert_eq!(home.chosen(), Some(home.path()));
    }
}
